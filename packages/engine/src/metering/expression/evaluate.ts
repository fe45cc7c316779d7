import {
  add,
  compare,
  divide,
  type ExactNumber,
  isWithinBounds,
  multiply,
  negate,
  parseNumber,
  toDecimals,
  toDecimalText,
  toInteger,
  toText,
} from './exact-number.ts'
import type { Expression, FunctionName, Operator } from './parse.ts'

/** The event that an expression is about. */
export interface ExpressionEvent {
  readonly code: string
  /** Unix time in whole seconds. */
  readonly timestamp: bigint
  /** As they were sent, integers of many digits as raw JSON. */
  readonly properties: Readonly<Record<string, unknown>>
}

/** The value of an expression as text, or why it has none. */
export type Evaluation = { readonly value: string } | { readonly error: string }

type Value = ExactNumber | string

class EvaluationError extends Error {}

/**
 * The value of an expression for an event: texts as they are, numbers in plain notation with at least one decimal.
 * Sums, differences and products are exact; quotients too, if their digits end, else they have 100 significant digits.
 *
 * A property is a number when its value is one or a text that is one from its first to its last character; otherwise it
 * is its text, null being empty.
 *
 * @returns an error for a property that is not there, a text where a number is needed, a division by zero, and numbers of
 *   more than 5,000 digits
 * @example evaluateExpression(parseExpression('event.properties.qty * 3'), { ..., properties: { qty: '4.250' } }) // 12.75
 */
export function evaluateExpression(expression: Expression, event: ExpressionEvent): Evaluation {
  try {
    const value = evaluate(expression, event)
    return { value: typeof value === 'string' ? value : toDecimalText(value) }
  } catch (error) {
    if (error instanceof EvaluationError) return { error: error.message }
    throw error
  }
}

function evaluate(expression: Expression, event: ExpressionEvent): Value {
  switch (expression.kind) {
    case 'number':
    case 'text':
      return expression.value
    case 'code':
      return event.code
    case 'timestamp':
      return { digits: event.timestamp, scale: 0 }
    case 'property':
      return propertyOf(event, expression.name)
    case 'negation':
      return negate(evaluateNumber(expression.operand, event))
    case 'operations':
      return expression.rest.reduce<Value>(
        (result, { operator, operand }) => operate(operator, numberOf(result), evaluateNumber(operand, event)),
        evaluate(expression.first, event),
      )
    case 'call':
      return call(
        expression.name,
        expression.operands.map(operand => evaluate(operand, event)),
      )
  }
}

function propertyOf({ properties }: ExpressionEvent, name: string): Value {
  if (!Object.hasOwn(properties, name)) throw new EvaluationError(`Variable: ${name} not found`)
  const text = textOfProperty(properties[name])
  return parseNumber(text) ?? text
}

function textOfProperty(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function operate(operator: Operator, a: ExactNumber, b: ExactNumber): ExactNumber {
  switch (operator) {
    case '+':
      return bounded(add(a, b))
    case '-':
      return bounded(add(a, negate(b)))
    case '*':
      return bounded(multiply(a, b))
    case '/':
      if (b.digits === 0n) throw new EvaluationError('Division by zero')
      return bounded(divide(a, b))
  }
}

function call(name: FunctionName, operands: readonly Value[]): Value {
  switch (name) {
    case 'concat':
      return operands.map(operand => (typeof operand === 'string' ? operand : toText(operand))).join('')
    case 'least':
      return extreme(operands, -1)
    case 'greatest':
      return extreme(operands, 1)
    default: {
      const [number = '', decimals = ZERO] = operands
      return rounded(numberOf(number), toInteger(numberOf(decimals)), name)
    }
  }
}

const ZERO: ExactNumber = { digits: 0n, scale: 0 }

function extreme(operands: readonly Value[], sign: 1 | -1): ExactNumber {
  return operands.map(numberOf).reduce((best, number) => (compare(number, best) * sign > 0 ? number : best))
}

function rounded(number: ExactNumber, decimals: number, rounding: 'round' | 'ceil' | 'floor'): ExactNumber {
  // Asked first: making a number of so many decimals is what must not be tried.
  if (!isWithinBounds({ digits: 0n, scale: decimals })) throw new EvaluationError(TOO_LARGE)
  return bounded(toDecimals(number, decimals, rounding))
}

const TOO_LARGE = 'Number is too large'

function bounded(number: ExactNumber): ExactNumber {
  if (!isWithinBounds(number)) throw new EvaluationError(TOO_LARGE)
  return number
}

function evaluateNumber(expression: Expression, event: ExpressionEvent): ExactNumber {
  return numberOf(evaluate(expression, event))
}

function numberOf(value: Value): ExactNumber {
  if (typeof value === 'string') throw new EvaluationError('Expected a decimal')
  return value
}
