import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Case, cases } from './arbitraries.ts'
import { engineFees } from './engine.ts'
import { feesOf, type ModelFee } from './fees.ts'

/**
 * The engine against a model of it: slow, exact, written from the definitions, with nothing in common. Every aggregation,
 * charge model, filter and group; rounding, carrying over, proration. A failure prints the seed and the smallest case.
 */
it('prices any events of any price book like the model', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 3 }), fc.boolean(), (one, parts, eventByEvent) => {
      const { charge, metric, events, period, currency } = one
      const engine = engineFees(charge, metric, events, period, currency, { parts, eventByEvent })
      expect(inOrder(engine)).toEqual(inOrder(feesOf(charge, metric, events, period, currency)))
    }),
    { numRuns: Number(process.env.WEIR_MODEL_RUNS ?? 10_000) },
  )
})

it('does not care in which order events of the same instant arrive, where the order has no meaning', () => {
  const additive = cases.filter(
    ({ metric, charge }) =>
      !['latest_agg', 'unique_count_agg'].includes(metric.aggregation) &&
      [charge, ...charge.filters].every(({ price }) => price.model !== 'percentage') &&
      !(charge.prorated && charge.price.model === 'graduated'),
  )
  fc.assert(
    fc.property(additive, fc.boolean(), ({ charge, metric, events, period, currency }, eventByEvent) => {
      const feesOfStream = (stream: Case['events']) =>
        engineFees(charge, metric, stream, period, currency, { parts: 1, eventByEvent })
      expect(inOrder(feesOfStream(events.toReversed()))).toEqual(inOrder(feesOfStream(events)))
    }),
    { numRuns: 500 },
  )
})

function inOrder(fees: readonly ModelFee[]): ModelFee[] {
  const nameOf = ({ filter, groupedBy }: ModelFee) => JSON.stringify([filter, Object.entries(groupedBy).sort()])
  return fees.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
}

/** Stops a vacuous generator from going unnoticed. */
it('is compared where it matters', () => {
  const sample = fc.sample(cases, { numRuns: 2_000, seed: 7 })
  const fees = (one: Case) => feesOf(one.charge, one.metric, one.events, one.period, one.currency)
  const paid = sample.filter(one => fees(one).some(fee => fee.cents !== '0' && fee.count > 1))
  expect(paid.length).toBeGreaterThan(500)
  const kinds = new Set(paid.map(one => `${one.metric.aggregation} ${one.charge.price.model} ${one.charge.prorated}`))
  expect(kinds.size).toBeGreaterThan(35)
})
