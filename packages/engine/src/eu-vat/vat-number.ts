/** What follows the country's letters, by member state; Northern Ireland has letters of its own. */
const FORMATS: Readonly<Record<string, RegExp>> = {
  AT: /^U\d{8}$/,
  BE: /^[01]\d{9}$/,
  BG: /^\d{9,10}$/,
  CY: /^\d{8}[A-Z]$/,
  CZ: /^\d{8,10}$/,
  DE: /^\d{9}$/,
  DK: /^\d{8}$/,
  EE: /^\d{9}$/,
  EL: /^\d{9}$/,
  ES: /^([A-Z]\d{7}[A-Z0-9]|\d{8}[A-Z])$/,
  FI: /^\d{8}$/,
  FR: /^[A-HJ-NP-Z0-9]{2}\d{9}$/,
  HR: /^\d{11}$/,
  HU: /^\d{8}$/,
  IE: /^(\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W])$/,
  IT: /^\d{11}$/,
  LT: /^(\d{9}|\d{12})$/,
  LU: /^\d{8}$/,
  LV: /^\d{11}$/,
  MT: /^\d{8}$/,
  NL: /^\d{9}B\d{2}$/,
  PL: /^\d{10}$/,
  PT: /^\d{9}$/,
  RO: /^\d{2,10}$/,
  SE: /^\d{12}$/,
  SI: /^\d{8}$/,
  SK: /^\d{10}$/,
  XI: /^(\d{9}|\d{12}|GD\d{3}|HA\d{3})$/,
}

/** A VAT number as the tax administrations take it. */
export interface VatNumber {
  /** The letters in front: those of the member state, but `EL` for Greece, `XI` for Northern Ireland. */
  readonly countryCode: string
  readonly number: string
}

/**
 * Reads a VAT number, with or without spaces, dots and dashes. Undefined when it has not the form of one of the union's.
 *
 * @example parseVatNumber('fr 40 303 265 045') // { countryCode: 'FR', number: '40303265045' }
 * @example parseVatNumber('GB123456789') // undefined
 */
export function parseVatNumber(text: string): VatNumber | undefined {
  const compact = text.toUpperCase().replace(/[\s.-]/g, '')
  const countryCode = compact.slice(0, 2)
  const number = compact.slice(2)
  return FORMATS[countryCode]?.test(number) ? { countryCode, number } : undefined
}
