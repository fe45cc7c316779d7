import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { createMetric, type Fields, type Metered, meter, type Sent, send, usageOf } from './support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
  await app.setClock('2026-06-30T12:00:00Z')
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => app.stop())

const REGIONS = ['r0', 'r1', 'r2', 'r3', 'r4']
const TIERS = ['gold', 'iron']

const AGGREGATIONS: Fields[] = [
  { aggregation_type: 'sum_agg' },
  { aggregation_type: 'count_agg' },
  { aggregation_type: 'max_agg' },
  { aggregation_type: 'latest_agg' },
  { aggregation_type: 'unique_count_agg' },
  { aggregation_type: 'sum_agg', recurring: true },
  { aggregation_type: 'weighted_sum_agg', weighted_interval: 'seconds', recurring: true },
  { aggregation_type: 'unique_count_agg', recurring: true },
]

/** Twenty charges of eight metrics, some prorated, some in advance, with ten filters each. */
async function largePlan(): Promise<Metered> {
  const filters = [
    { key: 'region', values: REGIONS },
    { key: 'tier', values: TIERS },
  ]
  const metrics: { lago_id: string; code: string }[] = []
  for (const fields of AGGREGATIONS) metrics.push(await createMetric(app, { ...fields, filters }))
  const charges = Array.from({ length: 20 }, (_, place) => {
    const about = AGGREGATIONS[place % metrics.length]
    const mayChange = about?.aggregation_type !== 'weighted_sum_agg' && about?.recurring === true
    return {
      billable_metric_id: metrics[place % metrics.length]?.lago_id,
      charge_model: 'standard',
      properties: { amount: '1' },
      code: `charge-${place}`,
      prorated: mayChange && place > 10,
      pay_in_advance: mayChange && place < 10,
      filters: REGIONS.flatMap(region =>
        TIERS.map(tier => ({
          values: { region: [region], tier: [tier] },
          properties: { amount: '2', pricing_group_keys: ['team'] },
        })),
      ),
    }
  })
  const metered = await meter(app, { charges })
  const events = metrics.flatMap(({ code }) =>
    Array.from(
      { length: 5 },
      (_, place): Sent => ({
        at: `2026-06-1${place}T00:00:00Z`,
        code,
        properties: { value: '1', region: REGIONS[place], tier: TIERS[place % 2], team: 'a' },
      }),
    ),
  )
  await send(metered, events)
  return metered
}

/** The statements that a request makes, those that read events apart. Background work, which makes its own, is done before. */
async function statementsOf(metered: Metered) {
  await app.settle()
  const query = vi.spyOn(Client.prototype, 'query')
  await usageOf(metered)
  const texts = query.mock.calls.map(([statement]) =>
    typeof statement === 'string' ? statement : ((statement as unknown as { text?: string }).text ?? ''),
  )
  query.mockRestore()
  const ofEvents = texts.filter(text => /from events\b/.test(text))
  return {
    ofEvents: ofEvents.length,
    others: texts.filter(text => text.startsWith('select') && !ofEvents.includes(text)).length,
  }
}

it('reads events at most once a metric, whatever the number of charges, filters and groups', async () => {
  const large = await largePlan()
  const usage = await usageOf(large)
  expect(usage.charges_usage).toHaveLength(20)
  expect(usage.charges_usage.every((charge: Fields) => (charge.filters as unknown[]).length === 11)).toBe(true)
  const small = await statementsOf(await meter(app))
  const { ofEvents, others } = await statementsOf(large)
  expect(ofEvents).toBeGreaterThan(0)
  expect(ofEvents).toBeLessThanOrEqual(AGGREGATIONS.length)
  // What was kept of charges in advance and of levels is read where there are such charges.
  expect(others).toBeLessThanOrEqual(small.others + 2)
})
