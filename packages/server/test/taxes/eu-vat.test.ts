import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { viesChecker } from '../../src/customers/vat/vies.ts'
import { settle } from '../../src/sandbox/background-work.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'

/** A server that speaks the protocol of VIES: the number decides about its answer. */
interface Vies {
  readonly url: string
  readonly asked: unknown[]
  stop(): Promise<void>
}

const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '556188840401': json(200, {
    countryCode: 'SE',
    vatNumber: '556188840401',
    requestDate: '2026-03-04T10:11:12.131Z',
    valid: true,
    requestIdentifier: '',
    name: 'Nordljus AB',
    address: '---',
  }),
  '556188840402': json(200, {
    countryCode: 'SE',
    vatNumber: '556188840402',
    valid: false,
    name: '---',
    address: '---',
  }),
  '556188840403': json(200, { actionSucceed: false, errorWrappers: [{ error: 'MS_UNAVAILABLE' }] }),
  '556188840404': json(200, { actionSucceed: false, errorWrappers: [{ error: 'MS_MAX_CONCURRENT_REQ_TIME' }] }),
  '556188840405': json(200, { actionSucceed: false, errorWrappers: [{ error: 'IP_BLOCKED' }] }),
  '556188840406': json(400, { actionSucceed: false, errorWrappers: [{ error: 'INVALID_REQUESTER_INFO' }] }),
  '556188840407': json(400, { actionSucceed: false, errorWrappers: [{ error: 'INVALID_INPUT' }] }),
  '556188840408': json(200, { actionSucceed: false, errorWrappers: [{ error: 'SOMETHING_NEW' }] }),
  '556188840409': json(503, '<html>closed</html>'),
  '556188840410': json(429, ''),
  '556188840411': json(200, '<html>not JSON</html>'),
  // Never answers.
  '556188840412': () => {},
  '556188840413': response => response.destroy(),
  '556188840414': json(403, 'forbidden'),
  '556188840415': json(200, {}),
}

function json(status: number, body: unknown) {
  return (response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

async function startVies(): Promise<Vies> {
  const asked: unknown[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    const body = JSON.parse(await text(request))
    asked.push({ method: request.method, path: request.url, body })
    const answer = ANSWERS[body.vatNumber] ?? json(404, '')
    answer(response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/rest-api`,
    asked,
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

let app: TestApp
let vies: Vies
beforeAll(async () => {
  vies = await startVies()
  app = await startTestApp({ WEIR_VIES_URL: `${vies.url}/` })
})
afterAll(async () => {
  await app.stop()
  await vies.stop()
})

const codesOf = (taxes: { code: string }[]) => taxes.map(tax => tax.code)

async function french(options: { sandbox?: boolean } = {}): Promise<Tenant> {
  const tenant = await app.newOrganization(options)
  if (options.sandbox !== false) await tenant.setClock('2026-03-04T09:00:00Z')
  const { status } = await tenant.api.put('/billing_entities/northwind', {
    billing_entity: { country: 'fr', eu_tax_management: true },
  })
  expect(status).toBe(200)
  return tenant
}

async function upsert(tenant: Tenant, fields: object): Promise<string[]> {
  const { body, status } = await tenant.api.post('/customers', { customer: { external_id: 'acme', ...fields } })
  expect(status).toBe(200)
  return codesOf(body.customer.taxes)
}

async function taxesOf(tenant: Tenant, id = 'acme'): Promise<string[]> {
  return codesOf((await tenant.api.get(`/customers/${id}`)).body.customer.taxes)
}

describe('European taxes of a billing entity', () => {
  it('are made when it manages them, again each time, and applied to nothing', async () => {
    const tenant = await app.newOrganization()
    await tenant.setClock('2025-06-30T23:59:59Z')
    const put = (fields: object) => tenant.api.put('/billing_entities/northwind', { billing_entity: fields })
    const outside = { error_details: { eu_tax_management: ['billing_entity_must_be_in_eu'] } }
    expect(await put({ eu_tax_management: true })).toMatchObject({ status: 422, body: outside })
    expect(await put({ eu_tax_management: true, country: 'CH' })).toMatchObject({ status: 422, body: outside })
    const { body } = await put({ eu_tax_management: true, country: 'EE' })
    expect(body.billing_entity).toMatchObject({ eu_tax_management: true, taxes: [] })
    const { body: list } = await tenant.api.get('/taxes?per_page=100')
    expect(list.meta.total_count).toBe(47)
    const rate = async (code: string) => (await tenant.api.get(`/taxes/${code}`)).body.tax?.rate
    expect(await rate('lago_eu_ee_standard')).toBe(22)

    await tenant.api.put('/taxes/lago_eu_de_standard', { tax: { rate: 1 } })
    await tenant.api.delete('/taxes/lago_eu_fr_standard')
    await tenant.setClock('2025-07-01T00:00:00Z')
    expect((await put({ eu_tax_management: false })).body.billing_entity.eu_tax_management).toBe(false)
    expect(await rate('lago_eu_ee_standard')).toBe(22)
    await put({ eu_tax_management: true })
    expect(await Promise.all(['ee', 'de', 'fr'].map(country => rate(`lago_eu_${country}_standard`)))).toEqual([
      24, 19, 20,
    ])
    const { body: again } = await tenant.api.get('/taxes?per_page=100')
    expect(again.meta.total_count).toBe(47)

    const create = (fields: object) =>
      tenant.api.post('/billing_entities', { billing_entity: { code: 'x', name: 'X', ...fields } })
    expect(await create({ eu_tax_management: true, country: 'US' })).toMatchObject({ status: 422, body: outside })
    expect((await create({ eu_tax_management: true, country: 'AT' })).body.billing_entity.eu_tax_management).toBe(true)
  })
})

describe('the European tax of a customer', () => {
  it.each([
    ['FR', '69002', null, ['lago_eu_fr_standard'], null],
    [null, null, null, ['lago_eu_fr_standard'], null],
    ['BR', '01310', null, ['lago_eu_tax_exempt'], null],
    ['DE', '50667', null, ['lago_eu_de_standard'], null],
    ['ES', '38 010', null, ['lago_eu_es_exception_canary_islands'], null],
    ['FR', '97430', null, ['lago_eu_fr_standard'], null],
    ['FR', '97430', 'FR40303265045', ['lago_eu_fr_exception_reunion'], null],
    ['SE', '11455', 'SE556188840401', [], 'lago_eu_reverse_charge'],
    ['SE', '11455', 'SE-12', [], 'lago_eu_se_standard'],
    ['FR', '33000', 'FR40303265045', [], 'lago_eu_fr_standard'],
  ])('in %s %s with the number %s is %j, and %s once it is checked', async (country, zip, number, now, then) => {
    const tenant = await french()
    const fields = { country, zipcode: zip, tax_identification_number: number }
    const told = await receivedWebhooks(tenant, async () => {
      expect(await upsert(tenant, fields)).toEqual(now)
      await tenant.settle()
    })
    expect(await taxesOf(tenant)).toEqual(then === null ? now : [then])
    const checks = told.filter(({ webhook_type: type }) => type === 'customer.vies_check')
    expect(checks).toHaveLength(then === null ? 0 : 1)
  })

  it('replaces all others but those of the request, where something about it changed', async () => {
    const tenant = await french()
    await tenant.api.post('/taxes', { tax: { code: 'local', name: 'Local', rate: 1 } })
    await tenant.api.post('/billing_entities', { billing_entity: { code: 'us', name: 'Northwind Inc.' } })
    const both = ['local', 'lago_eu_de_standard']
    const sorted = async (fields: object) => (await upsert(tenant, fields)).toSorted()
    expect(await sorted({ country: 'DE', tax_codes: ['local'] })).toEqual(both.toSorted())
    expect(await sorted({ name: 'Acme' })).toEqual(both.toSorted())
    // The value is compared as it is written.
    expect(await sorted({ country: 'de' })).toEqual(['lago_eu_de_standard'])
    expect(await sorted({ tax_codes: ['local'] })).toEqual(['local'])
    // Without a tax of these it gets one at the next occasion.
    expect(await sorted({ name: 'Acme' })).toEqual(['lago_eu_de_standard'])
    expect(await sorted({ tax_codes: ['local', 'lago_eu_de_standard'] })).toEqual(both.toSorted())
    expect(await sorted({ billing_entity_code: 'us' })).toEqual(['local'])
    expect(await sorted({ billing_entity_code: 'northwind' })).toEqual(['lago_eu_de_standard'])
    const unknown = { customer: { external_id: 'acme', tax_codes: ['nothing'], country: 'IT' } }
    expect((await tenant.api.post('/customers', unknown)).body.code).toBe('tax_not_found')
    expect(await taxesOf(tenant)).toEqual(['lago_eu_de_standard'])
    // Somebody deleted it meanwhile: it is made again.
    await tenant.api.delete('/taxes/lago_eu_it_standard')
    expect(await sorted({ country: 'IT' })).toEqual(['lago_eu_it_standard'])
  })

  it('is given to customers that a subscription makes', async () => {
    const tenant = await french()
    const plan = { code: 'p', name: 'P', interval: 'monthly', amount_cents: 1000, amount_currency: 'EUR' }
    await tenant.api.post('/plans', { plan: { ...plan, pay_in_advance: true } })
    const subscription = { external_customer_id: 'new', plan_code: 'p', external_id: 's' }
    expect((await tenant.api.post('/subscriptions', { subscription })).status).toBe(200)
    await tenant.settle()
    expect(await taxesOf(tenant, 'new')).toEqual(['lago_eu_fr_standard'])
    const { body } = await tenant.api.get('/invoices?external_customer_id=new')
    const { body: one } = await tenant.api.get(`/invoices/${body.invoices[0].lago_id}`)
    expect(one.invoice.applied_taxes).toMatchObject([{ tax_code: 'lago_eu_fr_standard' }])
  })
})

describe('the check of a VAT number', () => {
  it('is told with what came of it', async () => {
    const tenant = await french()
    const told = await receivedWebhooks(tenant, async () => {
      await upsert(tenant, { country: 'GR', tax_identification_number: 'EL 123456789', metadata: [] })
      await tenant.settle()
      await upsert(tenant, { tax_identification_number: 'EL1' })
      await tenant.settle()
      await upsert(tenant, { tax_identification_number: 'EL123456000' })
    })
    const checks = told.filter(({ webhook_type: type }) => type === 'customer.vies_check')
    expect(checks.map(({ object_type: type }) => type)).toEqual(['customer', 'customer', 'customer'])
    const customers = checks.map(({ customer }) => customer)
    expect(customers.map(({ vies_check: check }) => check)).toEqual([
      {
        country_code: 'EL',
        vat_number: '123456789',
        request_date: '2026-03-04',
        valid: true,
        name: null,
        address: null,
      },
      { valid: false, valid_format: false },
      { valid: false, valid_format: true, error: 'The VIES service is unavailable (simulated).' },
    ])
    expect(customers[0]).toMatchObject({ external_id: 'acme', metadata: [] })
    expect(customers[0]).not.toHaveProperty('taxes')
    expect(customers[0]).not.toHaveProperty('integration_customers')
  })

  it('is tried again after 5, 5, 10, 20 and 40 minutes and then every hour, until somebody answers', async () => {
    const tenant = await french()
    const failures = await receivedWebhooks(tenant, async () => {
      await upsert(tenant, { country: 'SE', tax_identification_number: 'SE556188840000' })
      await tenant.settle()
      await tenant.advanceTo('2026-03-04T12:30:00Z')
    })
    // 9:00, 9:05, 9:10, 9:20, 9:40, 10:20, 11:20 and 12:20
    expect(failures.filter(({ webhook_type: type }) => type === 'customer.vies_check')).toHaveLength(8)
    expect(await taxesOf(tenant)).toEqual([])
    // Another number is asked for at once, and the failures of the last one are forgotten.
    await upsert(tenant, { tax_identification_number: 'SE556188840401' })
    await tenant.settle()
    expect(await taxesOf(tenant)).toEqual(['lago_eu_reverse_charge'])
    await tenant.advanceTo('2026-03-04T14:30:00Z')
    expect(await taxesOf(tenant)).toEqual(['lago_eu_reverse_charge'])
  })
})

describe('invoices of a customer whose number is being checked', () => {
  async function waiting(grace = 0) {
    const tenant = await french()
    const { api } = tenant
    await api.put('/billing_entities/northwind', {
      billing_entity: { billing_configuration: { invoice_grace_period: grace } },
    })
    await api.post('/taxes', { tax: { code: 'own', name: 'Own', rate: 3 } })
    await api.post('/plans', {
      plan: {
        code: 'team',
        name: 'Team',
        interval: 'monthly',
        amount_cents: 10_000,
        amount_currency: 'EUR',
        pay_in_advance: true,
      },
    })
    await api.post('/add_ons', {
      add_on: { code: 'setup', name: 'Setup', amount_cents: 5000, amount_currency: 'EUR' },
    })
    await api.post('/coupons', {
      coupon: {
        code: 'c',
        name: 'C',
        coupon_type: 'fixed_amount',
        amount_cents: 1000,
        amount_currency: 'EUR',
        frequency: 'once',
        expiration: 'no_expiration',
      },
    })
    await upsert(tenant, { country: 'FR', zipcode: '33000', tax_identification_number: 'FR40303265000' })
    await api.post('/applied_coupons', { applied_coupon: { external_customer_id: 'acme', coupon_code: 'c' } })
    await api.post('/wallets', {
      wallet: { external_customer_id: 'acme', rate_amount: '1', currency: 'EUR', granted_credits: '30' },
    })
    await tenant.settle()
    return tenant
  }

  const subscribe = (tenant: Tenant) =>
    tenant.api.post('/subscriptions', {
      subscription: { external_customer_id: 'acme', plan_code: 'team', external_id: 's', billing_time: 'anniversary' },
    })
  const oneOff = (tenant: Tenant) =>
    tenant.api.post('/invoices', {
      invoice: {
        external_customer_id: 'acme',
        currency: 'EUR',
        fees: [{ add_on_code: 'setup' }, { add_on_code: 'setup', tax_codes: ['own'] }],
      },
    })
  const numberIsValid = (tenant: Tenant) => upsert(tenant, { tax_identification_number: 'FR40303265045' })
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
  const invoices = async (tenant: Tenant): Promise<any[]> => {
    const { body } = await tenant.api.get('/invoices?external_customer_id=acme')
    return body.invoices.toSorted((a: { invoice_type: string }) => (a.invoice_type === 'one_off' ? 1 : -1))
  }
  const taxStatusOf = async (tenant: Tenant, id: string) => {
    const { db } = tenant.ctx
    return (await db.selectFrom('invoices').select('tax_status').where('id', '=', id).executeTakeFirstOrThrow())
      .tax_status
  }

  it('wait for their taxes with their coupons, and are issued on the day that the answer comes', async () => {
    const tenant = await waiting()
    const first = await receivedWebhooks(tenant, async () => {
      await subscribe(tenant)
      await tenant.settle()
      expect((await oneOff(tenant)).body.invoice.status).toBe('pending')
    })
    expect(first.map(({ webhook_type: type }) => type).filter(type => type.startsWith('invoice.'))).toEqual([])
    const [periodic, sold] = await invoices(tenant)
    expect(periodic).toMatchObject({
      status: 'pending',
      payment_status: 'pending',
      fees_amount_cents: 10_000,
      coupons_amount_cents: 1000,
      sub_total_excluding_taxes_amount_cents: 9000,
      taxes_amount_cents: 0,
      sub_total_including_taxes_amount_cents: 0,
      prepaid_credit_amount_cents: 0,
      total_amount_cents: 0,
      issuing_date: '2026-03-04',
    })
    expect(periodic.number).toMatch(/-DRAFT$/)
    expect(sold).toMatchObject({
      status: 'pending',
      fees_amount_cents: 10_000,
      total_amount_cents: 0,
    })
    expect((await tenant.api.post(`/invoices/${periodic.lago_id}/void`)).body.code).toBe('not_voidable')

    await tenant.setClock('2026-03-06T10:00:00Z')
    const told = await receivedWebhooks(tenant, async () => {
      await numberIsValid(tenant)
      await tenant.settle()
    })
    expect(
      told
        .map(({ webhook_type: type }) => type)
        .filter(type => type.startsWith('invoice.'))
        .toSorted(),
    ).toEqual(['invoice.created', 'invoice.one_off_created'])
    const [issued, soldNow] = await invoices(tenant)
    expect(issued).toMatchObject({
      status: 'finalized',
      issuing_date: '2026-03-06',
      coupons_amount_cents: 1000,
      taxes_amount_cents: 1800,
      sub_total_including_taxes_amount_cents: 10_800,
      prepaid_credit_amount_cents: 3000,
      total_amount_cents: 7800,
    })
    expect(issued.number).toMatch(/-001-001$/)
    // The line that named its taxes keeps them; nothing but taxes is added to what is sold at once.
    expect(soldNow).toMatchObject({
      status: 'finalized',
      taxes_amount_cents: 1000 + 150,
      prepaid_credit_amount_cents: 0,
      total_amount_cents: 11_150,
    })
    const { body } = await tenant.api.get(`/invoices/${issued.lago_id}`)
    expect(body.invoice.applied_taxes).toMatchObject([
      { tax_code: 'lago_eu_fr_standard', amount_cents: 1800, fees_amount_cents: 9000 },
    ])
    expect(body.invoice.fees).toMatchObject([
      {
        taxes_amount_cents: 1800,
        taxes_rate: 20,
        precise_coupons_amount_cents: '1000.0',
      },
    ])
  })

  it('are drafts without taxes until then, which cannot be issued', async () => {
    const tenant = await waiting(3)
    const first = await receivedWebhooks(tenant, () => subscribe(tenant))
    expect(first.map(({ webhook_type: type }) => type).filter(type => type.startsWith('invoice.'))).toEqual([
      'invoice.drafted',
    ])
    const [draft] = await invoices(tenant)
    expect(draft).toMatchObject({ status: 'draft', total_amount_cents: 0 })
    expect(await taxStatusOf(tenant, draft.lago_id)).toBe('pending')
    const finalize = () => tenant.api.put(`/invoices/${draft.lago_id}/finalize`)
    expect(await finalize()).toMatchObject({ status: 403, body: { code: 'cannot_finalize_with_pending_taxes' } })
    const finalizeDue = () => tenant.api.post('/test_clock/run', { test_clock: { tasks: ['finalize_invoices'] } })
    await tenant.setClock('2026-03-08T10:20:00Z')
    await finalizeDue()
    expect((await invoices(tenant))[0].status).toBe('draft')
    const told = await receivedWebhooks(tenant, async () => {
      await numberIsValid(tenant)
      await tenant.settle()
    })
    expect(told.map(({ webhook_type: type }) => type)).toContain('invoice.ready_to_finalize')
    expect((await invoices(tenant))[0]).toMatchObject({
      status: 'draft',
      taxes_amount_cents: 2000,
      total_amount_cents: 12_000,
    })
    await finalizeDue()
    expect((await invoices(tenant))[0]).toMatchObject({ status: 'finalized', total_amount_cents: 10_800 - 3000 })
  })

  it('wait too when they were drafts before; they wait no more when the number is taken away', async () => {
    const tenant = await waiting(3)
    await numberIsValid(tenant)
    await tenant.settle()
    await subscribe(tenant)
    await tenant.settle()
    await upsert(tenant, { tax_identification_number: 'FR40303265000' })
    const [draft] = await invoices(tenant)
    expect(draft).toMatchObject({ status: 'draft', taxes_amount_cents: 2000 })
    const { body } = await tenant.api.put(`/invoices/${draft.lago_id}/finalize`)
    expect(body.invoice).toMatchObject({
      status: 'pending',
      coupons_amount_cents: 1000,
      total_amount_cents: 0,
    })
    await upsert(tenant, { tax_identification_number: null, country: 'PL' })
    await tenant.settle()
    expect((await invoices(tenant))[0]).toMatchObject({
      status: 'finalized',
      taxes_amount_cents: 2070,
      total_amount_cents: 11_070 - 3000,
    })
  })

  it('wait too when they are made again', async () => {
    const tenant = await waiting()
    await numberIsValid(tenant)
    await tenant.settle()
    await subscribe(tenant)
    await oneOff(tenant)
    await tenant.settle()
    await upsert(tenant, { tax_identification_number: 'FR40303265000' })
    const voided = await invoices(tenant)
    for (const { lago_id: id } of voided) {
      expect((await tenant.api.post(`/invoices/${id}/void`)).status).toBe(200)
      const { body } = await tenant.api.post(`/invoices/${id}/regenerate`)
      expect(body.invoice).toMatchObject({
        status: 'pending',
        fees_amount_cents: 10_000,
        taxes_amount_cents: 0,
        total_amount_cents: 0,
      })
    }
    await numberIsValid(tenant)
    await tenant.settle()
    const again = (await invoices(tenant)).filter(({ status }) => status === 'finalized')
    expect(again).toMatchObject([
      { coupons_amount_cents: 1000, taxes_amount_cents: 1800, total_amount_cents: 7800 },
      { taxes_amount_cents: 1000 + 150, total_amount_cents: 11_150 },
    ])
  })

  it('are credited with their taxes when a subscription ends meanwhile', async () => {
    const notes = async (tenant: Tenant) => (await tenant.api.get('/customers/acme/credit_notes')).body.credit_notes
    const pending = await waiting()
    await subscribe(pending)
    await pending.settle()
    // Nobody can ask for the end, or for a dearer plan, before; by its own end date the subscription ends all the same.
    await pending.api.post('/plans', {
      plan: {
        code: 'more',
        name: 'More',
        interval: 'monthly',
        amount_cents: 20_000,
        amount_currency: 'EUR',
        pay_in_advance: true,
      },
    })
    const more = { external_customer_id: 'acme', plan_code: 'more', external_id: 's' }
    for (const { status, body } of [
      await pending.api.delete('/subscriptions/s?on_termination_credit_note=offset'),
      await pending.api.post('/subscriptions', { subscription: more }),
    ]) {
      expect([status, body.code]).toEqual([405, 'cannot_terminate_with_pending_taxes'])
    }
    const end = { ending_at: '2026-03-10', on_termination_credit_note: 'offset' }
    const { subscription } = (await pending.api.put('/subscriptions/s', { subscription: end })).body
    expect(subscription).toMatchObject({ status: 'active', next_plan_code: null })
    await pending.setClock('2026-03-10T09:00:00Z')
    await pending.api.post('/test_clock/run', { test_clock: { tasks: ['terminate_ended_subscriptions'] } })
    await pending.settle()
    expect(await notes(pending)).toEqual([])
    await numberIsValid(pending)
    await pending.settle()
    // 24 of 31 days, less a tenth, with a fifth of taxes, of which prepaid credits left 78.00 to be offset.
    const [note] = await notes(pending)
    expect(note).toMatchObject({
      items: [{ amount_cents: 7742 }],
      taxes_amount_cents: 1394,
      offset_amount_cents: 7800,
      credit_amount_cents: 562,
    })
    expect(note.number).toMatch(/-001-001-CN001$/)

    const draft = await waiting(30)
    await numberIsValid(draft)
    await draft.settle()
    await subscribe(draft)
    await draft.setClock('2026-03-10T09:00:00Z')
    await draft.api.delete('/subscriptions/s')
    await draft.settle()
    await upsert(draft, { tax_identification_number: 'FR40303265000' })
    const [first] = (await invoices(draft)).filter(({ fees_amount_cents: cents }) => cents === 10_000)
    expect((await draft.api.put(`/invoices/${first.lago_id}/finalize`)).body.invoice.status).toBe('pending')
    expect(await notes(draft)).toEqual([])
    await numberIsValid(draft)
    await draft.settle()
    const [issued] = await notes(draft)
    expect(issued).toMatchObject({
      items: [{ amount_cents: 7742 }],
      credit_amount_cents: 8362,
      taxes_amount_cents: 1394,
    })
  })

  it('are previewed with the taxes as far as they are known', async () => {
    const tenant = await waiting()
    const { body } = await tenant.api.post('/invoices/preview', {
      customer: { external_id: 'acme' },
      plan_code: 'team',
      billing_time: 'anniversary',
    })
    expect(body.invoice).toMatchObject({ taxes_amount_cents: 0, total_amount_cents: 9000 - 3000 })
    expect(await taxesOf(tenant)).toEqual([])
    await subscribe(tenant)
    await tenant.settle()
    expect((await invoices(tenant))[0].status).toBe('pending')
  })

  it('bill the period that follows a used trial once, though they wait when the trial is acted upon', async () => {
    const tenant = await waiting()
    await tenant.api.put('/plans/team', { plan: { trial_period: 1 } })
    await subscribe(tenant)
    await tenant.api.delete('/subscriptions/s?on_termination_invoice=skip')
    await tenant.advanceTo('2026-03-07T10:00:00Z')
    await subscribe(tenant)
    await tenant.advanceTo('2026-03-07T12:00:00Z')
    expect((await invoices(tenant)).map(({ fees_amount_cents: cents }) => cents)).toEqual([10_000])
  })

  it('do not wait where nobody manages European taxes any more', async () => {
    const tenant = await waiting()
    await subscribe(tenant)
    await tenant.settle()
    await tenant.api.put('/billing_entities/northwind', { billing_entity: { eu_tax_management: false } })
    await tenant.advanceTo('2026-03-04T10:30:00Z')
    expect((await invoices(tenant))[0]).toMatchObject({ status: 'finalized', taxes_amount_cents: 0 })
  })
})

describe('VIES', () => {
  it('is asked for the customers of live organizations alone', async () => {
    vies.asked.length = 0
    const sandbox = await french()
    await upsert(sandbox, { country: 'SE', tax_identification_number: 'SE556188840402' })
    await sandbox.settle()
    expect(await taxesOf(sandbox)).toEqual(['lago_eu_reverse_charge'])
    expect(vies.asked).toEqual([])
    const live = await french({ sandbox: false })
    await upsert(live, { country: 'SE', tax_identification_number: 'SE 556188-840402' })
    await settle(live.ctx)
    expect(await taxesOf(live)).toEqual(['lago_eu_se_standard'])
    expect(vies.asked).toEqual([
      {
        method: 'POST',
        path: '/rest-api/check-vat-number',
        body: { countryCode: 'SE', vatNumber: '556188840402' },
      },
    ])
    await upsert(live, { tax_identification_number: 'SE556188840403' })
    await settle(live.ctx)
    const { db } = live.ctx
    const pending = await db
      .selectFrom('pending_vat_checks')
      .selectAll()
      .where('organization_id', '=', live.organizationId)
      .executeTakeFirstOrThrow()
    expect(pending).toMatchObject({
      attempts_count: 1,
      last_error_type: 'member_state_unavailable',
      last_error_message: 'VIES answered MS_UNAVAILABLE.',
    })
    await upsert(live, { tax_identification_number: 'SE556188840401' })
    await settle(live.ctx)
    expect(await taxesOf(live)).toEqual(['lago_eu_reverse_charge'])
  })

  it.each([
    [
      '01',
      {
        outcome: 'valid',
        countryCode: 'SE',
        vatNumber: '556188840401',
        requestDate: '2026-03-04',
        name: 'Nordljus AB',
        address: null,
      },
    ],
    ['02', { outcome: 'invalid', isWellFormed: true }],
    ['03', { outcome: 'failed', error: 'member_state_unavailable' }],
    ['04', { outcome: 'failed', error: 'rate_limit' }],
    ['05', { outcome: 'failed', error: 'blocked' }],
    ['06', { outcome: 'failed', error: 'invalid_requester' }],
    ['07', { outcome: 'invalid', isWellFormed: true }],
    ['08', { outcome: 'failed', error: 'unknown' }],
    ['09', { outcome: 'failed', error: 'service_unavailable' }],
    ['10', { outcome: 'failed', error: 'rate_limit' }],
    ['11', { outcome: 'failed', error: 'unknown' }],
    ['12', { outcome: 'failed', error: 'timeout', message: 'VIES did not answer within 0.2 seconds.' }],
    ['13', { outcome: 'failed', error: 'service_unavailable' }],
    ['14', { outcome: 'failed', error: 'blocked' }],
    ['15', { outcome: 'failed', error: 'unknown' }],
  ])('answers for number %s as its protocol says', async (ending, expected) => {
    expect(await viesChecker(vies.url, 200).check(`SE5561888404${ending}`)).toMatchObject(expected)
  })

  it('is not asked for what is no number, nor where nobody listens', async () => {
    vies.asked.length = 0
    const checker = viesChecker('http://127.0.0.1:1')
    expect(await checker.check('SE12')).toEqual({ outcome: 'invalid', isWellFormed: false })
    expect(await checker.check('SE556188840401')).toMatchObject({ outcome: 'failed', error: 'service_unavailable' })
    expect(vies.asked).toEqual([])
  })
})
