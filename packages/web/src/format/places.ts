const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
/** Regions that have a name and are no country: unions, reserved codes, parts of others. */
const NO_COUNTRIES = new Set(['AC', 'CP', 'CQ', 'DG', 'EA', 'EU', 'EZ', 'IC', 'QO', 'TA', 'UN', 'XA', 'XB', 'ZZ'])
const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })

/** @example countryName('CH') // 'Switzerland' */
export function countryName(code: string): string {
  return names.of(code) ?? code
}

/** All countries by their codes, in order of their names. */
export function countries(): readonly (readonly [code: string, name: string])[] {
  return LETTERS.flatMap(first => LETTERS.map(second => first + second))
    .flatMap((code): [string, string][] => {
      const name = NO_COUNTRIES.has(code) || isRetired(code) ? undefined : names.of(code)
      return name === undefined ? [] : [[code, name]]
    })
    .sort(([, one], [, other]) => one.localeCompare(other, 'en'))
}

/** Codes of countries that are gone stand for those that followed them. */
function isRetired(code: string): boolean {
  return Intl.getCanonicalLocales(`und-${code}`)[0] !== `und-${code}`
}

export function timeZones(): readonly string[] {
  return ['UTC', ...Intl.supportedValuesOf('timeZone').filter(zone => zone !== 'UTC')]
}

const languages = new Intl.DisplayNames('en', { type: 'language' })

/** The languages that documents are written in. */
export const DOCUMENT_LANGUAGES = ['en', 'fr', 'nb', 'de', 'it', 'es', 'sv', 'pt-BR', 'zh-TW'] as const

/** @example languageName('de') // 'German' */
export function languageName(code: string): string {
  return languages.of(code) ?? code
}
