const DASHES = /[\u2012-\u2015\u2043\u2212]/g
const INVISIBLE = /[\u200b-\u200f\u00a0\ufeff]/g

/** Undoes what copying from documents does to an address: typographic dashes, invisible characters, spaces around it. */
export function sanitizeEmail(text: string): string {
  return text.replace(DASHES, '-').replace(INVISIBLE, '').replaceAll('\0', '').trim()
}

const LOCAL_ATOM = "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+"
const QUOTED = '"(?:[^"\\\\\\r\\n]|\\\\[^\\r\\n])*"'
const LABEL = '[\\p{L}\\p{M}\\p{N}](?:[\\p{L}\\p{M}\\p{N}-]*[\\p{L}\\p{M}\\p{N}])?'
const IP_LITERAL = '\\[(?:\\d{1,3}(?:\\.\\d{1,3}){3}|IPv6:[0-9a-fA-F:.]+)\\]'
const ADDRESS = new RegExp(
  `^(?:${LOCAL_ATOM}(?:\\.${LOCAL_ATOM})*|${QUOTED})@(?:${LABEL}(?:\\.${LABEL})+|${IP_LITERAL})$`,
  'u',
)

// The longest path that SMTP carries.
const LONGEST_ADDRESS = 254

/**
 * True for one e-mail address, or several with commas between them.
 *
 * @example isEmailList('billing@acme.com, ap@acme.com') // true
 * @example isEmailList('billing@acme.com,') // false: the second address is empty
 */
export function isEmailList(text: string): boolean {
  return text.split(',').every(part => isAddress(part.trim()))
}

function isAddress(text: string): boolean {
  return text.length <= LONGEST_ADDRESS && ADDRESS.test(text)
}
