/** IANA name of the time zone that the customer's billing days are counted in. */
export function applicableTimeZone(customer: { timezone: string | null }, entity: { timezone: string }): string {
  return customer.timezone?.trim() || entity.timezone || 'UTC'
}
