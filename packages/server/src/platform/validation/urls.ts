/** True for an http or https URL with a host. */
export function isHttpUrl(text: string): boolean {
  const url = URL.parse(text.trim())
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') && /^https?:\/\//i.test(text.trim())
}

/** Codes of what is wrong with a mandatory http(s) URL; empty when it is fine. */
export function urlProblems(text: string | null | undefined): string[] {
  if (text === null || text === undefined || text.trim() === '') return ['value_is_mandatory', 'url_is_invalid']
  return isHttpUrl(text) ? [] : ['url_is_invalid']
}
