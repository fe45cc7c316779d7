import { randomInt } from 'node:crypto'

const RESERVED_SLUGS = new Set(
  (
    'auth login sign-up forgot-password reset-password invitation customer-portal 404 forbidden api admin graphql webhooks ' +
    'google okta entra settings new design-system devtool customers customer plans plan invoices invoice subscriptions ' +
    'coupons coupon add-ons add-on billable-metrics billable-metric credit-notes analytics analytics-v2 forecasts payments ' +
    'payment features feature tax webhook api-keys create update duplicate'
  ).split(' '),
)

const SLUG = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/

/** What is wrong with a slug, as error codes; empty when it is fine. Uniqueness is the database's to tell. */
export function slugProblems(slug: string): string[] {
  if (slug === '') return ['value_is_mandatory']
  const problems: string[] = []
  if (slug.length < 3) problems.push('value_is_too_short')
  if (slug.length > 40) problems.push('value_is_too_long')
  if (!SLUG.test(slug)) problems.push('value_is_invalid')
  if (RESERVED_SLUGS.has(slug)) problems.push('value_is_reserved')
  return problems
}

// Latin letters that Unicode does not take apart into a plain letter and a mark.
const LETTERS: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
}

/** Lower case without accents; what has no Latin spelling becomes `?`. */
export function toAscii(text: string): string {
  return text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, letter => LETTERS[letter] ?? '?')
}

/** A slug made from a name: lower case, words joined by `-`, at most 40 characters. */
export function slugFromName(name: string): string {
  const slug = toAscii(name)
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)
    .replace(/^-+|-+$/g, '')
  const usable = slugProblems(slug).length === 0 && !/^\d+$/.test(slug)
  return usable ? slug : `org-${randomCharacters(5)}`
}

/** Another slug for a name whose slug is taken. */
export function variantOfSlug(slug: string): string {
  return `${slug.slice(0, 36).replace(/-+$/, '')}-${randomCharacters(3)}`
}

function randomCharacters(count: number): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789'
  return Array.from({ length: count }, () => alphabet[randomInt(alphabet.length)]).join('')
}

/** The code of a billing entity made from its name: lower case, other characters become `_`. */
export function codeFromName(name: string): string {
  return toAscii(name).replace(/[^a-z0-9]/g, '_')
}

/**
 * The prefix of document numbers: three letters of the name and four of the id.
 *
 * @example documentNumberPrefix('Northwind', '…c41f9a') // 'NOR-1F9A'
 */
export function documentNumberPrefix(name: string, id: string): string {
  const letters = [...name.toUpperCase()].slice(0, 3).join('')
  return `${letters}-${id.slice(-4).toUpperCase()}`
}
