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

let app: TestApp
let tenant: Tenant

beforeAll(async () => {
  app = await startTestApp()
})
beforeEach(async () => {
  tenant = await newTenant(app)
  await tenant.setClock('2026-03-10T14:00:00Z')
})
afterAll(() => app.stop())

const end = (externalId: string, query = '') => tenant.api.delete(`/subscriptions/${externalId}${query}`)

describe('terminating a subscription', () => {
  it('ends it now, once', async () => {
    await subscribe(tenant, { external_id: 'sub' })
    await tenant.setClock('2026-03-18T13:30:15Z')
    const { data } = await tenant.client.subscriptions.destroySubscription('sub')
    expect(data.subscription).toMatchObject({
      status: 'terminated',
      terminated_at: '2026-03-18T13:30:15Z',
      current_billing_period_started_at: '2026-03-10T14:00:00Z',
      current_billing_period_ending_at: '2026-03-18T13:30:15Z',
      on_termination_credit_note: null,
      on_termination_invoice: 'generate',
      applied_invoice_custom_sections: [],
    })
    expect(Object.keys(data.subscription).slice(-4)).toEqual([
      'payment_method',
      'plan',
      'applied_invoice_custom_sections',
      'activation_rules',
    ])
    expect(await nextBilling(tenant, 'sub')).toBeNull()
    expect(await end('sub')).toMatchObject(notFound('subscription'))
  })

  it('ends it once also for many who ask at the same moment', async () => {
    await subscribe(tenant, { external_id: 'sub' })
    const messages = await webhooksOf(tenant, async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => end('sub')))
      expect(answers.map(answer => answer.status).toSorted()).toEqual([200, 404, 404, 404, 404])
    })
    expect(messages.filter(message => message.webhook_type === 'subscription.terminated')).toHaveLength(1)
  })

  const choices = [
    { advance: true, query: '', creditNote: 'credit', invoice: 'generate' },
    { advance: true, query: '?on_termination_credit_note=skip', creditNote: 'skip', invoice: 'generate' },
    { advance: true, query: '?on_termination_credit_note=', creditNote: 'credit', invoice: 'generate' },
    { advance: true, query: '?on_termination_invoice=skip', creditNote: 'credit', invoice: 'skip' },
    { advance: false, query: '?on_termination_credit_note=refund', creditNote: null, invoice: 'generate' },
    { advance: false, query: '?on_termination_credit_note=gift', creditNote: null, invoice: 'generate' },
  ]
  it.each(choices)('keeps what was chosen: in advance $advance, "$query"', async row => {
    const plan = await createPlan(tenant, { pay_in_advance: row.advance })
    await subscribe(tenant, { external_id: 'sub', plan_code: plan })
    const { subscription } = await succeed(end('sub', row.query))
    expect(subscription).toMatchObject({
      on_termination_credit_note: row.creditNote,
      on_termination_invoice: row.invoice,
    })
  })

  it('follows what the subscription says where the request says nothing', async () => {
    const plan = await createPlan(tenant, { pay_in_advance: true })
    await subscribe(tenant, { external_id: 'sub', plan_code: plan })
    const choice = { on_termination_credit_note: 'offset', on_termination_invoice: 'skip' }
    await succeed(tenant.api.put('/subscriptions/sub', { subscription: choice }))
    const { subscription } = await succeed(tenant.api.delete('/subscriptions/sub', { on_termination_invoice: '' }))
    expect(subscription).toMatchObject(choice)
  })

  it('refuses choices that do not exist, and changes nothing', async () => {
    const plan = await createPlan(tenant, { pay_in_advance: true })
    const before = await subscribe(tenant, { external_id: 'sub', plan_code: plan })
    expect(await end('sub', '?on_termination_credit_note=gift&on_termination_invoice=maybe')).toMatchObject(
      invalid({ on_termination_credit_note: ['invalid_value'], on_termination_invoice: ['invalid_value'] }),
    )
    expect(await read(tenant, 'sub')).toEqual(before)
  })

  it('tells that it was updated, then terminated', async () => {
    const customer = await createCustomer(tenant, { name: 'Acme' })
    await subscribe(tenant, { external_id: 'sub', external_customer_id: customer })
    const messages = await webhooksOf(tenant, () => end('sub'))
    expect(messages.map(message => message.webhook_type).toSorted()).toEqual([
      'subscription.terminated',
      'subscription.updated',
    ])
    const { subscription } = messages.find(message => message.webhook_type === 'subscription.terminated')
    expect(subscription).toMatchObject({ status: 'terminated', customer: { name: 'Acme' }, plan: { name: 'Startup' } })
    expect(subscription).not.toHaveProperty('entitlements')
  })

  it('leaves those of other organizations alone', async () => {
    await subscribe(tenant, { external_id: 'sub' })
    const other = await newTenant(app)
    expect(await other.api.delete('/subscriptions/sub')).toMatchObject(notFound('subscription'))
    expect((await read(tenant, 'sub')).status).toBe('active')
  })
})

describe('canceling a subscription that has not started', () => {
  it('needs to be asked for, and tells that it was terminated', async () => {
    await subscribe(tenant, { external_id: 'sub', subscription_at: '2026-04-01' })
    expect(await end('sub')).toMatchObject(notFound('subscription'))
    const messages = await webhooksOf(tenant, async () => {
      const { subscription } = await succeed(end('sub', '?status=pending'))
      expect(subscription).toMatchObject({
        status: 'canceled',
        canceled_at: '2026-03-10T14:00:00Z',
        terminated_at: null,
        started_at: null,
      })
    })
    expect(messages.map(message => [message.webhook_type, message.subscription.status])).toEqual([
      ['subscription.terminated', 'canceled'],
    ])
    expect(await end('sub', '?status=pending')).toMatchObject(notFound('subscription'))
  })

  it('leaves room for a new one', async () => {
    await subscribe(tenant, { external_id: 'sub', subscription_at: '2026-04-01' })
    await end('sub', '?status=pending')
    expect((await subscribe(tenant, { external_id: 'sub' })).status).toBe('active')
  })
})

describe('a subscription that another one will replace', () => {
  /** Makes a pending subscription the cheaper successor of a running one. */
  async function scheduleSuccessor() {
    const customer = await createCustomer(tenant, { timezone: 'America/New_York' })
    const running = await subscribe(tenant, { external_id: 'sub', external_customer_id: customer })
    const plan = await createPlan(tenant, { amount_cents: 100 })
    const next = await subscribe(tenant, {
      external_id: 'next',
      external_customer_id: customer,
      plan_code: plan,
      subscription_at: '2026-05-01',
    })
    await tenant.ctx.db
      .updateTable('subscriptions')
      .set({ external_id: 'sub', previous_subscription_id: running.lago_id })
      .where('id', '=', next.lago_id)
      .execute()
    return { running, plan }
  }

  it('says so: by which plan, and when', async () => {
    const { running, plan } = await scheduleSuccessor()
    expect(await read(tenant, 'sub')).toEqual({
      ...running,
      next_plan_code: plan,
      downgrade_plan_date: '2026-04-01',
    })
    expect(await read(tenant, 'sub', 'pending')).toMatchObject({ previous_plan_code: running.plan_code })
  })

  it('takes it along when it ends, which is no news of its own', async () => {
    await scheduleSuccessor()
    const messages = await webhooksOf(tenant, () => end('sub'))
    expect((await read(tenant, 'sub', 'canceled')).canceled_at).toBe('2026-03-10T14:00:00Z')
    const told = messages.map(message => [message.webhook_type, message.subscription.status])
    expect(told.toSorted()).toEqual([
      ['subscription.terminated', 'terminated'],
      ['subscription.updated', 'terminated'],
    ])
  })

  it('is told when the other one is canceled', async () => {
    await scheduleSuccessor()
    const messages = await webhooksOf(tenant, () => end('sub', '?status=pending'))
    const told = messages.map(message => [message.webhook_type, message.subscription.status])
    expect(told.toSorted()).toEqual([
      ['subscription.terminated', 'canceled'],
      ['subscription.updated', 'active'],
    ])
    expect(await read(tenant, 'sub')).toMatchObject({ next_plan_code: null, downgrade_plan_date: null })
  })
})

describe('what a deleted customer has', () => {
  it('is ended in the background', async () => {
    const customer = await createCustomer(tenant)
    await subscribe(tenant, { external_id: 'running', external_customer_id: customer })
    await subscribe(tenant, {
      external_id: 'future',
      external_customer_id: customer,
      subscription_at: '2026-04-01',
    })
    await subscribe(tenant, { external_id: 'other' })
    const messages = await webhooksOf(tenant, () => tenant.api.delete(`/customers/${customer}`))
    expect((await read(tenant, 'running', 'terminated')).terminated_at).toBe('2026-03-10T14:00:00Z')
    expect((await read(tenant, 'future', 'canceled')).canceled_at).toBe('2026-03-10T14:00:00Z')
    expect((await read(tenant, 'other')).status).toBe('active')
    expect(messages.map(message => message.webhook_type).toSorted()).toEqual([
      'subscription.terminated',
      'subscription.updated',
    ])
  })
})

describe('a deleted plan', () => {
  it('ends its subscriptions in the background, and is gone then', async () => {
    const plan = await createPlan(tenant)
    for (const external_id of ['a', 'b', 'c']) await subscribe(tenant, { external_id, plan_code: plan })
    await subscribe(tenant, { external_id: 'future', plan_code: plan, subscription_at: '2026-04-01' })
    await subscribe(tenant, { external_id: 'other' })
    await succeed(tenant.api.delete(`/plans/${plan}`))
    await tenant.settle()
    const { body } = await tenant.api.get(`/subscriptions?plan_code=${plan}&status[]=all`)
    expect(body.subscriptions.map((one: { status: string }) => one.status).toSorted()).toEqual([
      'canceled',
      'terminated',
      'terminated',
      'terminated',
    ])
    expect((await read(tenant, 'other')).status).toBe('active')
    expect(await tenant.api.get(`/plans/${plan}`)).toMatchObject(notFound('plan'))
  })
})
