/**
 * The code that a name suggests: what a form fills in until the code is written by hand.
 *
 * @example codeFromName('API calls (v2)') // 'api_calls_v2'
 */
export function codeFromName(name: string): string {
  return name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '_')
    .replace(/^_+|_+$/g, '')
}
