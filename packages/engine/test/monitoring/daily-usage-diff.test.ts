import { expect, it } from 'vitest'
import { dailyUsageDiff } from '../../src/index.ts'

const counts = (units: string, eventsCount: number, amountCents: number) => ({
  units,
  total_aggregated_units: units,
  events_count: eventsCount,
  amount_cents: amountCents,
})
const presented = (cloud: string, units: string) => ({ presentation_by: { cloud }, units })
const filter = (region: string | null, ...of: Parameters<typeof counts>) => ({
  ...counts(...of),
  values: region === null ? null : { region: [region] },
  presentation_breakdowns: [],
})

function charge(id: string, of: ReturnType<typeof counts>, parts: object = {}) {
  return { ...of, charge: { lago_id: id }, filters: [], grouped_usage: [], presentation_breakdowns: [], ...parts }
}

function usage(amountCents: number, taxes: number, charges: ReturnType<typeof charge>[]) {
  return {
    currency: 'EUR',
    amount_cents: amountCents,
    taxes_amount_cents: taxes,
    total_amount_cents: amountCents + taxes,
    charges_usage: charges,
  }
}

it('is all of the usage on the first day', () => {
  const first = usage(100, 20, [charge('a', counts('1.0', 1, 100))])
  expect(dailyUsageDiff(first, undefined)).toEqual(first)
})

it('takes off what was there the day before, part by part', () => {
  const before = usage(700, 140, [
    charge('a', counts('7.5', 3, 500), {
      filters: [filter('eu', '5.0', 2, 400), filter(null, '2.5', 1, 100)],
      grouped_usage: [
        {
          ...counts('7.5', 3, 500),
          grouped_by: { user: 'x', team: 't' },
          filters: [filter('eu', '5.0', 2, 400)],
          presentation_breakdowns: [presented('aws', '5.0')],
        },
      ],
      presentation_breakdowns: [presented('aws', '2.5'), presented('gcp', '1.0')],
    }),
    charge('gone', counts('2.0', 2, 200)),
  ])
  const today = usage(1300, 260, [
    charge('a', counts('10.0', 5, 1000), {
      filters: [filter('eu', '6.0', 3, 600), filter('us', '1.0', 1, 200), filter(null, '3.0', 1, 200)],
      grouped_usage: [
        {
          ...counts('9.0', 4, 800),
          grouped_by: { team: 't', user: 'x' },
          filters: [filter('eu', '6.0', 3, 600)],
          presentation_breakdowns: [presented('aws', '6.0')],
        },
        { ...counts('1.0', 1, 200), grouped_by: { team: 't', user: null }, filters: [], presentation_breakdowns: [] },
      ],
      presentation_breakdowns: [presented('aws', '4.0'), presented('azure', '6.0')],
    }),
    charge('new', counts('3.0', 1, 300)),
  ])
  const diff = dailyUsageDiff(today, before)
  // Of 140 of taxes, 500/700 belong to the charge that is still there.
  expect(diff).toMatchObject({
    currency: 'EUR',
    amount_cents: 800,
    taxes_amount_cents: 160,
    total_amount_cents: 960,
    charges_usage: [
      {
        ...counts('2.5', 2, 500),
        total_aggregated_units: '10.0',
        filters: [
          { ...counts('1.0', 1, 200), total_aggregated_units: '6.0' },
          counts('1.0', 1, 200),
          { ...counts('0.5', 0, 100), total_aggregated_units: '3.0' },
        ],
        grouped_usage: [
          {
            ...counts('1.5', 1, 300),
            total_aggregated_units: '9.0',
            filters: [{ ...counts('1.0', 1, 200), total_aggregated_units: '6.0' }],
            presentation_breakdowns: [{ units: '1.0' }],
          },
          counts('1.0', 1, 200),
        ],
        presentation_breakdowns: [presented('aws', '1.5'), presented('azure', '6.0')],
      },
      counts('3.0', 1, 300),
    ],
  })
})

it('takes off all earlier taxes where nothing was to be taxed, and rounds shares away from zero', () => {
  const nothing = usage(0, 7, [])
  expect(dailyUsageDiff(usage(100, 20, []), nothing).taxes_amount_cents).toBe(13)
  const before = usage(200, 25, [charge('a', counts('1.0', 1, 100)), charge('gone', counts('1.0', 1, 100))])
  const today = usage(100, 13, [charge('a', counts('1.0', 1, 100))])
  // Half of 25 is 12.5, rounded 13.
  expect(dailyUsageDiff(today, before)).toMatchObject({ amount_cents: 0, taxes_amount_cents: 0 })
})
