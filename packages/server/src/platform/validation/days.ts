/** A hundred years: longer terms would lead out of the calendar. */
const MOST_DAYS = 36_500

/** Codes of what is wrong with a number of days, such as a payment term; empty when it is fine. */
export function dayCountProblems(days: number | null): string[] {
  if (days === null || Number.isNaN(days)) return ['is not a number']
  return days < 0 || days > MOST_DAYS ? ['value_is_out_of_range'] : []
}
