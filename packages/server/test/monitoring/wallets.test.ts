import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { failPurchase, settlePurchase } from '../../src/credits/index.ts'
import { invalid, notFound } from '../catalog/support.ts'
import { createWallet, grant, readWallet, transact, transactionsOf } from '../credits/support.ts'
import { storyOf } from '../invoices/billing-support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

/** A customer `acme` who pays a dollar a unit of x and y, half a dollar in advance of z, with 20 % taxes. */
async function begin() {
  const story = storyOf(await app.newOrganization())
  await story.setClock('2026-06-01T00:00:00Z')
  await story.tax('vat', 20, { applied_to_organization: true })
  const charges = []
  for (const code of ['x', 'y', 'z']) {
    const { lago_id } = await story.metric(code)
    charges.push({
      billable_metric_id: lago_id,
      charge_model: 'standard',
      properties: { amount: code === 'z' ? '0.5' : '1' },
      pay_in_advance: code === 'z',
      invoiceable: code !== 'z',
      accepts_target_wallet: code === 'y',
    })
  }
  await story.plan('metered', { amount_cents: 2000, charges })
  await story.customer('acme')
  await story.subscribe('s1', 'metered')
  return {
    ...story,
    async wallet(code: string, credits: string, fields: object = {}) {
      const shared = { external_customer_id: 'acme', currency: 'USD', code }
      const { lago_id } = await createWallet(story, { ...shared, ...fields })
      await grant(story, lago_id, credits)
      await story.settle()
      return lago_id as string
    },
    async ongoing(id: string) {
      const wallet = await readWallet(story, id)
      return [wallet.ongoing_usage_balance_cents, wallet.ongoing_balance_cents]
    },
  }
}

describe('ongoing balances', () => {
  it('lie below balances by the usage that is not invoiced, taxes included', async () => {
    const story = await begin()
    const first = await story.wallet('first', '10', { priority: 1, applies_to: { billable_metric_codes: ['x'] } })
    const last = await story.wallet('last', '15', { priority: 2 })
    expect(await story.ongoing(first)).toEqual([0, 1000])
    await story.send('s1', 'x', '2026-06-01T01:00:00Z 15')
    await story.send('s1', 'y', '2026-06-01T01:00:00Z 5')
    await story.send('s1', 'z', '2026-06-01T01:00:00Z 8')
    await story.settle()
    // 18.00 of x, of which the first wallet can pay 10.00, and 6.00 of y; what is billed in advance is none of it.
    expect([await story.ongoing(first), await story.ongoing(last)]).toEqual([
      [1000, 0],
      [1400, 100],
    ])
    expect(await readWallet(story, last)).toMatchObject({
      credits_ongoing_balance: '1.0',
      credits_ongoing_usage_balance: '14.0',
      balance_cents: 1500,
    })
    // The other way round.
    await story.api.put(`/wallets/${last}`, { wallet: { priority: 1 } })
    await story.api.put(`/wallets/${first}`, { wallet: { priority: 2, applies_to: { fee_types: [] } } })
    await story.settle()
    expect([await story.ongoing(last), await story.ongoing(first)]).toEqual([
      [1500, 0],
      [900, 100],
    ])
    await story.api.delete(`/wallets/${first}`)
    await story.advanceTo('2026-06-01T02:00:00Z')
    expect(await story.ongoing(last)).toEqual([2400, -900])
  })

  it('count usage for the wallet that its events name', async () => {
    const story = await begin()
    const first = await story.wallet('first', '1', { priority: 1 })
    const named = await story.wallet('named', '2', { priority: 2 })
    await story.api.post('/events', {
      event: {
        transaction_id: 'e1',
        external_subscription_id: 's1',
        code: 'y',
        timestamp: Temporal.Instant.from('2026-06-01T00:00:00Z').epochMilliseconds / 1000,
        properties: { n: 3, target_wallet_code: 'named' },
      },
    })
    await story.settle()
    expect([await story.ongoing(first), await story.ongoing(named)]).toEqual([
      [0, 100],
      [360, -160],
    ])
  })

  it('count drafts, with the fee of the subscription', async () => {
    const story = await begin()
    await story.customer('acme', { billing_configuration: { invoice_grace_period: 5 } })
    const id = await story.wallet('main', '50')
    await story.advanceTo('2026-07-01T02:00:00Z')
    expect(await story.ongoing(id)).toEqual([2400, 2600])
  })

  it('tell once that nothing is left', async () => {
    const story = await begin()
    const id = await story.wallet('main', '5')
    const told = async (work: () => Promise<unknown>) =>
      (await receivedWebhooks(story, work))
        .map(message => message.webhook_type)
        .filter(type => type === 'wallet.depleted_ongoing_balance')
    expect(await told(() => story.send('s1', 'x', '2026-06-01T00:00:00Z 4'))).toEqual([])
    expect(await told(() => story.send('s1', 'x', '2026-06-01T00:00:00Z 5'))).toHaveLength(1)
    expect(await told(() => story.send('s1', 'x', '2026-06-01T00:00:00Z 6'))).toEqual([])
    expect(await told(() => grant(story, id, '20'))).toEqual([])
    expect(await told(() => transact(story, id, { voided_credits: '10' }))).toHaveLength(1)
  })

  it('have rules top up wallets that fall to their thresholds, and wait an hour after a failure', async () => {
    const story = await begin()
    const id = await story.wallet('main', '30', {
      recurring_transaction_rules: [
        {
          trigger: 'threshold',
          threshold_credits: '20',
          paid_credits: '10',
          granted_credits: '1',
          transaction_name: 'Auto',
        },
      ],
    })
    const purchases = async () =>
      (await transactionsOf(story, id, 'transaction_status=purchased')).map((one: Record<string, unknown>) => [
        one.amount,
        one.status,
        one.source,
        one.name,
        one.lago_id,
      ])
    await story.send('s1', 'x', '2026-06-01T00:00:00Z 8')
    await story.settle()
    expect(await purchases()).toEqual([])
    await story.send('s1', 'x', '2026-06-01T00:00:00Z 1')
    await story.settle()
    const [first] = await purchases()
    expect(first).toEqual(['10.0', 'pending', 'threshold', 'Auto', expect.any(String)])
    expect((await readWallet(story, id)).balance_cents).toBe(3100)
    await failPurchase(story.ctx, first?.[4] as string)
    await story.send('s1', 'x', '2026-06-01T00:00:00Z 2')
    await story.settle()
    expect(await purchases()).toHaveLength(1)
    await settlePurchase(story.ctx, first?.[4] as string)
    await story.send('s1', 'x', '2026-06-01T00:00:00Z 20')
    await story.settle()
    // 37.20 of 41 and 1 credits are used: twice ten bring it above the threshold.
    expect((await purchases()).map((one: unknown[]) => one.slice(0, 2))).toContainEqual(['20.0', 'pending'])
  })
})

describe('alerts on wallets', () => {
  const path = '/customers/acme/wallets/main/alerts'
  const alert = (fields: object = {}) => ({
    alert_type: 'wallet_balance_amount',
    code: 'low',
    name: 'Low',
    thresholds: [{ value: '5000', code: 'warn' }, { value: '1000' }, { value: '500', recurring: true }],
    ...fields,
  })

  it('live through the official client', async () => {
    const story = await begin()
    const id = await story.wallet('main', '70')
    const { customers } = story.client
    const { data } = await customers.createCustomerWalletAlert('acme', 'main', { alert: alert() } as never)
    const made = (data as { alert: { lago_id: string } }).alert
    expect(made).toEqual({
      lago_id: expect.any(String),
      lago_organization_id: story.organizationId,
      subscription_external_id: null,
      external_subscription_id: null,
      lago_wallet_id: id,
      wallet_code: 'main',
      alert_type: 'wallet_balance_amount',
      code: 'low',
      name: 'Low',
      direction: 'decreasing',
      previous_value: '7000.0',
      last_processed_at: null,
      thresholds: [
        { code: 'warn', value: '5000.0', recurring: false },
        { code: null, value: '1000.0', recurring: false },
        { code: null, value: '500.0', recurring: true },
      ],
      created_at: '2026-06-01T00:00:00Z',
      billable_metric: null,
    })
    await customers.updateCustomerWalletAlert('acme', 'main', 'low', {
      alert: { name: 'Lower', thresholds: [] },
    } as never)
    const { data: read } = await customers.getCustomerWalletAlert('acme', 'main', 'low')
    expect(read.alert).toMatchObject({ name: 'Lower', thresholds: made && expect.any(Array) })
    expect((await customers.getCustomerWalletAlerts('acme', 'main')).data.alerts).toHaveLength(1)
    await customers.deleteCustomerWalletAlert('acme', 'main', 'low')
    expect(await story.api.get(`${path}/low`)).toMatchObject(notFound('alert'))
    await story.api.post(path, { alert: alert() })
    await customers.deleteAllCustomerWalletAlerts('acme', 'main')
    expect((await story.api.get(path)).body.alerts).toEqual([])
    expect(await story.api.get('/customers/acme/wallets/none/alerts')).toMatchObject(notFound('wallet'))
    expect(await story.api.get('/customers/nobody/wallets/main/alerts')).toMatchObject(notFound('customer'))

    await story.api.post(path, { alert: alert() })
    for (const [fields, details] of [
      [{ alert_type: '' }, { alert_type: ['value_is_mandatory', 'value_is_invalid'] }],
      [{ alert_type: 'current_usage_amount' }, { alert_type: ['invalid_type'] }],
      [{ thresholds: [] }, { thresholds: ['value_is_mandatory'] }],
      [{ alert_type: 'wallet_credits_balance', code: '' }, { code: ['value_is_mandatory'] }],
      [{ code: 'other' }, { base: ['alert_already_exists'] }],
    ] as const) {
      expect(await story.api.post(path, { alert: alert(fields) })).toMatchObject(invalid(details as never))
    }
    const several = [alert({ alert_type: 'wallet_credits_balance', code: 'a' }), alert({ code: 'b' })]
    expect((await story.api.post(path, { alerts: several })).body.error_details).toEqual({
      1: { params: several[1], errors: 'Validation errors: {"base":["alert_already_exists"]}' },
    })
    expect((await story.api.get(path)).body.alerts).toHaveLength(1)
  })

  it('tell of the thresholds that balances fell past', async () => {
    const story = await begin()
    const id = await story.wallet('main', '70')
    const ongoing = { alert_type: 'wallet_ongoing_balance_amount', code: 'ongoing', thresholds: [{ value: '0' }] }
    await story.api.post(path, { alerts: [alert(), alert(ongoing)] })
    await story.settle()
    const triggered = async (work: () => Promise<unknown>) =>
      (await receivedWebhooks(story, work))
        .filter(message => message.webhook_type === 'alert.triggered')
        .map(({ triggered_alert: told }) => told)
    expect(await triggered(() => transact(story, id, { voided_credits: '10' }))).toEqual([])
    const [low] = await triggered(() => transact(story, id, { voided_credits: '51' }))
    expect(low).toMatchObject({
      lago_subscription_id: null,
      external_subscription_id: null,
      lago_wallet_id: id,
      external_customer_id: 'acme',
      billable_metric_code: null,
      alert_code: 'low',
      alert_type: 'wallet_balance_amount',
      current_value: '900.0',
      previous_value: '6000.0',
      crossed_thresholds: [
        { code: 'warn', value: '5000.0', recurring: false },
        { code: null, value: '1000.0', recurring: false },
      ],
    })
    const told = await triggered(() => story.send('s1', 'x', '2026-06-01T00:00:00Z 8'))
    expect(told).toMatchObject([{ alert_code: 'ongoing', current_value: '-60.0', previous_value: '900.0' }])
    expect((await story.api.get(`${path}/low`)).body.alert).toMatchObject({ previous_value: '900.0' })
  })
})
