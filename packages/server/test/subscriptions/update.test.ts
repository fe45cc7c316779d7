import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import {
  createCustomer,
  createPlan,
  invalid,
  newTenant,
  nextBilling,
  notFound,
  read,
  subscribe,
  succeed,
  webhooksOf,
} from './support.ts'

const NOW = '2026-03-10T14:00:00Z'

let app: TestApp
let tenant: Tenant

beforeAll(async () => {
  app = await startTestApp()
})
beforeEach(async () => {
  tenant = await newTenant(app)
  await tenant.setClock(NOW)
})
afterAll(() => app.stop())

const put = (externalId: string, subscription: object, query = '') =>
  tenant.api.put(`/subscriptions/${externalId}${query}`, { subscription })

async function update(externalId: string, subscription: object) {
  return (await succeed(put(externalId, subscription))).subscription
}

describe('updating a subscription', () => {
  it('changes what is given, and nothing else', async () => {
    const before = await subscribe(tenant, {
      external_id: 'sub',
      name: 'Before',
      plan_code: await createPlan(tenant, { pay_in_advance: true }),
      purchase_order_number: 'PO-1',
    })
    const { data } = await tenant.client.subscriptions.updateSubscription('sub', {
      subscription: { ending_at: '2026-12-31T10:00:00Z' },
    })
    const { entitlements: _, ...unchanged } = before
    expect(data.subscription).toEqual({ ...unchanged, ending_at: '2026-12-31T10:00:00Z' })

    expect(
      await update('sub', {
        name: ' After ',
        on_termination_credit_note: 'refund',
        on_termination_invoice: 'skip',
        consolidate_invoice: false,
        progressive_billing_disabled: true,
        payment_method: { payment_method_type: 'manual' },
        purchase_order_number: ' PO-2 ',
      }),
    ).toMatchObject({
      name: ' After ',
      ending_at: '2026-12-31T10:00:00Z',
      on_termination_credit_note: 'refund',
      on_termination_invoice: 'skip',
      consolidate_invoice: false,
      progressive_billing_disabled: true,
      payment_method: { payment_method_id: null, payment_method_type: 'manual' },
      purchase_order_number: 'PO-2',
    })
  })

  it('clears what is given as null', async () => {
    await subscribe(tenant, {
      external_id: 'sub',
      name: 'Name',
      ending_at: '2026-12-31',
      purchase_order_number: 'PO-1',
    })
    expect(await update('sub', { name: null, ending_at: null, purchase_order_number: null })).toMatchObject({
      name: null,
      ending_at: null,
      purchase_order_number: null,
    })
  })

  it('has nothing to credit where nothing is paid in advance', async () => {
    await subscribe(tenant, { external_id: 'sub' })
    expect((await update('sub', { on_termination_credit_note: 'refund' })).on_termination_credit_note).toBeNull()
  })

  it('moves future invoices to another billing entity, and back', async () => {
    await tenant.api.delete('/test_clock')
    await tenant.api.post('/billing_entities', { billing_entity: { code: 'eu', name: 'EU' } })
    await subscribe(tenant, { external_id: 'sub' })
    const idsOf = async (code: string) =>
      (await tenant.api.get(`/subscriptions?billing_entity_codes[]=${code}`)).body.meta.total_count
    await update('sub', { billing_entity_code: 'eu' })
    expect([await idsOf('eu'), await idsOf('main')]).toEqual([1, 0])
    await update('sub', { billing_entity_code: '' })
    expect([await idsOf('eu'), await idsOf('main')]).toEqual([0, 1])
    expect(await put('sub', { billing_entity_code: 'nope' })).toMatchObject(notFound('billing_entity'))
  })

  it('tells of it', async () => {
    await subscribe(tenant, { external_id: 'sub' })
    const messages = await webhooksOf(tenant, () => update('sub', { name: 'New' }))
    expect(messages.map(message => message.webhook_type)).toEqual(['subscription.updated'])
    expect(messages[0].subscription).toMatchObject({ name: 'New', entitlements: [] })
  })

  it('finds none of another organization', async () => {
    await subscribe(tenant, { external_id: 'sub' })
    const other = await newTenant(app)
    const answer = await other.api.put('/subscriptions/sub', { subscription: { name: 'x' } })
    expect(answer).toMatchObject(notFound('subscription'))
    expect((await read(tenant, 'sub')).name).toBe('')
  })
})

describe('which subscription is updated', () => {
  it('is the only one, whatever its status', async () => {
    await subscribe(tenant, { external_id: 'sub' })
    await tenant.api.delete('/subscriptions/sub')
    expect(await update('sub', { name: 'Ended' })).toMatchObject({ status: 'terminated', name: 'Ended' })
    expect(await put('none', { name: 'x' })).toMatchObject(notFound('subscription'))
  })

  it('is the active one of several, or the pending one when asked', async () => {
    await subscribe(tenant, { external_id: 'sub' })
    await subscribe(tenant, { external_id: 'sub2', subscription_at: '2026-05-01' })
    await tenant.ctx.db
      .updateTable('subscriptions')
      .set({ external_id: 'sub' })
      .where('organization_id', '=', tenant.organizationId)
      .where('external_id', '=', 'sub2')
      .execute()
    expect((await put('sub', { name: 'a' })).body.subscription.status).toBe('active')
    expect((await put('sub', { name: 'b' }, '?status=pending')).body.subscription.status).toBe('pending')
    const inBody = await tenant.api.put('/subscriptions/sub', { status: 'pending', subscription: { name: 'c' } })
    expect(inBody.body.subscription.status).toBe('pending')
  })

  it('is none when several have ended', async () => {
    for (let count = 0; count < 2; count += 1) {
      await subscribe(tenant, { external_id: 'sub' })
      await tenant.api.delete('/subscriptions/sub')
    }
    expect(await put('sub', { name: 'x' })).toMatchObject(notFound('subscription'))
  })
})

describe('a new start of a subscription that has not started', () => {
  const pending = (fields: object = {}) =>
    subscribe(tenant, { external_id: 'sub', subscription_at: '2026-04-01', ...fields })

  it('in the future leaves it pending, and is nobody’s news', async () => {
    await pending()
    const messages = await webhooksOf(tenant, async () => {
      expect(await update('sub', { subscription_at: '2026-05-15T06:00:00Z' })).toMatchObject({
        status: 'pending',
        subscription_at: '2026-05-15T06:00:00Z',
        started_at: null,
      })
    })
    expect(messages).toEqual([])
  })

  it('today starts it', async () => {
    await pending()
    const messages = await webhooksOf(tenant, async () => {
      expect(await update('sub', { subscription_at: '2026-03-10T08:00:00Z' })).toMatchObject({
        status: 'active',
        subscription_at: '2026-03-10T08:00:00Z',
        started_at: '2026-03-10T08:00:00.000Z',
        activated_at: '2026-03-10T08:00:00Z',
      })
    })
    const types = messages.map(message => message.webhook_type)
    expect(types.toSorted()).toEqual(['subscription.started', 'subscription.updated'])
    expect(await nextBilling(tenant, 'sub')).toBe('2026-04-01T00:00:00Z')
  })

  it('in the past starts it then', async () => {
    await pending({ billing_time: 'anniversary' })
    const moved = await update('sub', { subscription_at: '2026-02-15T08:00:00Z' })
    expect(moved).toMatchObject({ status: 'active', started_at: '2026-02-15T08:00:00.000Z' })
    expect(await nextBilling(tenant, 'sub')).toBe('2026-03-15T00:00:00Z')
  })

  it('counts in the customer’s days', async () => {
    const customer = await createCustomer(tenant, { timezone: 'Asia/Tokyo' })
    await pending({ external_customer_id: customer })
    // 14:00 UTC is 23:00 in Tokyo.
    expect((await update('sub', { subscription_at: '2026-03-10T15:00:00Z' })).status).toBe('pending')
    expect((await update('sub', { subscription_at: '2026-03-10T14:59:00Z' })).status).toBe('active')
  })

  it('means nothing once it has started', async () => {
    await subscribe(tenant, { external_id: 'sub' })
    const moved = await update('sub', { subscription_at: '2026-05-01T00:00:00Z', name: 'x' })
    expect(moved).toMatchObject({ subscription_at: NOW, started_at: '2026-03-10T14:00:00.000Z', name: 'x' })
    expect(await put('sub', { subscription_at: null })).toMatchObject(invalid({ subscription_at: ['invalid_date'] }))
  })

  it('is refused when another subscription has the external id by now', async () => {
    await pending()
    await subscribe(tenant, { external_id: 'sub' })
    const answer = await put('sub', { subscription_at: '2026-03-10T08:00:00Z' }, '?status=pending')
    expect(answer).toMatchObject(invalid({ external_id: ['value_already_exist'] }))
    expect((await read(tenant, 'sub', 'pending')).subscription_at).toBe('2026-04-01T00:00:00Z')
  })
})

describe('what is refused', () => {
  it('everything that is wrong, at once', async () => {
    await subscribe(tenant, { external_id: 'sub', plan_code: await createPlan(tenant, { pay_in_advance: true }) })
    expect(
      await put('sub', {
        subscription_at: 'soon',
        ending_at: '2026-03-10',
        purchase_order_number: 'x'.repeat(256),
        on_termination_credit_note: 'gift',
        on_termination_invoice: 'maybe',
        payment_method: { payment_method_type: 'cash' },
        activation_rules: [],
      }),
    ).toMatchObject(
      invalid({
        subscription_at: ['invalid_date'],
        ending_at: ['invalid_date'],
        purchase_order_number: ['value_is_too_long'],
        on_termination_credit_note: ['invalid_value'],
        on_termination_invoice: ['invalid_value'],
        payment_method: ['invalid_payment_method'],
        activation_rules: ['subscription_not_pending'],
      }),
    )
  })

  it('a purchase order for what has ended', async () => {
    await subscribe(tenant, { external_id: 'sub', purchase_order_number: 'PO-1' })
    await tenant.api.delete('/subscriptions/sub')
    expect((await put('sub', { purchase_order_number: ' PO-1 ', name: 'x' })).status).toBe(200)
    const { status, body } = await put('sub', { purchase_order_number: 'PO-2' })
    expect({ status, code: body.code }).toEqual({ status: 405, code: 'purchase_order_number_not_editable' })
  })

  it('to wait for a payment that nobody could make', async () => {
    await subscribe(tenant, { external_id: 'sub', subscription_at: '2026-04-01' })
    expect(await put('sub', { activation_rules: [{ type: 'payment' }] })).toMatchObject(
      invalid({ customer: ['no_default_payment_method'] }),
    )
    expect((await put('sub', { activation_rules: [] })).status).toBe(200)
    expect((await put('sub', {})).status).toBe(400)
  })
})
