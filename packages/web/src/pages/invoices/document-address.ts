/** Where a document is on this server: the address in the answer may carry the public name of it. */
export function documentAddress(url: string): string {
  const { pathname, search } = new URL(url)
  return `${pathname}${search}`
}
