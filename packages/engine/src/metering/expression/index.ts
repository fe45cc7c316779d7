export { type Evaluation, type ExpressionEvent, evaluateExpression } from './evaluate.ts'
export { type Expression, parseExpression } from './parse.ts'
