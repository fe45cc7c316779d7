/**
 * The status that says which subscription with an external id is meant by the endpoints of what belongs to it:
 * `subscription_status`, else `status`, else the active one.
 */
export function readStatus(query: Record<string, unknown>): string {
  const { subscription_status: status = query.status ?? 'active' } = query
  return typeof status === 'string' ? status.replaceAll('\0', '\ufffd') : ''
}
