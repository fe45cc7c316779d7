import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'

/** Each call goes through the official client, unmodified; its answer is checked against the wire contract. */
describe('the official SDK works unmodified', () => {
  let app: TestApp
  let client: TestApp['client']

  beforeAll(async () => {
    app = await startTestApp()
    client = app.client
    await app.setClock('2026-01-01T00:00:00Z')
  })
  afterAll(() => app?.stop())

  it('for organizations and billing entities', async () => {
    const updated = await client.organizations.updateOrganization({
      organization: {
        country: 'FR',
        timezone: 'Europe/Paris',
        net_payment_term: 15,
        billing_configuration: { invoice_grace_period: 2 },
      },
    })
    expect(updated.data.organization).toMatchObject({ country: 'FR', timezone: 'Europe/Paris', net_payment_term: 15 })
    const { data } = await client.billingEntities.listBillingEntities()
    expect(data.billing_entities).toMatchObject([{ code: 'northwind', is_default: true, invoice_grace_period: 2 }])
    const entity = await client.billingEntities.getBillingEntity('northwind')
    expect(entity.data).toMatchObject({ billing_entity: { country: 'FR', timezone: 'Europe/Paris' } })
    await client.billingEntities.updateBillingEntity('northwind', {
      billing_entity: { timezone: 'UTC', billing_configuration: { invoice_grace_period: 3 } },
    } as never)
    const again = await client.billingEntities.getBillingEntity('northwind')
    expect(again.data).toMatchObject({ billing_entity: { timezone: 'UTC', invoice_grace_period: 3 } })
  })

  it('for billable metrics', async () => {
    const { data } = await client.billableMetrics.createBillableMetric({
      billable_metric: {
        name: 'Storage',
        code: 'storage',
        aggregation_type: 'sum_agg',
        field_name: 'gb',
        filters: [{ key: 'region', values: ['us', 'eu'] }],
      },
    })
    expect(data.billable_metric.filters).toEqual([{ key: 'region', values: ['eu', 'us'] }])
    await client.billableMetrics.updateBillableMetric('storage', { billable_metric: { name: 'Stored GB' } })
    expect((await client.billableMetrics.findBillableMetric('storage')).data.billable_metric.name).toBe('Stored GB')
    expect((await client.billableMetrics.findAllBillableMetrics()).data.meta.total_count).toBe(1)
    await client.billableMetrics.createBillableMetric({
      billable_metric: { name: 'Calls', code: 'calls', aggregation_type: 'count_agg' },
    })
    await client.billableMetrics.destroyBillableMetric('calls')
    await expect(client.billableMetrics.findBillableMetric('calls')).rejects.toMatchObject({ status: 404 })
  })

  it('for plans, charges and charge filters', async () => {
    const metric = (await client.billableMetrics.findBillableMetric('storage')).data.billable_metric.lago_id
    const { data } = await client.plans.createPlan({
      plan: {
        name: 'Team',
        code: 'team',
        interval: 'monthly',
        amount_cents: 4900,
        amount_currency: 'EUR',
        pay_in_advance: false,
        charges: [
          {
            billable_metric_id: metric,
            charge_model: 'standard',
            properties: { amount: '0.10' },
            filters: [{ invoice_display_name: 'Europe', properties: { amount: '0.25' }, values: { region: ['eu'] } }],
          },
        ],
      },
    })
    expect(data.plan.charges?.[0]).toMatchObject({ code: 'storage', filters: [{ values: { region: ['eu'] } }] })
    await client.plans.updatePlan('team', { plan: { name: 'Team plan' } })
    expect((await client.plans.findPlan('team')).data.plan.name).toBe('Team plan')
    expect((await client.plans.findAllPlans()).data.plans).toHaveLength(1)

    await client.plans.createPlanCharge('team', {
      charge: {
        billable_metric_id: metric,
        code: 'packs',
        charge_model: 'package',
        properties: { amount: '5', package_size: 100, free_units: 10 },
      },
    })
    await client.plans.updatePlanCharge('team', 'packs', {
      charge: { charge_model: 'package', properties: { amount: '6', package_size: 100, free_units: 10 } },
    })
    expect((await client.plans.findPlanCharge('team', 'packs')).data.charge.properties).toMatchObject({ amount: '6' })
    const filter = await client.plans.createPlanChargeFilter('team', 'packs', {
      filter: { properties: { amount: '7', package_size: 100, free_units: 0 }, values: { region: ['us'] } },
    })
    const id = filter.data.filter.lago_id ?? ''
    await client.plans.updatePlanChargeFilter('team', 'packs', id, { filter: { invoice_display_name: 'States' } })
    expect((await client.plans.findPlanChargeFilter('team', 'packs', id)).data.filter.invoice_display_name).toBe(
      'States',
    )
    expect((await client.plans.findAllPlanChargeFilters('team', 'packs')).data.filters).toHaveLength(1)
    await client.plans.destroyPlanChargeFilter('team', 'packs', id, {})
    await client.plans.destroyPlanCharge('team', 'packs', {})
    expect((await client.plans.findAllPlanCharges('team')).data.charges).toHaveLength(1)
    await client.plans.replacePlanMetadata('team', { metadata: { tier: 'gold' } })
    await client.plans.mergePlanMetadata('team', { metadata: { team: 'core' } })
    await client.plans.deletePlanMetadataKey('team', 'tier')
    expect((await client.plans.findPlan('team')).data.plan).toMatchObject({ metadata: { team: 'core' } })
    await client.plans.deleteAllPlanMetadata('team')
  })

  it('for customers', async () => {
    const { data } = await client.customers.createCustomer({
      customer: {
        external_id: 'acme',
        name: 'Acme',
        currency: 'EUR',
        timezone: 'Europe/Paris',
        metadata: [{ key: 'crm', value: '42', display_in_invoice: true }],
      },
    })
    expect(data.customer).toMatchObject({ external_id: 'acme', applicable_timezone: 'Europe/Paris', sequential_id: 1 })
    expect((await client.customers.findCustomer('acme')).data.customer.metadata).toMatchObject([
      { key: 'crm', value: '42' },
    ])
    await client.customers.createCustomer({ customer: { external_id: 'gone', name: 'Gone' } })
    expect((await client.customers.findAllCustomers({ per_page: 1 })).data.meta).toMatchObject({
      total_count: 2,
      total_pages: 2,
    })
    await client.customers.destroyCustomer('gone')
    await expect(client.customers.findCustomer('gone')).rejects.toMatchObject({ status: 404 })
  })

  it('for subscriptions', async () => {
    const { data } = await client.subscriptions.createSubscription({
      subscription: { external_customer_id: 'acme', plan_code: 'team', external_id: 'acme-team', name: 'Main' },
    })
    expect(data.subscription).toMatchObject({ status: 'active', external_id: 'acme-team' })
    await client.subscriptions.updateSubscription('acme-team', { subscription: { name: 'Renamed' } } as never)
    expect((await client.subscriptions.findSubscription('acme-team')).data.subscription.name).toBe('Renamed')
    expect(
      (await client.subscriptions.findAllSubscriptions({ external_customer_id: 'acme' })).data.subscriptions,
    ).toHaveLength(1)
    expect((await client.customers.findAllCustomerSubscriptions('acme')).data.subscriptions).toHaveLength(1)
  })

  it('for events and current usage', async () => {
    const event = { external_subscription_id: 'acme-team', code: 'storage', timestamp: '1767704400' }
    await client.events.createEvent({ event: { ...event, transaction_id: 'e1', properties: { gb: 10, region: 'eu' } } })
    await client.events.createBatchEvents({
      events: [
        { ...event, transaction_id: 'e2', properties: { gb: '2.5', region: 'us' } },
        { ...event, transaction_id: 'e3', properties: { gb: 1 } },
      ],
    })
    expect((await client.events.findEvent('e1')).data.event.properties).toEqual({ gb: 10, region: 'eu' })
    expect((await client.events.findAllEvents({ code: 'storage' })).data.meta.total_count).toBe(3)
    const { data } = await client.customers.findCustomerCurrentUsage('acme', { external_subscription_id: 'acme-team' })
    // 10 GB in Europe at 0.25, 3.5 GB elsewhere at 0.10.
    expect(data.customer_usage).toMatchObject({ amount_cents: 285, currency: 'EUR' })
    expect(data.customer_usage.charges_usage[0]).toMatchObject({ units: '13.5', events_count: 3, amount_cents: 285 })
  })

  it('for invoices and fees', async () => {
    await app.advanceTo('2026-02-01T12:00:00Z')
    const { data } = await client.invoices.findAllInvoices({ external_customer_id: 'acme' })
    const [draft] = data.invoices
    expect(draft).toMatchObject({ status: 'draft', total_amount_cents: 5185 })
    const id = draft?.lago_id ?? ''
    await client.events.createEvent({
      event: {
        external_subscription_id: 'acme-team',
        code: 'storage',
        timestamp: '1767704400',
        transaction_id: 'late',
        properties: { gb: 10 },
      },
    })
    expect((await client.invoices.refreshInvoice(id)).data).toMatchObject({ invoice: { total_amount_cents: 5285 } })
    expect((await client.invoices.finalizeInvoice(id)).data.invoice).toMatchObject({
      status: 'finalized',
      total_amount_cents: 5285,
    })
    const { invoice } = (await client.invoices.findInvoice(id)).data
    expect(invoice.fees?.map(fee => [fee.item.type, fee.item.filter_invoice_display_name, fee.amount_cents])).toEqual([
      ['subscription', null, 4900],
      ['charge', 'Europe', 250],
      ['charge', null, 135],
    ])
    expect((await client.customers.findAllCustomerInvoices('acme')).data.invoices).toHaveLength(1)
    const fees = (await client.fees.findAllFees({ external_subscription_id: 'acme-team' })).data.fees
    expect(fees).toHaveLength(3)
    const fee = await client.fees.findFee(fees[0]?.lago_id ?? '')
    expect(fee.data.fee.lago_invoice_id).toBe(id)
  })

  it('for webhook endpoints', async () => {
    const { data } = await client.webhookEndpoints.createWebhookEndpoint({
      webhook_endpoint: { webhook_url: 'https://example.com/hooks', signature_algo: 'hmac' },
    })
    const id = data.webhook_endpoint.lago_id
    await client.webhookEndpoints.updateWebhookEndpoint(id, {
      webhook_endpoint: { webhook_url: 'https://example.com/other', signature_algo: 'jwt' },
    })
    expect((await client.webhookEndpoints.findWebhookEndpoint(id)).data.webhook_endpoint).toMatchObject({
      signature_algo: 'jwt',
    })
    expect((await client.webhookEndpoints.findAllWebhookEndpoints()).data.webhook_endpoints).toHaveLength(1)
    await client.webhookEndpoints.destroyWebhookEndpoint(id)
    const key = await client.webhooks.fetchJsonPublicKey()
    expect(Buffer.from(key.data.webhook?.public_key ?? '', 'base64').toString()).toContain('BEGIN PUBLIC KEY')
  })

  it('ends what was begun', async () => {
    const ended = await client.subscriptions.destroySubscription('acme-team')
    expect(ended.data.subscription).toMatchObject({ status: 'terminated' })
    await app.settle()
    const { data } = await client.invoices.findAllInvoices({ external_customer_id: 'acme' })
    expect(data.invoices).toHaveLength(2)
    await client.plans.destroyPlan('team')
    await app.settle()
    await expect(client.plans.findPlan('team')).rejects.toMatchObject({ status: 404 })
  })
})
