/**
 * A call of the API as it is typed in a terminal, for empty states: what the button does, without the console.
 *
 * @example apiCall('POST', '/customers', { customer: { external_id: 'acme' } })
 */
export function apiCall(method: string, path: string, body?: unknown): string {
  const lines = [
    method === 'GET' ? `curl ${location.origin}/api/v1${path}` : `curl -X ${method} ${location.origin}/api/v1${path}`,
    '  -H "Authorization: Bearer $WEIR_API_KEY"',
  ]
  if (body !== undefined) {
    lines.push(
      '  -H "Content-Type: application/json"',
      `  -d '${JSON.stringify(body, null, 2).replaceAll('\n', '\n  ')}'`,
    )
  }
  return lines.join(' \\\n')
}
