import { getOrganization } from '../accounts/index.ts'
import type { Ctx } from '../platform/context.ts'
import { Problems } from '../platform/errors.ts'
import { parseInstant } from '../platform/http/instants.ts'
import { asText } from '../platform/http/query.ts'

/** Both bounds belong to it. */
export interface Period {
  readonly from: Temporal.Instant | undefined
  readonly to: Temporal.Instant | undefined
}

/**
 * Reads `from_date` and `to_date`; a date without a time is its midnight in UTC.
 *
 * @param options.mandatory whether `to_date` must be there
 * @throws 422 for what is no date, and for the end that is missing
 */
export function readPeriod(query: Record<string, unknown>, options: { readonly mandatory?: boolean } = {}): Period {
  const problems = new Problems()
  const read = (field: 'from_date' | 'to_date') => {
    const text = asText(query[field])
    const instant = text === undefined ? undefined : parseInstant(text)
    if (text !== undefined && instant === undefined) problems.add(field, 'invalid_date')
    if (text === undefined && field === 'to_date' && options.mandatory === true) {
      problems.add(field, 'value_is_mandatory')
    }
    return instant
  }
  const period = { from: read('from_date'), to: read('to_date') }
  problems.throwIfAny()
  return period
}

/** A period without what is too old to be listed. */
export function since(oldest: Temporal.Instant | undefined, { from, to }: Period): Period {
  if (oldest === undefined) return { from, to }
  return { from: from !== undefined && Temporal.Instant.compare(from, oldest) > 0 ? from : oldest, to }
}

/**
 * From when on the organization lists activities and requests, in its own time; undefined: from their beginning. All logs keep
 * the organization's time, so that the logs of a sandbox fit the business that they tell of.
 */
export async function oldestListed(ctx: Ctx): Promise<Temporal.Instant | undefined> {
  const { audit_logs_period: days } = await getOrganization(ctx)
  return days === null ? undefined : ctx.clock.now().subtract({ hours: days * 24 })
}
