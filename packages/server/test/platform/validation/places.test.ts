import { describe, expect, it } from 'vitest'
import { COUNTRIES, isCountry } from '../../../src/platform/validation/countries.ts'
import { dayCountProblems } from '../../../src/platform/validation/days.ts'
import { isDocumentLocale } from '../../../src/platform/validation/locales.ts'
import { ianaTimeZone, TIME_ZONES } from '../../../src/platform/validation/time-zones.ts'
import { urlProblems } from '../../../src/platform/validation/urls.ts'

describe('countries', () => {
  it('are the 249 of ISO 3166-1 and Kosovo', () => {
    expect(new Set(COUNTRIES).size).toBe(250)
    expect(isCountry('XK')).toBe(true)
    expect(isCountry('FR')).toBe(true)
    expect(isCountry('fr')).toBe(false)
    expect(isCountry('UK')).toBe(false)
  })
})

describe('time zones', () => {
  it('can all be computed with', () => {
    const midnight = Temporal.PlainDate.from('2024-03-01')
    for (const zone of TIME_ZONES) expect(midnight.toZonedDateTime(zone).timeZoneId).toBe(zone)
  })

  it('are those of the API and three more', () => {
    expect(TIME_ZONES).toHaveLength(137)
    expect(ianaTimeZone('Australia/Canberra')).toBe('Australia/Canberra')
    expect(ianaTimeZone('Etc/UTC')).toBe('Etc/UTC')
    expect(ianaTimeZone('America/Toronto')).toBeUndefined()
    expect(ianaTimeZone('europe/paris')).toBeUndefined()
  })

  it('accept both spellings of the zone twelve hours behind UTC', () => {
    expect(ianaTimeZone('GMT+12')).toBe('Etc/GMT+12')
    expect(ianaTimeZone('Etc/GMT+12')).toBe('Etc/GMT+12')
  })
})

describe('document locales', () => {
  it.each(['en', 'fr', 'nb', 'de', 'it', 'es', 'sv', 'pt-BR', 'zh-TW'])('include %s', locale => {
    expect(isDocumentLocale(locale)).toBe(true)
  })

  it.each(['pt', 'EN', 'nl', ''])('do not include "%s"', locale => {
    expect(isDocumentLocale(locale)).toBe(false)
  })
})

describe('numbers of days', () => {
  it.each([
    [0, []],
    [36_500, []],
    [36_501, ['value_is_out_of_range']],
    [-1, ['value_is_out_of_range']],
    [Number.POSITIVE_INFINITY, ['value_is_out_of_range']],
    [Number.NaN, ['is not a number']],
    [null, ['is not a number']],
  ])('%s: %j', (days, codes) => {
    expect(dayCountProblems(days)).toEqual(codes)
  })
})

describe('URLs', () => {
  it.each([
    ['https://acme.com/hooks', []],
    ['http://localhost:9000', []],
    ['', ['value_is_mandatory', 'url_is_invalid']],
    [null, ['value_is_mandatory', 'url_is_invalid']],
    ['acme.com/hooks', ['url_is_invalid']],
    ['ftp://acme.com', ['url_is_invalid']],
    ['https:acme.com', ['url_is_invalid']],
    ['https://', ['url_is_invalid']],
  ])('%s: %j', (url, codes) => {
    expect(urlProblems(url)).toEqual(codes)
  })
})
