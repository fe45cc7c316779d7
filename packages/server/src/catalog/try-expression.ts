import { evaluateExpression, parseExpression } from '@weir/engine'
import type { Ctx } from '../platform/context.ts'
import { validation } from '../platform/errors.ts'
import { isBlank, isRecord } from '../platform/http/input.ts'
import type { ExpressionTrialInput } from './schema.ts'

/**
 * The value that an expression would have for an event: what its author wants to know before events come in.
 *
 * @throws 422 `value_is_mandatory`, `invalid_expression`, or `invalid_event` when it has no value for this event
 */
export function tryExpression(ctx: Ctx, input: ExpressionTrialInput): string {
  if (isBlank(input.expression)) throw validation({ expression: ['value_is_mandatory'] })
  const expression = parseExpression(input.expression ?? '')
  if (expression === undefined) throw validation({ expression: ['invalid_expression'] })

  const { code, timestamp, properties } = input.event ?? {}
  const evaluation = evaluateExpression(expression, {
    code: textOf(code),
    timestamp: isBlank(timestamp) ? BigInt(Math.floor(ctx.clock.now().epochMilliseconds / 1000)) : wholePart(timestamp),
    properties: isRecord(properties) ? properties : {},
  })
  if ('error' in evaluation) throw validation({ event: ['invalid_event'] })
  return evaluation.value
}

/** Of a text, the number that it begins with. */
function wholePart(value: unknown): bigint {
  return BigInt(/^\s*[+-]?\d{1,40}/.exec(textOf(value))?.[0].replace('+', '') ?? 0)
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return JSON.isRawJSON(value) ? value.rawJSON : String(value)
}
