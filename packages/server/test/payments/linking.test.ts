import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freshCode } from '../catalog/support.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'

let app: TestApp
let other: Tenant

beforeAll(async () => {
  app = await startTestApp()
  other = await app.newOrganization()
})

afterAll(() => app.stop())

type Configuration = Record<string, unknown>

function configure(external_id: string, billing_configuration?: Configuration, tenant: Tenant = app) {
  return tenant.api.post('/customers', {
    customer: { external_id, ...(billing_configuration && { billing_configuration }) },
  })
}

async function methodsOf(externalId: string) {
  const { body } = await app.api.get(`/customers/${externalId}/payment_methods`)
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
  return body.payment_methods as any[]
}

function saveMethod(external_customer_id: string, token: string) {
  return app.api.post('/test_payment_methods', { test_payment_method: { external_customer_id, token } })
}

const NOT_FOUND = { base: ['payment_provider_not_found'] }
const stripe = { payment_provider: 'stripe' }
const synced = { ...stripe, sync_with_provider: true, sync: true }
const unlinked = { payment_provider: null, payment_provider_code: null }

describe('who collects a customer’s payments', () => {
  // Requests one after another for one customer; of each, what the billing configuration then has, or what is wrong.
  it.each<[string, [Configuration, { has?: Configuration; errors?: unknown }][]]>([
    ['nobody without a link', [[stripe, { has: unlinked }]]],
    ['nobody without a name', [[{ sync_with_provider: true, provider_customer_id: 'cus_1' }, { has: unlinked }]]],
    [
      'whoever knows the customer',
      [
        [
          { ...stripe, provider_customer_id: 'cus_1' },
          {
            has: {
              payment_provider: 'stripe',
              payment_provider_code: 'stripe',
              provider_customer_id: 'cus_1',
              provider_payment_methods: ['card'],
            },
          },
        ],
        [{ provider_customer_id: 'cus_2' }, { has: { provider_customer_id: 'cus_2' } }],
        [{ sync_with_provider: true }, { has: { provider_customer_id: 'cus_2', sync_with_provider: true } }],
        [{ sync_with_provider: false }, { has: { sync_with_provider: null } }],
        [{ provider_payment_methods: [] }, { has: { provider_payment_methods: ['card'] } }],
        [
          { provider_payment_methods: ['sepa_debit', 'card'] },
          { has: { provider_payment_methods: ['sepa_debit', 'card'] } },
        ],
        [{ provider_customer_id: '' }, { has: { payment_provider: 'stripe', provider_customer_id: null } }],
        [{ payment_provider: null }, { has: unlinked }],
      ],
    ],
    [
      'no connection that is not there',
      [
        [{ ...synced, payment_provider_code: 'main' }, { errors: NOT_FOUND }],
        [{ payment_provider: 'piggy_bank', provider_customer_id: '1' }, { errors: NOT_FOUND }],
      ],
    ],
    [
      'a name alone, for a customer that exists',
      [
        [{}, { has: unlinked }],
        [
          { payment_provider: 'gocardless', payment_provider_code: 'gc_1' },
          { has: { payment_provider: 'gocardless', payment_provider_code: 'gc_1', provider_customer_id: null } },
        ],
        [{ provider_customer_id: 'cu_1' }, { has: { payment_provider: 'gocardless', provider_customer_id: null } }],
        [{ payment_provider: 'piggy_bank' }, { has: { payment_provider: null } }],
      ],
    ],
    [
      'nobody who knows customers, for those who are paid on pages',
      [
        [
          { payment_provider: 'cashfree', provider_customer_id: 'cf_1' },
          { has: { payment_provider: 'cashfree', provider_customer_id: null } },
        ],
      ],
    ],
    [
      'stripe by the methods that fit together',
      [
        [
          { ...synced, provider_payment_methods: ['cash'] },
          { errors: { provider_payment_methods: ['value_is_invalid'] } },
        ],
        [
          { ...synced, provider_payment_methods: ['link'] },
          { errors: { provider_payment_methods: ['value_is_invalid'] } },
        ],
        [{ ...synced, provider_payment_methods: [] }, { errors: { provider_payment_methods: ['value_is_mandatory'] } }],
        [
          { ...synced, provider_payment_methods: ['customer_balance', 'card'] },
          {
            errors: {
              provider_payment_methods: ['customer_balance cannot be combined with other payment methods'],
            },
          },
        ],
        [
          { ...synced, provider_payment_methods: ['card', 'link'] },
          {
            has: {
              provider_payment_methods: ['card', 'link'],
              provider_customer_id: expect.stringMatching(/^cus_test_/),
            },
          },
        ],
      ],
    ],
  ])('is %s', async (_name, requests) => {
    const externalId = freshCode('payer')
    for (const [configuration, { has, errors }] of requests) {
      const { body } = await configure(externalId, configuration)
      if (errors !== undefined) expect(body.error_details).toEqual(errors)
      else expect(body.customer?.billing_configuration).toMatchObject(has ?? {})
    }
  })

  it('forgets what was saved at a provider that is given up, and keeps what is not', async () => {
    const externalId = freshCode('payer')
    await configure(externalId, synced)
    await configure(externalId, { payment_provider: 'stripe' })
    expect(await methodsOf(externalId)).toHaveLength(1)
    const { body } = await configure(externalId, { payment_provider: 'adyen', provider_customer_id: 'shopper' })
    expect(body.customer.billing_configuration).toMatchObject({
      payment_provider: 'adyen',
      payment_provider_code: 'adyen',
      provider_customer_id: 'shopper',
    })
    expect(await methodsOf(externalId)).toEqual([])
    await saveMethod(externalId, 'pm_card_visa')
    await configure(externalId, { payment_provider: null })
    expect(await methodsOf(externalId)).toEqual([])
  })

  it('tells of a customer created at the provider, and of pages to save a method on', async () => {
    const externalId = freshCode('payer')
    const messages = await receivedWebhooks(app, async () => {
      await configure(externalId, { ...stripe, sync_with_provider: true })
      await app.settle()
      await configure(externalId, { sync_with_provider: false })
      await configure(externalId, { provider_customer_id: 'cus_other' })
    })
    const ofProvider = messages.filter(message => !/customer\.(created|updated)/.test(message.webhook_type))
    const customer = (await app.api.get(`/customers/${externalId}`)).body.customer
    const page = {
      object_type: 'payment_provider_customer_checkout_url',
      payment_provider_customer_checkout_url: {
        lago_customer_id: customer.lago_id,
        external_customer_id: externalId,
        payment_provider: 'stripe',
        payment_provider_code: 'stripe',
        checkout_url: expect.stringMatching(/^http.*\/test_checkout\//),
      },
    }
    expect(ofProvider.toSorted((a, b) => b.webhook_type.localeCompare(a.webhook_type))).toMatchObject([
      { webhook_type: 'customer.payment_provider_created', customer: { external_id: externalId } },
      { webhook_type: 'customer.checkout_url_generated', ...page },
      { webhook_type: 'customer.checkout_url_generated', ...page },
    ])
    const { body } = await app.client.customers
      .generateCustomerCheckoutUrl(externalId)
      .then(data => ({ body: data.data }))
    expect(body.customer).toEqual(page.payment_provider_customer_checkout_url)
  })

  it.each<[string, Configuration, number, unknown]>([
    ['nobody', {}, 422, { base: ['no_linked_payment_provider'] }],
    ['cashfree', { payment_provider: 'cashfree', sync_with_provider: true }, 405, 'feature_not_supported'],
    [
      'money sent to a balance',
      { ...synced, provider_payment_methods: ['customer_balance'] },
      422,
      { provider_payment_methods: ['no_payment_methods_to_setup_available'] },
    ],
  ])('has no page to save a method on for %s', async (_name, configuration, status, problem) => {
    const externalId = freshCode('payer')
    await configure(externalId, configuration)
    const answer = await app.api.post(`/customers/${externalId}/checkout_url`)
    expect([answer.status, answer.body.error_details ?? answer.body.code]).toEqual([status, problem])
  })
})

describe('payment methods', () => {
  it('are saved, made the default one and forgotten', async () => {
    const payer = freshCode('payer')
    await configure(payer, synced)
    expect((await saveMethod(payer, 'pm_card_mastercard')).body.payment_method).toEqual({
      lago_id: expect.any(String),
      is_default: true,
      payment_provider_code: 'stripe',
      payment_provider_name: 'Test stripe',
      payment_provider_type: 'stripe',
      provider_method_id: 'pm_card_mastercard',
      created_at: expect.any(String),
    })
    const read = async () => (await methodsOf(payer)).map(method => [method.provider_method_id, method.is_default])
    expect(await read()).toEqual([
      ['pm_card_mastercard', true],
      ['pm_card_visa', false],
    ])
    const [mastercard, visa] = await methodsOf(payer)
    const { customers } = app.client
    expect((await customers.paymentMethodSetAsDefault(visa.lago_id, payer)).data.payment_method.is_default).toBe(true)
    expect(await read()).toEqual([
      ['pm_card_mastercard', false],
      ['pm_card_visa', true],
    ])
    // Saved again it is the same one.
    expect((await saveMethod(payer, 'pm_card_mastercard')).body.payment_method.lago_id).toBe(mastercard.lago_id)
    const forgotten = (await customers.destroyPaymentMethod(mastercard.lago_id, payer)).data.payment_method
    expect(forgotten).toMatchObject({ lago_id: mastercard.lago_id, is_default: false })
    // No other takes its place.
    expect(await read()).toEqual([['pm_card_visa', false]])
    const page = await app.api.get(`/customers/${payer}/payment_methods?per_page=1&page=2`)
    expect(page.body).toMatchObject({ payment_methods: [], meta: { current_page: 2, total_count: 1 } })
  })

  it('are nobody else’s', async () => {
    const [payer, stranger] = [freshCode('payer'), freshCode('payer')]
    await configure(payer, synced)
    await configure(stranger, synced)
    const [method] = await methodsOf(payer)
    const of = `/customers/${stranger}/payment_methods`
    for (const id of [method.lago_id, 'malformed']) {
      expect((await app.api.delete(`${of}/${id}`)).body.code).toBe('payment_method_not_found')
      expect((await app.api.put(`${of}/${id}/set_as_default`)).body.code).toBe('payment_method_not_found')
    }
    expect((await app.api.get('/customers/nobody/payment_methods')).body.code).toBe('customer_not_found')
    expect((await other.api.get(`/customers/${payer}/payment_methods`)).body.code).toBe('customer_not_found')
  })

  it('can be saved by hand in sandboxes, of customers that the provider knows', async () => {
    const payer = freshCode('payer')
    await configure(payer, {})
    expect((await saveMethod(payer, 'pm_card_visa')).body.error_details).toEqual({
      base: ['no_linked_payment_provider'],
    })
    expect((await saveMethod(payer, 'gold')).body.error_details).toEqual({ token: ['value_is_invalid'] })
    expect((await saveMethod('nobody', 'pm_card_visa')).body.code).toBe('customer_not_found')
    const live = await app.newOrganization({ sandbox: false })
    const body = { test_payment_method: { external_customer_id: payer, token: 'pm_card_visa' } }
    expect((await live.api.post('/test_payment_methods', body)).body.code).toBe('feature_unavailable')
  })
})

describe('the reference to a payment method', () => {
  /** What each place that accepts one makes of it. */
  async function placesOf(payer: string) {
    const plan = freshCode('plan')
    const addOn = freshCode('add-on')
    await app.api.post('/plans', {
      plan: {
        code: plan,
        name: plan,
        interval: 'monthly',
        amount_cents: 0,
        amount_currency: 'EUR',
        pay_in_advance: false,
      },
    })
    await app.api.post('/add_ons', { add_on: { code: addOn, name: addOn, amount_cents: 100, amount_currency: 'EUR' } })
    const wallet = { external_customer_id: payer, rate_amount: '1', currency: 'EUR', name: 'w' }
    const made = (await app.api.post('/wallets', { wallet })).body.wallet
    const rule = { trigger: 'interval', interval: 'monthly', paid_credits: '10', granted_credits: '0' }
    const places: Record<string, (payment_method: unknown) => ReturnType<Tenant['api']['post']>> = {
      subscription: payment_method =>
        app.api.post('/subscriptions', {
          subscription: { external_customer_id: payer, external_id: freshCode('s'), plan_code: plan, payment_method },
        }),
      wallet: payment_method => app.api.put(`/wallets/${made.lago_id}`, { wallet: { payment_method } }),
      rule: payment_method =>
        app.api.put(`/wallets/${made.lago_id}`, {
          wallet: { recurring_transaction_rules: [{ ...rule, payment_method }] },
        }),
      transaction: payment_method =>
        app.api.post('/wallet_transactions', {
          wallet_transaction: { wallet_id: made.lago_id, paid_credits: '1', payment_method },
        }),
      'one-off invoice': payment_method =>
        app.api.post('/invoices', {
          invoice: { external_customer_id: payer, currency: 'EUR', fees: [{ add_on_code: addOn }], payment_method },
        }),
    }
    return places
  }

  it('is one of the customer’s, its default, or none', async () => {
    const payer = freshCode('payer')
    await configure(payer, synced)
    const [method] = await methodsOf(payer)
    const places = await placesOf(payer)
    const id = method.lago_id
    const unknown = '0198c0de-0000-7000-8000-000000000000'
    const table: [unknown, boolean][] = [
      [{}, true],
      [{ payment_method_type: '', payment_method_id: '' }, true],
      [{ payment_method_type: 'provider', payment_method_id: null }, true],
      [{ payment_method_type: 'provider', payment_method_id: id }, true],
      [{ payment_method_type: 'manual' }, true],
      [{ payment_method_type: 'provider', payment_method_id: unknown }, false],
      [{ payment_method_type: 'manual', payment_method_id: id }, false],
      [{ payment_method_id: id }, false],
      [{ payment_method_type: 'card' }, false],
    ]
    for (const [place, send] of Object.entries(places)) {
      // They all ask the same question: one answers it in full, the others show that they ask.
      for (const [reference, isValid] of place === 'subscription' ? table : table.slice(3, 7)) {
        const { status, body } = await send(reference)
        const answer = [place, reference, isValid ? status : body.error_details]
        expect(answer).toEqual([place, reference, isValid ? 200 : { payment_method: ['invalid_payment_method'] }])
      }
    }
    const printed = { payment_method_type: 'provider', payment_method_id: id }
    const { body } = (await places.subscription?.(printed)) ?? { body: {} }
    expect(body.subscription.payment_method).toEqual(printed)
    expect((await places.wallet?.(printed))?.body.wallet.payment_method).toEqual(printed)
    expect((await places.transaction?.(printed))?.body.wallet_transactions[0].payment_method).toEqual(printed)
    const ruled = (await places.rule?.(printed))?.body.wallet.recurring_transaction_rules[0]
    expect(ruled.payment_method).toEqual(printed)
  })

  it('on a one-off invoice is not somebody else’s', async () => {
    const [payer, stranger] = [freshCode('payer'), freshCode('payer')]
    await configure(payer, synced)
    await configure(stranger, synced)
    const [method] = await methodsOf(stranger)
    const send = (await placesOf(payer))['one-off invoice']
    const answer = await send?.({ payment_method_type: 'provider', payment_method_id: method.lago_id })
    expect(answer?.body.error_details).toEqual({ payment_method: ['invalid_payment_method'] })
  })
})
