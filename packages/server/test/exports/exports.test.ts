import { existsSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey } from '../../src/accounts/index.ts'
import { beginExport, buildDataExport, continueExport } from '../../src/exports/build-export.ts'
import { transaction } from '../../src/platform/context.ts'
import { Browser } from '../console/support.ts'
import { type Story, storyOf } from '../invoices/billing-support.ts'
import { type Api, createApi, startTestApp, type TestApp } from '../support/app.ts'

const PASSWORD = 'Correct-horse-9'

const COLUMNS = {
  invoices:
    'lago_id, sequential_id, partner_billing, issuing_date, customer_lago_id, customer_external_id, customer_name, customer_email, customer_country, customer_tax_identification_number, invoice_number, purchase_order_number, invoice_type, payment_status, status, file_url, currency, fees_amount_cents, coupons_amount_cents, taxes_amount_cents, credit_notes_amount_cents, prepaid_credit_amount_cents, total_amount_cents, payment_due_date, payment_dispute_lost_at, payment_overdue, total_due_amount_cents, total_paid_amount_cents, total_offsetted_credit_note_amount_cents, progressive_billing_credit_amount_cents',
  invoice_fees:
    'invoice_lago_id, invoice_number, invoice_issuing_date, fee_lago_id, fee_item_type, fee_item_code, fee_item_name, fee_item_description, fee_item_invoice_display_name, fee_item_filter_invoice_display_name, fee_item_grouped_by, subscription_external_id, subscription_plan_code, fee_from_date, fee_to_date, fee_amount_currency, fee_units, fee_precise_unit_amount, fee_taxes_amount_cents, fee_total_amount_cents',
  credit_notes:
    'lago_id, sequential_id, partner_billing, issuing_date, customer_lago_id, customer_external_id, customer_name, customer_email, customer_country, customer_tax_identification_number, number, invoice_number, purchase_order_number, credit_status, refund_status, reason, description, currency, total_amount_cents, taxes_amount_cents, sub_total_excluding_taxes_amount_cents, coupons_adjustment_amount_cents, offset_amount_cents, credit_amount_cents, balance_amount_cents, refund_amount_cents, file_url',
  credit_note_items:
    'credit_note_lago_id, credit_note_number, credit_note_invoice_number, credit_note_issuing_date, credit_note_item_lago_id, credit_note_item_fee_lago_id, credit_note_item_currency, credit_note_item_amount_cents',
}
type ResourceType = keyof typeof COLUMNS

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
type Wire = any
type Row = Record<string, string>

let app: TestApp
let story: Story
let admin: Browser

beforeAll(async () => {
  app = await startTestApp({ LOG_LEVEL: 'fatal', WEIR_DOCUMENTS: 'when_issued' })
  admin = new Browser(app.server.url)
  const ada = { organization_name: 'Acme', name: 'Ada', email: 'ada@acme.test', password: PASSWORD }
  expect((await admin.call('POST', '/console/api/sign_up', ada)).status).toBe(200)
  story = storyOf(app)
  await seed()
})
afterAll(() => app?.stop())

const post = async (path: string, body: object): Promise<Wire> => {
  const answer = await app.api.post(path, body)
  expect(answer.body.error_details ?? answer.body.code ?? answer.status).toBe(200)
  return answer.body
}

/** Every kind of fee, in New York, where the last day of a month is the next one's first in UTC. */
async function seed() {
  await app.setClock('2026-03-01T12:00:00Z')
  await story.tax('vat', 10, { applied_to_organization: true })
  await story.customer('acme', {
    name: 'Acme, "Best" Inc.\nEast',
    email: 'ap@acme.test',
    country: 'US',
    timezone: 'America/New_York',
    tax_identification_number: '0012',
  })
  await story.customer('reseller', { account_type: 'partner', name: '=1+1' })
  await story.addOn('setup')
  await story.addOn('seat')
  const calls = await story.metric('calls')
  const boosts = await story.metric('boosts')
  await story.plan('arrears', {
    amount_cents: 1000,
    minimum_commitment: { amount_cents: 50_000 },
    charges: [
      {
        billable_metric_id: calls.lago_id,
        charge_model: 'standard',
        properties: { amount: '1.5', pricing_group_keys: ['team'] },
      },
    ],
    fixed_charges: [{ add_on_code: 'seat', units: '2', charge_model: 'standard', properties: { amount: '5' } }],
  })
  await story.plan('ahead', {
    amount_cents: 2000,
    pay_in_advance: true,
    minimum_commitment: { amount_cents: 90_000 },
    charges: [
      {
        billable_metric_id: boosts.lago_id,
        charge_model: 'standard',
        pay_in_advance: true,
        invoiceable: true,
        properties: { amount: '2' },
      },
    ],
  })
  await story.subscribe('slow', 'arrears')
  await story.subscribe('fast', 'ahead')
  await app.settle()
  await app.advanceTo('2026-03-12T12:00:00Z')
  await story.send('slow', 'calls', '2026-03-10 3 a', '2026-03-11 4 b')
  await story.send('fast', 'boosts', '2026-03-12 5')
  await app.settle()
  await app.advanceTo('2026-04-02T12:00:00Z')
  const fee = { add_on_code: 'setup', from_datetime: '2026-04-01T03:00:00Z', to_datetime: '2026-04-03T02:00:00Z' }
  await post('/invoices', { invoice: { external_customer_id: 'acme', fees: [fee], purchase_order_number: 'PO-7' } })
  await post('/invoices', { invoice: { external_customer_id: 'reseller', fees: [{ add_on_code: 'setup' }] } })
  await post('/wallets', {
    wallet: { external_customer_id: 'acme', rate_amount: '1', currency: 'USD', paid_credits: '10', name: 'Credits' },
  })
  await app.settle()
  const billed = (await story.invoices()).find(({ invoice_type }) => invoice_type === 'subscription')
  const items = [{ fee_id: billed.fees[0].lago_id, amount_cents: 500 }]
  await post('/credit_notes', {
    credit_note: { invoice_id: billed.lago_id, offset_amount_cents: 550, description: 'too much', items },
  })
  await app.settle()
}

const textOf = (value: Wire) => (value === null || value === undefined ? '' : String(value))

async function download(url: string) {
  const { pathname, search } = new URL(url)
  const response = await fetch(`${app.server.url}${pathname}${search}`)
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** Asks for an export with a key, waits for it, and reads its file. */
async function exported(resource_type: ResourceType, filters: object = {}, api: Api = app.api) {
  const asked = await api.post('/data_exports', { data_export: { resource_type, format: 'csv', filters } })
  expect(asked.body.error_details ?? asked.body.code ?? asked.status).toBe(200)
  await app.settle()
  const { data_export: done } = (await api.get(`/data_exports/${asked.body.data_export.lago_id}`)).body
  expect([done.status, done.error]).toEqual(['completed', null])
  const { text } = await download(done.file_url)
  const [columns = []] = parse(text, { to: 1 }) as string[][]
  return { asked: asked.body.data_export, done, text, columns, rows: parse(text, { columns: true }) as Row[] }
}

async function all(path: string, root: string): Promise<Wire[]> {
  return (await app.api.get(`${path}${path.includes('?') ? '&' : '?'}per_page=100`)).body[root]
}

function customerCells(customer: Wire) {
  return {
    customer_lago_id: customer.lago_id,
    customer_external_id: customer.external_id,
    customer_name: customer.name,
    customer_email: customer.email,
    customer_country: customer.country,
    customer_tax_identification_number: customer.tax_identification_number,
  }
}

/** The row of an object: the cells that are named otherwise, and those of the columns that the object has itself. */
function rowOf(type: ResourceType, shown: Wire, cells: object): Row {
  const values = { ...shown, ...cells }
  return Object.fromEntries(COLUMNS[type].split(', ').map(column => [column, textOf(values[column])]))
}

describe('a file has the columns in their order, and what the API gives of each object, in the list’s order:', () => {
  it('invoices', async () => {
    const { columns, rows, text, asked, done } = await exported('invoices')
    expect(columns.join(', ')).toBe(COLUMNS.invoices)
    const shown = await all('/invoices', 'invoices')
    expect(shown.length).toBeGreaterThan(5)
    expect(rows).toEqual(
      shown.map(({ number, self_billed, customer, ...rest }) =>
        rowOf('invoices', rest, {
          invoice_number: number,
          partner_billing: self_billed,
          ...customerCells(customer),
        }),
      ),
    )
    expect(text).toContain('"Acme, ""Best"" Inc.\nEast"')
    expect(text).not.toContain('\r')
    expect(text).toMatch(/,=1\+1,/)
    expect(rows.map(row => row.file_url).filter(Boolean).length).toBeGreaterThan(3)
    expect(asked).toMatchObject({ status: 'pending', resource_type: 'invoices', format: 'csv', file_url: null })
    expect(done).toMatchObject({
      total_count: shown.length,
      processed_count: shown.length,
      rows_count: shown.length,
      byte_size: Buffer.byteLength(text),
      file_name: '20260402120000_invoices.csv',
      requested_by: null,
      created_at: '2026-04-02T12:00:00Z',
      completed_at: '2026-04-02T12:00:00Z',
      expires_at: '2026-04-09T12:00:00Z',
    })
  })

  it('fees', async () => {
    const { columns, rows } = await exported('invoice_fees')
    expect(columns.join(', ')).toBe(COLUMNS.invoice_fees)
    const invoices = await Promise.all(
      (await all('/invoices', 'invoices')).map(async ({ lago_id }) => (await app.api.get(`/invoices/${lago_id}`)).body),
    )
    const plans: Record<string, string> = { slow: 'arrears', fast: 'ahead' }
    const expected = invoices.flatMap(({ invoice }) =>
      invoice.fees.map((fee: Wire) => ({
        invoice_lago_id: invoice.lago_id,
        invoice_number: invoice.number,
        invoice_issuing_date: invoice.issuing_date,
        fee_lago_id: fee.lago_id,
        fee_item_type: fee.item.type,
        fee_item_code: fee.item.code,
        fee_item_name: textOf(fee.item.name),
        fee_item_description: textOf(fee.item.description),
        fee_item_invoice_display_name: textOf(fee.item.invoice_display_name),
        fee_item_filter_invoice_display_name: textOf(fee.item.filter_invoice_display_name),
        fee_item_grouped_by: JSON.stringify(fee.item.grouped_by),
        subscription_external_id: textOf(fee.external_subscription_id),
        subscription_plan_code: plans[fee.external_subscription_id] ?? '',
        fee_amount_currency: fee.amount_currency,
        fee_units: fee.units,
        fee_precise_unit_amount: fee.precise_unit_amount,
        fee_taxes_amount_cents: textOf(fee.taxes_amount_cents),
        fee_total_amount_cents: textOf(fee.total_amount_cents),
      })),
    )
    expect(rows.map(({ fee_from_date: _from, fee_to_date: _to, ...row }) => row)).toEqual(expected)
    expect(rows.map(row => row.fee_item_grouped_by)).toContain('{"team":"a"}')
  })

  it('thousands of fees of one invoice among others', async () => {
    const many = storyOf(await app.newOrganization())
    await many.customer('acme')
    await many.addOn('setup')
    for (const units of ['1', '2', '3']) {
      const fees = [{ add_on_code: 'setup', units }]
      await many.api.post('/invoices', { invoice: { external_customer_id: 'acme', fees } })
    }
    await sql`insert into fees
      select (jsonb_populate_record(null::fees, to_jsonb(fees) || jsonb_build_object('id', uuidv7()))).*
      from fees, generate_series(1, 4100)
      where organization_id = ${many.organizationId} and units = 2`.execute(app.ctx.db)
    const { data_export: asked } = (
      await many.api.post('/data_exports', { data_export: { resource_type: 'invoice_fees' } })
    ).body
    await many.settle()
    const { data_export: done } = (await many.api.get(`/data_exports/${asked.lago_id}`)).body
    const rows = parse((await download(done.file_url)).text, { columns: true }) as Row[]
    const { rows: expected } = await sql<{ id: string }>`
      select fees.id from fees join invoices on invoices.id = fees.invoice_id
      where fees.organization_id = ${many.organizationId}
      order by invoices.issuing_date desc, invoices.created_at desc, invoices.id, fees.id`.execute(app.ctx.db)
    expect(expected).toHaveLength(4103)
    expect(rows.map(row => row.fee_lago_id)).toEqual(expected.map(({ id }) => id))
  })

  it('credit notes and their items', async () => {
    const notes = await exported('credit_notes')
    expect(notes.columns.join(', ')).toBe(COLUMNS.credit_notes)
    const shown = await all('/credit_notes', 'credit_notes')
    expect(shown).toHaveLength(1)
    expect(notes.rows).toEqual(
      shown.map(({ self_billed, customer, ...rest }) =>
        rowOf('credit_notes', rest, { partner_billing: self_billed, ...customerCells(customer) }),
      ),
    )
    expect(notes.rows[0]).toMatchObject({ description: 'too much', offset_amount_cents: '550', refund_status: '' })
    const items = await exported('credit_note_items')
    expect(items.columns.join(', ')).toBe(COLUMNS.credit_note_items)
    expect(items.rows).toEqual(
      shown.flatMap(note =>
        note.items.map((item: Wire) => ({
          credit_note_lago_id: note.lago_id,
          credit_note_number: note.number,
          credit_note_invoice_number: note.invoice_number,
          credit_note_issuing_date: note.issuing_date,
          credit_note_item_lago_id: item.lago_id,
          credit_note_item_fee_lago_id: item.fee.lago_id,
          credit_note_item_currency: item.amount_currency,
          credit_note_item_amount_cents: textOf(item.amount_cents),
        })),
      ),
    )
  })

  it('and who issued them, where there are several', async () => {
    const tenant = await app.newOrganization()
    const entity = { code: 'north', name: 'North' }
    expect((await tenant.api.post('/billing_entities', { billing_entity: entity })).status).toBe(200)
    for (const type of Object.keys(COLUMNS) as ResourceType[]) {
      const { body } = await tenant.api.post('/data_exports', { data_export: { resource_type: type } })
      await tenant.settle()
      const { data_export } = (await tenant.api.get(`/data_exports/${body.data_export.lago_id}`)).body
      // There is nothing: a header line, and that is it.
      const suffix = type === 'invoices' || type === 'credit_notes' ? ',billing_entity_code' : ''
      expect((await download(data_export.file_url)).text).toBe(`${COLUMNS[type].replaceAll(', ', ',')}${suffix}\n`)
      expect(data_export).toMatchObject({ status: 'completed', total_count: 0, rows_count: 0 })
    }
  })
})

describe('the days of a fee', () => {
  /** `type subscription: from to`, each once. */
  async function days(): Promise<string[]> {
    const { rows } = await exported('invoice_fees')
    const told = rows.map(row =>
      [
        `${row.fee_item_type} ${row.subscription_external_id}`.trim(),
        `${row.fee_from_date} ${row.fee_to_date}`.trim(),
      ].join(': '),
    )
    return [...new Set(told)].sort()
  }
  const MARCH = '2026-03-01 2026-03-31'

  it('are its own in the customer’s time zone, those of an add-on in UTC', async () => {
    expect(await days()).toEqual([
      'add_on: 2026-04-01 2026-04-03',
      'add_on: 2026-04-02 2026-04-02',
      `charge fast: ${MARCH}`,
      `charge slow: ${MARCH}`,
      `commitment fast: ${MARCH}`,
      `commitment slow: ${MARCH}`,
      'credit: ',
      `fixed_charge slow: ${MARCH}`,
      'subscription fast: 2026-03-01 2026-03-31',
      'subscription fast: 2026-04-01 2026-04-30',
      `subscription slow: ${MARCH}`,
    ])
  })

  it('are those that the invoice bills, where a fee has none; of usage always', async () => {
    const own = await ownDays()
    await sql`update fees set from_datetime = '2020-01-01', to_datetime = '2020-01-02'
      where organization_id = ${app.organizationId} and fee_type = 'charge' and not pay_in_advance`.execute(app.ctx.db)
    await sql`update fees set from_datetime = null, to_datetime = null
      where organization_id = ${app.organizationId} and fee_type <> 'add_on' and (fee_type <> 'charge' or pay_in_advance)`.execute(
      app.ctx.db,
    )
    const told = await days()
    await restore(own)
    expect(told).toEqual([
      'add_on: 2026-04-01 2026-04-03',
      'add_on: 2026-04-02 2026-04-02',
      expect.stringMatching(/^charge fast: 2026-0/),
      `charge slow: ${MARCH}`,
      // What the invoice before billed of the plan that is paid in advance.
      `commitment fast: ${MARCH}`,
      `commitment slow: ${MARCH}`,
      'credit: ',
      `fixed_charge slow: ${MARCH}`,
      'subscription fast: 2026-03-01 2026-03-31',
      'subscription fast: 2026-04-01 2026-04-30',
      `subscription slow: ${MARCH}`,
    ])
  })

  it('are none where its subscription is not on the invoice, and where there was no invoice before', async () => {
    const links = sql`update invoice_subscriptions set subscription_id = other.id
      from subscriptions as own, subscriptions as other
      where invoice_subscriptions.organization_id = ${app.organizationId}
        and invoice_subscriptions.subscription_id = own.id
        and own.external_id = 'fast' and other.external_id = 'elsewhere'`
    await story.subscribe('elsewhere', 'arrears')
    await app.settle()
    await links.execute(app.ctx.db)
    expect((await days()).filter(line => line.includes('fast'))).toEqual([
      'charge fast: ',
      'commitment fast: ',
      'subscription fast: ',
    ])
  })

  async function ownDays() {
    const { rows } = await sql<{ id: string; own_from: string | null; own_to: string | null }>`
      select id, from_datetime::text as own_from, to_datetime::text as own_to from fees
      where organization_id = ${app.organizationId}`.execute(app.ctx.db)
    return rows
  }
  async function restore(rows: Awaited<ReturnType<typeof ownDays>>) {
    for (const { id, own_from, own_to } of rows) {
      await sql`update fees set from_datetime = ${own_from}::timestamptz, to_datetime = ${own_to}::timestamptz
        where id = ${id}`.execute(app.ctx.db)
    }
  }
})

describe('filters', () => {
  it.each([
    [{ status: ['finalized'], payment_status: ['pending', 'failed'] }, 'status[]=finalized&payment_status[]=pending'],
    [{ invoice_type: ['one_off'] }, 'invoice_type=one_off'],
    [{ customer_external_id: 'reseller' }, 'external_customer_id=reseller'],
    [{ search_term: 'east' }, 'search_term=east'],
    [{ amount_from: 1000, amount_to: '3000' }, 'amount_from=1000&amount_to=3000'],
    [
      { issuing_date_from: '2026-03-12', issuing_date_to: '2026-04-01' },
      'issuing_date_from=2026-03-12&issuing_date_to=2026-04-01',
    ],
    [{ self_billed: true }, 'self_billed=true'],
    [{ purchase_order_number: 'po-7' }, 'purchase_order_number=po-7'],
    [{ currency: 'EUR' }, 'currency=EUR'],
    [{ payment_overdue: false, payment_dispute_lost: 'false' }, 'payment_overdue=false&payment_dispute_lost=false'],
    [{ settlements: ['credit_note'], partially_paid: false }, 'settlements=credit_note&partially_paid=false'],
    [{ search_term: '', status: [], currency: null }, ''],
  ])('of invoices are those of the list: %j', async (filters, query) => {
    const { rows } = await exported('invoices', filters)
    const listed = await all(`/invoices?${query}`, 'invoices')
    expect(rows.map(row => row.lago_id)).toEqual(listed.map(invoice => invoice.lago_id))
    const { rows: fees } = await exported('invoice_fees', filters)
    expect([...new Set(fees.map(row => row.invoice_lago_id))]).toEqual(listed.map(invoice => invoice.lago_id))
  })

  it('of billing entities name them by code or id', async () => {
    const [entity] = await all('/billing_entities', 'billing_entities')
    const total = (await all('/invoices', 'invoices')).length
    const { rows } = await exported('invoices', { billing_entity_ids: [entity.lago_id] })
    expect(rows).toHaveLength(total)
    expect((await exported('invoices', { billing_entity_codes: entity.code })).rows).toHaveLength(total)
    const notes = await exported('credit_notes', { billing_entity_ids: [entity.lago_id] })
    expect(notes.rows).toHaveLength(1)
    const other = await app.newOrganization()
    const [foreign] = (await other.api.get('/billing_entities')).body.billing_entities
    const filters = { billing_entity_ids: [foreign.lago_id] }
    for (const resource_type of ['invoices', 'credit_notes']) {
      expect(await app.api.post('/data_exports', { data_export: { resource_type, filters } })).toMatchObject({
        status: 404,
        body: { code: 'billing_entity_not_found' },
      })
    }
  })

  it.each([
    [{ types: ['offset'], reason: ['other'] }, 1],
    [{ types: ['credit', 'refund'] }, 0],
    [{ customer_external_id: 'acme', currency: 'USD', amount_from: 550, amount_to: 550 }, 1],
    [{ customer_external_id: 'reseller' }, 0],
    [{ issuing_date_from: '2026-04-02', credit_status: ['available', 'consumed'], self_billed: false }, 1],
    [{ invoice_number: 'none' }, 0],
    [{ customer_id: '00000000-0000-7000-8000-000000000000' }, 0],
    [{ search_term: 'east', refund_status: [] }, 1],
    [{ refund_status: 'pending' }, 0],
    [{ purchase_order_number: 'x' }, 0],
  ])('of credit notes are those of the list: %j', async (filters, found) => {
    expect((await exported('credit_notes', filters)).rows).toHaveLength(found)
    expect((await exported('credit_note_items', filters)).rows).toHaveLength(found)
  })

  it.each([
    [{}, { resource_type: ['value_is_mandatory'] }],
    [
      { resource_type: 'customers', format: 'pdf' },
      { resource_type: ['value_is_invalid'], format: ['value_is_invalid'] },
    ],
    [
      {
        resource_type: 'invoices',
        filters: {
          status: ['closed'],
          issuing_date_from: '2026-02-30',
          issuing_date_to: '0000-01-01',
          amount_to: '1.5',
          reason: ['other'],
          self_billed: 'maybe',
        },
      },
      {
        status: ['value_is_invalid'],
        issuing_date_from: ['invalid_date'],
        issuing_date_to: ['invalid_date'],
        amount_to: ['value_is_invalid'],
        reason: ['unknown_filter'],
        self_billed: ['value_is_invalid'],
      },
    ],
    [
      { resource_type: 'credit_notes', filters: { customer_id: 'x', billing_entity_ids: ['y'], types: ['gift'] } },
      { customer_id: ['value_is_invalid'], billing_entity_ids: ['value_is_invalid'], types: ['value_is_invalid'] },
    ],
    [{ resource_type: 'credit_notes', filters: 'all' }, { filters: ['value_is_invalid'] }],
  ])('that cannot be understood are refused: %j', async (fields, details) => {
    const { status, body } = await app.api.post('/data_exports', { data_export: { format: 'csv', ...fields } })
    expect([status, body.error_details]).toEqual([422, details])
  })
})

describe('a file is made once', () => {
  const fileOf = (id: string) => join(app.ctx.config.dataDir, 'files', app.organizationId, id)

  it('however often its worker is killed on the way', async () => {
    for (const type of ['invoices', 'invoice_fees'] as const) {
      const { done, text } = await exported(type)
      const id: string = done.lago_id
      await transaction(app.ctx, async tx => {
        await sql`update data_exports set status = 'pending', byte_size = 0, processed_count = 0, rows_count = 0,
          last_place = null, completed_at = null, expires_at = null where id = ${id}`.execute(tx.db)
        await beginExport(tx, id)
        for (let part = 1; part <= 3; part++) {
          await continueExport(tx, id, { ofJob: 1, ofBatch: 2 })
          // What somebody wrote who was killed before it was known.
          await appendFile(fileOf(id), 'half of a li')
        }
      })
      await app.settle()
      await buildDataExport.run(app.ctx, { organizationId: app.organizationId, exportId: id })
      const { data_export: again } = (await app.api.get(`/data_exports/${id}`)).body
      expect(again).toMatchObject({
        status: 'completed',
        total_count: done.total_count,
        processed_count: done.processed_count,
        rows_count: done.rows_count,
        byte_size: done.byte_size,
      })
      expect((await download(again.file_url)).text).toBe(text)
    }
  })

  it('or not at all, and says why', async () => {
    const { done } = await exported('invoices')
    const id: string = done.lago_id
    await sql`update data_exports set status = 'processing', byte_size = 100000000 where id = ${id}`.execute(app.ctx.db)
    const job = { organizationId: app.organizationId, exportId: id }
    for (let failure = 1; failure < 5; failure++) {
      await expect(buildDataExport.run(app.ctx, job)).rejects.toThrow(RangeError)
    }
    await buildDataExport.run(app.ctx, job)
    const { data_export: failed } = (await app.api.get(`/data_exports/${id}`)).body
    expect(failed).toMatchObject({ status: 'failed', file_url: null, error: expect.stringContaining('bytes') })
    expect(existsSync(fileOf(id))).toBe(false)
  })
})

describe('who gets it', () => {
  const asAda = (method: string, path: string, body?: unknown, browser = admin) =>
    browser.call(method, `/api/v1${path}`, body, { 'weir-organization': app.organizationId })

  it('is told by mail, once, when they asked in the console', async () => {
    const made = await asAda('POST', '/data_exports', {
      data_export: { resource_type: 'invoice_fees', filters: { search_term: 'east' } },
    })
    expect(made.body.data_export.requested_by).toEqual({ name: 'Ada', email: 'ada@acme.test' })
    await app.settle()
    const { data_export: done } = (await app.api.get(`/data_exports/${made.body.data_export.lago_id}`)).body
    const mails = (await all('/test_outbox', 'test_outbox')).filter(mail => mail.kind === 'data_export.completed')
    expect(mails).toHaveLength(1)
    expect(mails[0]).toMatchObject({
      to: ['ada@acme.test'],
      lago_object_id: done.lago_id,
      subject: 'Your Weir invoice fees export is ready!',
      from: { name: 'Weir', address: expect.stringContaining('@') },
      attachments: [],
    })
    expect(mails[0].text).toContain(`Download: ${done.file_url}`)
    expect(mails[0].text).toContain(`${done.rows_count} rows`)
    expect(mails[0].text).toContain('Available until: 2026-04-09 12:00 UTC')
  })

  it('needs nothing but the address, which holds for seven days and for this file alone', async () => {
    const { done, text } = await exported('invoices')
    const { file_url: url, lago_id: id } = done
    const { status, headers } = await download(url)
    expect([
      status,
      headers.get('content-type'),
      headers.get('content-disposition'),
      headers.get('cache-control'),
    ]).toEqual([200, 'text/csv; charset=utf-8', `attachment; filename*=UTF-8''${done.file_name}`, 'private, no-store'])
    expect(headers.get('content-length')).toBe(String(Buffer.byteLength(text)))
    const { done: other } = await exported('invoices')
    for (const wrong of [
      url.replace(/expires=\d+/, 'expires=9999999999'),
      url.replace(/expires=\d+&/, ''),
      url.replace(id, other.lago_id),
    ]) {
      expect(await download(wrong)).toMatchObject({ status: 404 })
    }
    const path = join(app.ctx.config.dataDir, 'files', app.organizationId, id)
    await app.setClock('2026-04-09T11:59:59Z')
    expect(await download(url)).toMatchObject({ status: 200 })
    await app.setClock('2026-04-09T12:00:00Z')
    expect(await download(url)).toMatchObject({ status: 404 })
    expect((await app.api.get(`/data_exports/${id}`)).body.data_export).toMatchObject({
      status: 'completed',
      file_url: null,
      file_name: done.file_name,
    })
    expect(existsSync(path)).toBe(true)
    await app.advanceTo('2026-04-10T02:00:00Z')
    expect(existsSync(path)).toBe(false)
    expect((await app.api.get(`/data_exports/${id}`)).body.data_export.file_name).toBe(null)
  })

  it('may read what is in it', async () => {
    const { value } = await createApiKey(app.ctx, { permissions: { credit_note: ['read'] } })
    const api = createApi(app.server.url, value)
    const { done } = await exported('credit_notes', {}, api)
    const refused = { status: 403, body: { code: 'read_action_not_allowed_for_invoice' } }
    for (const resource_type of ['invoices', 'invoice_fees']) {
      expect(await api.post('/data_exports', { data_export: { resource_type } })).toMatchObject(refused)
    }
    const invoices = (await exported('invoices')).done.lago_id
    expect(await api.get(`/data_exports/${invoices}`)).toMatchObject(refused)
    const { body } = await api.get('/data_exports?per_page=100')
    const types = body.data_exports.map((one: Wire) => one.resource_type)
    expect(new Set(types)).toEqual(new Set(['credit_notes', 'credit_note_items']))
    expect(body.data_exports[0].lago_id).toBe(done.lago_id)
    expect(body.meta.total_count).toBe(types.length)
    for (const role of ['finance', 'manager']) {
      const invitation = { email: `${role}@acme.test`, roles: [role] }
      const organization = { 'weir-organization': app.organizationId }
      const { body: invited } = await admin.call('POST', '/console/api/invitations', invitation, organization)
      const member = new Browser(app.server.url)
      const answer = { name: role, password: PASSWORD }
      await member.call('POST', `/console/api/invitations/by_token/${invited.token}/accept`, answer)
      const made = await asAda('POST', '/data_exports', { data_export: { resource_type: 'invoices' } }, member)
      expect(made.body.data_export).toMatchObject({ requested_by: { name: role } })
    }
  })

  it('is of the same organization', async () => {
    const { done } = await exported('invoices')
    const other = storyOf(await app.newOrganization())
    expect((await other.api.get('/data_exports')).body).toMatchObject({ data_exports: [], meta: { total_count: 0 } })
    for (const id of [done.lago_id, 'nothing']) {
      expect(await other.api.get(`/data_exports/${id}`)).toMatchObject({
        status: 404,
        body: { code: 'data_export_not_found' },
      })
    }
    await other.customer('acme')
    await other.addOn('setup')
    await other.api.post('/invoices', { invoice: { external_customer_id: 'acme', fees: [{ add_on_code: 'setup' }] } })
    await other.settle()
    const { body } = await other.api.post('/data_exports', { data_export: { resource_type: 'invoice_fees' } })
    await other.settle()
    const { data_export } = (await other.api.get(`/data_exports/${body.data_export.lago_id}`)).body
    expect(data_export).toMatchObject({ total_count: 1, rows_count: 1 })
    expect(new URL(data_export.file_url).pathname).toContain(other.organizationId)
  })
})
