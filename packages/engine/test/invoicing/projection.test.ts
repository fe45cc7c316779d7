import { describe, expect, it } from 'vitest'
import { chargeFees, elapsedShare, type PricedCharge, projectFee } from '../../src/invoicing/index.ts'
import type { BucketUsage } from '../../src/metering/index.ts'
import { decimal } from '../../src/money/index.ts'
import { type ChargeModelName, type ChargeProperties, parseChargeModel } from '../../src/pricing/index.ts'
import { percentageTiers, tiers } from '../pricing/support.ts'

const at = (text: string) => Temporal.Instant.from(text)
const april = { from: at('2026-04-01T00:00:00Z'), to: at('2026-04-30T23:59:59.999999Z') }

function project(
  model: ChargeModelName,
  properties: ChargeProperties,
  units: string,
  {
    share = 0.3,
    recurring = false,
    charge = {},
    row = {},
  }: {
    share?: number
    recurring?: boolean
    charge?: Partial<PricedCharge>
    row?: Partial<BucketUsage>
  } = {},
) {
  const priced = { currency: 'USD', chargeModel: parseChargeModel(model, properties), filters: [], ...charge } as const
  const usage = { filterId: null, groupedBy: {}, units: decimal(units), eventsCount: 2, ...row }
  const [fee] = chargeFees(priced, [usage])
  if (fee === undefined) throw new Error('no fee')
  return projectFee(priced, usage, fee, share, recurring)
}

describe('the share of a period that has passed', () => {
  it.each([
    ['2026-04-09T15:00:00Z', 'UTC', april, 9 / 30],
    ['2026-04-09T00:00:00Z', 'UTC', april, 9 / 30],
    ['2026-04-01T00:00:00Z', 'UTC', april, 1 / 30],
    ['2026-04-30T23:59:59Z', 'UTC', april, 1],
    ['2026-05-02T00:00:00Z', 'UTC', april, 1],
    ['2026-03-31T23:00:00Z', 'UTC', april, 0],
    ['2026-04-22T10:00:00Z', 'UTC', { ...april, from: at('2026-04-21T18:30:00Z') }, 2 / 10],
    [
      '2026-03-09T03:00:00Z',
      'America/New_York',
      { from: at('2026-03-01T05:00:00Z'), to: at('2026-04-01T03:59:59.999999Z') },
      8 / 31,
    ],
  ])('at %s in %s', (now, timeZone, period, share) => {
    expect(elapsedShare(period, at(now), timeZone)).toBe(share)
  })
})

describe('a projected fee', () => {
  const graduated = { graduated_ranges: tiers('0-10 @1 +5', '11-20 @0.5 +2', '21-* @0.1') }
  const mixed = { graduated_ranges: tiers('0-2 @3', '2-10 @1', '11-* @0.5') }
  const volume = { volume_ranges: tiers('0-10 @1 +5', '11-* @0.5 +2') }
  const packages = { amount: '8', package_size: 10, free_units: 5 }
  const percentage = { rate: '10', fixed_amount: '1' }

  it.each<[ChargeModelName, ChargeProperties, string, number, string, bigint]>([
    ['standard', { amount: '1.20' }, '7', 0.3, '23.33', 2800n],
    ['standard', { amount: '1.20' }, '12.5', 0.3, '41.67', 5000n],
    ['standard', { amount: '1.20' }, '7', 1, '7', 840n],
    ['standard', { amount: '1.20' }, '-7', 0.3, '0', 0n],
    ['standard', { amount: '1.20' }, '7', 0, '0', 0n],
    // 10 + 5, then 5 at 0.5 and 2 flat
    ['graduated', graduated, '5', 1 / 3, '15', 1950n],
    ['graduated', graduated, '8', 1 / 3, '24', 2240n],
    ['graduated', graduated, '0', 1 / 3, '0', 0n],
    // Nothing is counted twice where tiers meet.
    ['graduated', mixed, '6', 0.5, '12', 1500n],
    ['volume', volume, '5', 1 / 3, '15', 950n],
    ['volume', volume, '0', 1 / 3, '0', 0n],
    ['package', packages, '9', 0.5, '18', 1600n],
    ['package', packages, '2', 0.5, '4', 0n],
    // (7 x 10 % + 2 events x 1) / 0.3
    ['percentage', percentage, '7', 0.3, '23.33', 900n],
    ['graduated_percentage', { graduated_percentage_ranges: percentageTiers('0-* @10 +3') }, '0', 0.3, '0', 1000n],
  ])('%s %o: %s units at %d', (model, properties, units, share, projectedUnits, cents) => {
    expect(project(model, properties, units, { share })).toMatchObject({ units: projectedUnits, amountCents: cents })
  })

  it('of a dynamic charge grows as its amount', () => {
    const row = { preciseTotalAmountCents: decimal('100.5') }
    expect(project('dynamic', {}, '4', { row })).toMatchObject({ units: '13.33', amountCents: 335n })
  })

  it('is the present one where the metric carries over', () => {
    const row = { presented: [{ presentedBy: { place: 'eu' }, units: '7.0' }] }
    expect(project('standard', { amount: '1.20' }, '7', { recurring: true, row })).toEqual({
      units: '7',
      amountCents: 840n,
      pricingUnitAmountCents: null,
      presented: row.presented,
    })
  })

  it('projects its parts to the decimals of the currency', () => {
    const row = { presented: [{ presentedBy: { place: 'eu' }, units: '7' }] }
    const parts = (currency: 'USD' | 'JPY', share: number) =>
      project('standard', { amount: '1' }, '7', { row, share, charge: { currency } }).presented.map(
        ({ units }) => units,
      )
    expect([parts('USD', 0.3), parts('JPY', 0.3), parts('USD', 0)]).toEqual([['23.33'], ['23.0'], ['0.0']])
  })

  it('is converted from pricing units', () => {
    const pricingUnit = { id: 'u', code: 'credits', shortName: 'CR', conversionRate: '0.5' }
    expect(project('standard', { amount: '1.20' }, '7', { charge: { pricingUnit } })).toMatchObject({
      amountCents: 1400n,
      pricingUnitAmountCents: 2800n,
    })
  })
})
