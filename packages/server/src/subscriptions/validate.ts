import { type Problems, validation } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { parseInstant } from '../platform/http/instants.ts'
import { characterCount, withoutNul } from '../platform/validation/text.ts'

// Within the years that print with four digits, with room to count billing periods before and after.
const EARLIEST = Temporal.Instant.from('0100-01-01T00:00:00Z')
const LATEST = Temporal.Instant.from('9900-01-01T00:00:00Z')
const LONGEST_PURCHASE_ORDER_NUMBER = 255

export const CREDIT_NOTE_CHOICES: readonly string[] = ['credit', 'refund', 'offset', 'skip']
export const FINAL_INVOICE_CHOICES: readonly string[] = ['generate', 'skip']

/** To the microsecond that the database keeps; undefined when the text is no date and time that can be billed from. */
export function readBillableInstant(text: string): Temporal.Instant | undefined {
  const instant = parseInstant(text)?.round('microsecond')
  if (instant === undefined) return undefined
  const isUsable = Temporal.Instant.compare(instant, EARLIEST) > 0 && Temporal.Instant.compare(instant, LATEST) < 0
  return isUsable ? instant : undefined
}

/** The calendar date as it is written, whatever the offset behind it. */
function writtenDate(text: string): Temporal.PlainDate {
  return Temporal.PlainDate.from(text.trim().slice(0, 10))
}

function utcDate(instant: Temporal.Instant): Temporal.PlainDate {
  return instant.toZonedDateTimeISO('UTC').toPlainDate()
}

export interface ReadDates {
  /** Undefined: not given. */
  readonly subscriptionAt: Temporal.Instant | undefined
  /** Undefined: not given; null: none. */
  readonly endingAt: Temporal.Instant | null | undefined
}

/**
 * Reads the start and the planned end of a subscription. The end must come after the start and after today (UTC), by
 * calendar dates as they are written.
 *
 * @param start the start when the request gives none
 */
export function readDates(
  input: { subscription_at?: string | null; ending_at?: string | null },
  start: Temporal.Instant,
  now: Temporal.Instant,
  problems: Problems,
): ReadDates {
  const given = input.subscription_at ?? undefined
  const subscriptionAt = given === undefined ? undefined : readBillableInstant(given)
  if (given !== undefined && subscriptionAt === undefined) problems.add('subscription_at', 'invalid_date')
  if (input.ending_at === undefined) return { subscriptionAt, endingAt: undefined }
  if (input.ending_at === null || isBlank(input.ending_at)) return { subscriptionAt, endingAt: null }

  const endingAt = readBillableInstant(input.ending_at)
  const startDate = given === undefined || subscriptionAt === undefined ? utcDate(start) : writtenDate(given)
  const isLater =
    endingAt !== undefined &&
    [utcDate(now), startDate].every(date => Temporal.PlainDate.compare(writtenDate(input.ending_at ?? ''), date) > 0)
  if (!isLater) problems.add('ending_at', 'invalid_date')
  return { subscriptionAt, endingAt }
}

/** Trimmed, blank is none. */
export function readPurchaseOrderNumber(value: string | null | undefined): string | null {
  return withoutNul(value ?? '').trim() || null
}

export function checkPurchaseOrderNumber(value: string | null, problems: Problems): void {
  if (characterCount(value ?? '') > LONGEST_PURCHASE_ORDER_NUMBER) {
    problems.add('purchase_order_number', 'value_is_too_long')
  }
}

/** One of the choices, or blank. */
export function checkChoice(
  field: string,
  value: string | null | undefined,
  choices: readonly string[],
  problems: Problems,
): void {
  if (!isBlank(value) && !choices.includes(value ?? '')) problems.add(field, 'invalid_value')
}

/** Thresholds are those of the subscription or those of its own plan. @throws 422 when both are given */
export function refuseThresholdsTwice(input: {
  readonly usage_thresholds?: readonly unknown[]
  readonly plan_overrides?: { readonly usage_thresholds?: readonly unknown[] }
}): void {
  const ofPlan = input.plan_overrides?.usage_thresholds ?? []
  if ((input.usage_thresholds ?? []).length === 0 || ofPlan.length === 0) return
  throw validation({
    'plan_overrides.usage_thresholds': ['incompatible_params'],
    usage_thresholds: ['incompatible_params'],
  })
}
