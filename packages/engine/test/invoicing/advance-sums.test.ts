import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chargeFees } from '../../src/invoicing/index.ts'
import { decimal, ZERO } from '../../src/money/index.ts'
import { parseChargeModel } from '../../src/pricing/index.ts'
import { bill, type Charged, eventAt, usageOf } from './advance-support.ts'

describe('the fees of a period', () => {
  const amount = fc.integer({ min: 0, max: 5000 }).map(n => decimal(n).div(1000).toFixed())
  const optional = (arbitrary: fc.Arbitrary<unknown>, key: string) =>
    fc.option(
      arbitrary.map(value => ({ [key]: value })),
      { nil: {} },
    )
  const tier = fc.tuple(fc.integer({ min: 1, max: 20 }), amount, amount)
  const tiersOf = (rate: string) =>
    fc.array(tier, { minLength: 1, maxLength: 4 }).map(list => {
      let from = 0
      return list.map(([width, price, flat_amount], place) => {
        const to = from + width
        const bounds = { from_value: from, to_value: place === list.length - 1 ? null : to }
        from = to + 1
        return { ...bounds, [rate]: price, flat_amount }
      })
    })
  const charged: fc.Arbitrary<Pick<Charged, 'model' | 'properties'>> = fc.oneof(
    amount.map(value => ({ model: 'standard' as const, properties: { amount: value } })),
    fc
      .tuple(amount, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 9 }))
      .map(([value, package_size, free_units]) => ({
        model: 'package' as const,
        properties: { amount: value, package_size, free_units },
      })),
    tiersOf('per_unit_amount').map(graduated_ranges => ({
      model: 'graduated' as const,
      properties: { graduated_ranges },
    })),
    tiersOf('rate').map(graduated_percentage_ranges => ({
      model: 'graduated_percentage' as const,
      properties: { graduated_percentage_ranges },
    })),
    fc
      .tuple(
        amount,
        optional(amount, 'fixed_amount'),
        // With both, what one event frees depends on the events after it: then fees need not add up.
        fc.oneof(
          optional(fc.integer({ min: 1, max: 4 }), 'free_units_per_events'),
          optional(amount, 'free_units_per_total_aggregation'),
        ),
        optional(amount, 'per_transaction_min_amount'),
      )
      .map(([rate, ...others]) => ({ model: 'percentage' as const, properties: Object.assign({ rate }, ...others) })),
  )

  it('add up to what the same usage costs in arrears, as long as it only grows', () => {
    const values = fc.array(
      fc.integer({ min: 1, max: 9000 }).map(n => decimal(n).div(1000).toFixed()),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(
        charged,
        fc.constantFrom('sum_agg' as const, 'count_agg' as const),
        values,
        (model, aggregation, texts) => {
          const { fees } = bill({ ...model, aggregation }, texts)
          const chargeModel = parseChargeModel(model.model, model.properties)
          const row = usageOf({ ...model, aggregation }, texts.map(eventAt))
          const [whole] = chargeFees({ currency: 'USD', chargeModel, filters: [] }, [row])
          const sum = fees.reduce((total, fee) => total.plus(fee.preciseAmountCents), ZERO)
          expect(Number(sum)).toBeCloseTo(Number(whole?.preciseAmountCents), 9)
        },
      ),
    )
  })

  it('charge the highest total that was reached, whatever went up and down before', () => {
    const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), values, (first, rest) => {
        const texts = [first, ...rest].map(String)
        const { fees } = bill({ model: 'standard', properties: { amount: '1' } }, texts)
        let level = 0
        const highest = Math.max(...texts.map(text => (level += Number(text))))
        expect(fees.reduce((sum, fee) => sum + Number(fee.amountCents), 0)).toBe(highest * 100)
      }),
    )
  })
})
