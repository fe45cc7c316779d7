import { expect } from 'vitest'
import type { TestApp } from '../support/app.ts'
import { sharedFile } from '../support/shared.ts'

/**
 * Two hours of production requests to language models (Azure Public Dataset, CC-BY 4.0), a price book for them and what
 * they must cost. The files are not part of the repository.
 */
export const traces = [
  { id: 'coding', file: 'llm-trace-code.csv', kind: 'code' },
  { id: 'conversation', file: 'llm-trace-conv.csv', kind: 'chat' },
] as const

export const metricCodes = ['requests', 'prompt_tokens', 'completion_tokens']

export const areTracesHere = sharedFile('data/llm-trace-code.csv') !== undefined

/** Computed apart from this project, from the files alone, with exact fractions; cents rounded half up per fee. */
export const expectedBills = {
  coding: {
    units: { requests: '8819.0', prompt_tokens: '18059974.0', completion_tokens: '245896.0' },
    fees: { requests: 450, prompt_tokens: 4565, completion_tokens: 369, subscription: 4900 },
    total: 10284,
  },
  conversation: {
    units: { requests: '19366.0', prompt_tokens: '22361870.0', completion_tokens: '4088665.0' },
    fees: { requests: 950, prompt_tokens: 5640, completion_tokens: 6133, subscription: 4900 },
    total: 17623,
  },
}

/** One plan, and a subscription to it for each trace, from 1 November 2023 on. */
export async function createPriceBook({ client }: Pick<TestApp, 'client'>): Promise<void> {
  const metrics = [
    { code: 'requests', aggregation_type: 'count_agg' as const },
    { code: 'prompt_tokens', aggregation_type: 'sum_agg' as const, field_name: 'prompt_tokens' },
    { code: 'completion_tokens', aggregation_type: 'sum_agg' as const, field_name: 'completion_tokens' },
  ]
  const ids: Record<string, string> = {}
  for (const metric of metrics) {
    const { data } = await client.billableMetrics.createBillableMetric({
      billable_metric: { name: metric.code, ...metric },
    })
    ids[metric.code] = data.billable_metric.lago_id
  }
  await client.plans.createPlan({
    plan: {
      name: 'LLM inference',
      code: 'llm',
      interval: 'monthly',
      amount_cents: 4900,
      amount_currency: 'USD',
      pay_in_advance: false,
      charges: [
        {
          billable_metric_id: ids.requests ?? '',
          charge_model: 'package',
          properties: { amount: '0.50', package_size: 1000, free_units: 500 },
        },
        {
          billable_metric_id: ids.prompt_tokens ?? '',
          charge_model: 'graduated',
          properties: {
            graduated_ranges: [
              { from_value: 0, to_value: 1_000_000, per_unit_amount: '0.000003', flat_amount: '0' },
              { from_value: 1_000_001, to_value: null, per_unit_amount: '0.0000025', flat_amount: '0' },
            ],
          },
        },
        {
          billable_metric_id: ids.completion_tokens ?? '',
          charge_model: 'standard',
          properties: { amount: '0.000015' },
        },
      ],
    },
  })
  for (const { id } of traces) await subscribe({ client }, id)
}

async function subscribe({ client }: Pick<TestApp, 'client'>, id: string): Promise<void> {
  await client.customers.createCustomer({ customer: { external_id: id, name: id, currency: 'USD' } })
  await client.subscriptions.createSubscription({
    subscription: {
      external_customer_id: id,
      plan_code: 'llm',
      external_id: id,
      billing_time: 'calendar',
      subscription_at: '2023-11-01T00:00:00Z',
    },
  })
}

/** That each customer has one invoice, of 1 December, with the figures expected. */
export async function expectNovemberBills({ client }: Pick<TestApp, 'client'>): Promise<void> {
  for (const { id } of traces) {
    const { data: list } = await client.invoices.findAllInvoices({ external_customer_id: id })
    expect(list.invoices).toHaveLength(1)
    const { data } = await client.invoices.findInvoice(list.invoices[0]?.lago_id ?? '')
    const { invoice } = data
    const fees = Object.fromEntries(
      (invoice.fees ?? []).map(fee => [
        fee.item.type === 'subscription' ? 'subscription' : fee.item.code,
        fee.amount_cents,
      ]),
    )
    expect(fees).toEqual(expectedBills[id].fees)
    expect(invoice.total_amount_cents).toBe(expectedBills[id].total)
    expect(invoice.status).toBe('finalized')
    expect(invoice.issuing_date).toBe('2023-12-01')
  }
}
