import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimal, formatDecimal } from '../../src/money/index.ts'
import { parseChargeModel, price } from '../../src/pricing/index.ts'
import { tiers } from './support.ts'

const TWO_TIERS = tiers('0-10 @2', '11-* @1 +5')
const THREE_TIERS = tiers('0-5 @3 +1', '6-10 @2 +1', '11-* @1 +1')

function graduated(ranges: object[], full: readonly number[], prorated: readonly number[]) {
  const changes = full.map((units, place) => ({ full: decimal(units), prorated: decimal(prorated[place] ?? 0) }))
  const units = changes.reduce((sum, change) => sum.plus(change.prorated), decimal(0))
  const model = parseChargeModel('graduated', { graduated_ranges: ranges })
  return price(model, { units, eventsCount: full.length, proratedChanges: changes }, 'USD')
}

describe('prorated graduated charges', () => {
  it.each<[object[], number[], number[], string]>([
    [TWO_TIERS, [14], [14], '29'],
    [TWO_TIERS, [8, 6], [8, 3], '25'],
    [TWO_TIERS, [8, 6, -6], [8, 3, -2], '22.333333333333333'],
    [TWO_TIERS, [25], [5], '12'],
    [TWO_TIERS, [4, -4, 12], [4, -2, 3], '14.5'],
    [THREE_TIERS, [22], [11], '21.5'],
    [THREE_TIERS, [1, 1, 1, -1], [1, 0.5, 0.2, 0], '6.1'],
  ])('full units choose the tier, prorated ones are priced: %#', (ranges, full, prorated, amount) => {
    expect(graduated(ranges, full, prorated).amount.toDecimalPlaces(15).toFixed()).toBe(amount)
  })

  it('divide the amount by the full units, and are not explained tier by tier', () => {
    const priced = graduated(THREE_TIERS, [1, 1, 1, -1], [1, 0.5, 0.2, 0])
    expect(formatDecimal(priced.unitAmount)).toBe('3.05')
    expect(priced.amountDetails).toEqual({})
  })

  it('ask for the flat amount of the first tier without any usage', () => {
    expect(graduated(THREE_TIERS, [], []).amount.toFixed()).toBe('1')
    expect(graduated(THREE_TIERS, [3, -3], [0, 0]).amount.toFixed()).toBe('1')
  })

  it('cost what they cost unprorated when everything was in force all the time', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), changes => {
        const units = decimal(changes.reduce((sum, change) => sum + change, 0))
        const model = parseChargeModel('graduated', { graduated_ranges: THREE_TIERS })
        const unprorated = price(model, { units, eventsCount: changes.length }, 'USD').amount
        expect(graduated(THREE_TIERS, changes, changes).amount.toFixed()).toBe(unprorated.toFixed())
      }),
    )
  })
})

describe('prorated volume charges', () => {
  it('take the tier of the full units for the prorated ones', () => {
    const model = parseChargeModel('volume', { volume_ranges: tiers('0-10 @4 +1', '11-* @3 +2') })
    const priced = price(model, { units: decimal('7.5'), fullUnits: decimal(12), eventsCount: 2 }, 'USD')
    expect(priced.amount.toFixed()).toBe('24.5')
    expect(priced.unitAmount.toDecimalPlaces(15).toFixed()).toBe('2.041666666666667')
    expect(priced.amountDetails).toEqual({
      flat_unit_amount: '2.0',
      per_unit_amount: '1.875',
      per_unit_total_amount: '22.5',
    })
  })
})

describe('prorated standard charges', () => {
  it.each([
    ['12.5', '15', '3', '37.5', '2.5'],
    ['5', '4', '7', '35.0', '8.75'],
  ])('%s of %s units at %s cost %s, %s a unit', (units, full, amount, total, unitAmount) => {
    const model = parseChargeModel('standard', { amount })
    const priced = price(model, { units: decimal(units), fullUnits: decimal(full), eventsCount: 2 }, 'USD')
    expect([formatDecimal(priced.amount), formatDecimal(priced.unitAmount)]).toEqual([total, unitAmount])
  })
})
