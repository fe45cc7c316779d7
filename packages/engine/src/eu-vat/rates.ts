/** A standard rate and the day from which it applies. */
interface DatedRate {
  /** Percent. */
  readonly rate: number
  /** Null: as long as anybody asks. */
  readonly since: string | null
}

/** A part of a member state with a rate of its own. */
export interface Territory {
  readonly name: string
  /** Lower case, with underscores: the end of its tax code. */
  readonly key: string
  /** Searched anywhere in a zip code. */
  readonly zip: RegExp
  /** Percent. */
  readonly rate: number
}

interface MemberState {
  /** Oldest first. */
  readonly standard: readonly DatedRate[]
  readonly territories: readonly Territory[]
}

function state(standard: number | readonly DatedRate[], ...territories: readonly Territory[]): MemberState {
  return { standard: typeof standard === 'number' ? [{ rate: standard, since: null }] : standard, territories }
}

function changed(before: number, since: string, after: number): readonly DatedRate[] {
  return [
    { rate: before, since: null },
    { rate: after, since },
  ]
}

function territory(name: string, zip: RegExp, rate: number): Territory {
  const ascii = name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
  return { name, key: ascii.replace(/[^a-z0-9]+/g, '_'), zip, rate }
}

/** The member states of the European Union by ISO code, with their standard rates and the territories that are apart. */
const MEMBER_STATES: Readonly<Record<string, MemberState>> = {
  AT: state(20, territory('Jungholz', /6691/, 19), territory('Mittelberg', /699[123]/, 19)),
  BE: state(21),
  BG: state(20),
  CY: state(19),
  CZ: state(21),
  DE: state(19, territory('Büsingen am Hochrhein', /78266/, 0), territory('Heligoland', /27498/, 0)),
  DK: state(25),
  EE: state(changed(22, '2025-07-01', 24)),
  ES: state(
    21,
    territory('Canary Islands', /(35\d{3}|38\d{3})/, 0),
    territory('Ceuta', /(5100[1-5]|5107[0-1]|51081)/, 0),
    territory('Melilla', /(5200[0-6]|5207[0-1]|52081)/, 0),
  ),
  FI: state(changed(24, '2024-09-01', 25.5), territory('Aland Islands', /22\d{3,}/, 0)),
  FR: state(
    20,
    territory('Guadeloupe', /971\d{2,}/, 8.5),
    territory('Martinique', /972\d{2,}/, 8.5),
    territory('Guyane', /973\d{2,}/, 0),
    territory('Reunion', /974\d{2,}/, 8.5),
    territory('Mayotte', /976\d{2,}/, 0),
  ),
  GR: state(24, territory('Mount Athos', /63086/, 0)),
  HR: state(25),
  HU: state(27),
  IE: state(23),
  IT: state(22, territory("Campione d'Italia", /22061/, 0), territory('Livigno', /23041/, 0)),
  LT: state(21),
  LU: state(changed(16, '2024-01-01', 17)),
  LV: state(21),
  MT: state(18),
  NL: state(21),
  PL: state(23),
  PT: state(23, territory('Madeira', /9[0-4]\d{2,}/, 22), territory('Azores', /9[5-9]\d{2,}/, 18)),
  RO: state(changed(19, '2025-08-01', 21)),
  SE: state(25),
  SI: state(22),
  SK: state(changed(20, '2025-01-01', 23)),
}

export const EU_COUNTRIES: readonly string[] = Object.keys(MEMBER_STATES)

/** Reverse charge: the customer owes the tax. */
export const REVERSE_CHARGE_CODE = 'lago_eu_reverse_charge'
/** Outside of the union nothing is levied. */
export const TAX_EXEMPT_CODE = 'lago_eu_tax_exempt'

/** A tax that European sales need. */
export interface EuTax {
  readonly code: string
  readonly name: string
  /** Percent. */
  readonly rate: number
}

/** @example standardCode('FR') // 'lago_eu_fr_standard' */
export function standardCode(country: string): string {
  return `lago_eu_${country.toLowerCase()}_standard`
}

/** @example territoryCode('ES', canaryIslands) // 'lago_eu_es_exception_canary_islands' */
export function territoryCode(country: string, { key }: Territory): string {
  return `lago_eu_${country.toLowerCase()}_exception_${key}`
}

/** The territory of a member state that a zip code, taken as it is written, lies in. */
export function territoryOf(country: string, zipcode: string): Territory | undefined {
  return MEMBER_STATES[country]?.territories.find(({ zip }) => zip.test(zipcode))
}

/** Every tax that European sales may need, with the rates of a day. */
export function euTaxes(day: Temporal.PlainDate): EuTax[] {
  const national = Object.entries(MEMBER_STATES).flatMap(([country, { standard, territories }]) => [
    { code: standardCode(country), name: `${country} Standard`, rate: rateOn(standard, day) },
    ...territories.map(one => ({
      code: territoryCode(country, one),
      name: `${country} ${one.name} Standard`,
      rate: one.rate,
    })),
  ])
  return [
    ...national,
    { code: REVERSE_CHARGE_CODE, name: 'Reverse Charge', rate: 0 },
    { code: TAX_EXEMPT_CODE, name: 'Tax Exempt', rate: 0 },
  ]
}

function rateOn(rates: readonly DatedRate[], day: Temporal.PlainDate): number {
  const started = rates.filter(
    ({ since }) => since === null || Temporal.PlainDate.compare(Temporal.PlainDate.from(since), day) <= 0,
  )
  return started.at(-1)?.rate ?? 0
}
