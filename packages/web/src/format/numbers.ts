const LOCALE = 'en-US'
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 })
const exact = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 15 })
const short = new Intl.NumberFormat(LOCALE, { notation: 'compact', maximumFractionDigits: 1 })

export function formatCount(count: number): string {
  return whole.format(count)
}

/** Units of usage with every digit: the API gives them as decimal text. */
export function formatUnits(units: string | number): string {
  return exact.format(String(units) as Intl.StringNumericLiteral)
}

/**
 * A typed number without what groups its thousands. A comma anywhere else is left where it is, and makes it no number: in half
 * of the world it stands before the decimals, and passing over it would take a hundred times what was meant.
 *
 * @example ungrouped('1,234.50') // '1234.50'
 * @example ungrouped('1000,50') // '1000,50'
 */
export function ungrouped(typed: string): string {
  const text = typed.trim()
  return /^-?[1-9]\d{0,2}([,\s’']\d{3})+(\.\d*)?$/.test(text) ? text.replaceAll(/[,\s’']/g, '') : text
}

/** For axes and tight places: `12.3K`. */
export function formatShort(value: number): string {
  return short.format(value)
}

/** @example formatRate(7.7) // '7.7%' */
export function formatRate(percent: number | string): string {
  return `${exact.format(String(percent) as Intl.StringNumericLiteral)}%`
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const

/** The size of a file. @example formatBytes(96_512) // '97 kB' */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.max(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 0), UNITS.length - 1)
  const value = bytes / 1000 ** power
  return new Intl.NumberFormat(LOCALE, {
    style: 'unit',
    unit: UNITS[power] ?? 'byte',
    maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
  }).format(value)
}
