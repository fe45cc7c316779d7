import { describe, expect, test } from 'vitest'
import { queryText } from '../src/api/client.ts'
import { parseSearch, stringifySearch } from '../src/app/url-state.ts'
import { formatDate, formatDay, formatPeriod, readings } from '../src/format/dates.ts'
import { currencyDecimals, formatMoney, formatPrice, formatUnitPrice, parseMoney, shift } from '../src/format/money.ts'
import { formatRate, formatUnits } from '../src/format/numbers.ts'
import { t, tWord } from '../src/messages/index.ts'
import { fill } from '../src/messages/translate.ts'

describe('money', () => {
  test.each([
    [123_456, 'USD', '$1,234.56'],
    [-5, 'USD', '-$0.05'],
    [0, 'EUR', '€0.00'],
    [123_456, 'JPY', '¥123,456'],
    [1_234_567, 'KWD', 'KWD 1,234.567'],
    // Browsers give these no decimals; their cents are billed all the same.
    [123_456, 'IDR', 'IDR 1,234.56'],
    [123_456, 'PKR', 'PKR 1,234.56'],
    // More digits than a double keeps as a fraction.
    [9_007_199_254_740_991, 'USD', '$90,071,992,547,409.91'],
  ])('%d minor units of %s read %s', (cents, currency, text) => {
    expect(formatMoney(cents, currency).replaceAll('\u00a0', ' ')).toBe(text)
  })

  test.each([
    ['0.00002', 'USD', '$0.00002'],
    ['12', 'USD', '$12.00'],
    ['0.5', 'JPY', '¥0.5'],
    ['0.123456789012345', 'USD', '$0.123456789012345'],
  ])('a price keeps its digits: %s %s', (amount, currency, text) => {
    expect(formatPrice(amount, currency)).toBe(text)
  })

  test.each([
    ['0.583333333333333', '≈ $0.5833'],
    ['0.0006', '$0.0006'],
    ['499.00', '$499.00'],
  ])('an average is shortened and marked: %s', (amount, text) => {
    expect(formatUnitPrice(amount, 'USD')).toBe(text)
  })

  test.each([
    ['12.5', 'USD', 1250],
    ['1,200', 'USD', 120_000],
    ['-0.01', 'EUR', -1],
    ['1 234 567.5', 'USD', 123_456_750],
    // A comma before the decimals is never passed over.
    ['1000,50', 'USD', undefined],
    ['0,100', 'USD', undefined],
    ['12,34.5', 'USD', undefined],
    ['1,00', 'USD', undefined],
    ['12', 'JPY', 12],
    ['12.5', 'JPY', undefined],
    ['1.234', 'USD', undefined],
    ['', 'USD', undefined],
    ['12e3', 'USD', undefined],
  ])('typed: %s %s', (text, currency, cents) => {
    expect(parseMoney(text, currency)).toBe(cents)
    if (cents !== undefined) expect(parseMoney(shift(cents, currencyDecimals(currency)), currency)).toBe(cents)
  })
})

test('units and rates keep every digit', () => {
  expect(formatUnits('1234567.000000000000001')).toBe('1,234,567.000000000000001')
  expect(formatUnits('12.50')).toBe('12.5')
  expect(formatRate('7.7')).toBe('7.7%')
})

describe('days', () => {
  test('are those of the zone given', () => {
    expect(formatDay('2026-01-31T23:30:00Z', 'Europe/Zurich')).toBe('Feb 1, 2026')
    expect(formatDay('2026-02-01T02:00:00Z', 'America/New_York')).toBe('Jan 31, 2026')
    expect(formatDate('2026-01-31')).toBe('Jan 31, 2026')
    expect(formatPeriod('2026-03-01T00:00:00Z', '2026-03-31T23:59:59Z', 'UTC')).toMatch(/^Mar 1\s–\s31, 2026$/)
  })

  test('are told in each zone once', () => {
    expect(readings('2026-01-31T23:30:00Z', ['Europe/Zurich', null, 'UTC'])).toEqual([
      'Feb 1, 2026, 00:30 Europe/Zurich',
      'Jan 31, 2026, 23:30 UTC',
    ])
  })
})

describe('messages', () => {
  test('are filled, and choose the plural', () => {
    expect(t('list.count', { count: 1234 })).toBe('1,234 in all')
    expect(t('common.events', { count: 1 })).toBe('1 event')
    expect(t('common.events', { count: 0 })).toBe('0 events')
    expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}')
  })

  test('a word of the API that has no message is shown as it is', () => {
    expect(tWord('invoice_status', 'voided')).toBe('Voided')
    expect(tWord('invoice_status', 'brand_new')).toBe('brand new')
  })
})

test('queries leave out what is empty and repeat lists', () => {
  expect(queryText({ page: 1, search_term: '', status: ['draft', 'finalized'], currency: undefined })).toBe(
    '?page=1&status%5B%5D=draft&status%5B%5D=finalized',
  )
  expect(queryText({})).toBe('')
})

test('the state of a page survives its URL, as plain texts', () => {
  const state = { search: 'a b&c="1"', page: '2' }
  expect(parseSearch(stringifySearch({ ...state, view: undefined, from: '' }))).toEqual(state)
})
