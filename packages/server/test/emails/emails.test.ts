import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settle } from '../../src/sandbox/background-work.ts'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { attachmentsOf, headersOf, type SmtpReceiver, startSmtp } from './smtp.ts'

const KINDS = ['invoice.finalized', 'credit_note.created']

let app: TestApp
let smtp: SmtpReceiver
beforeAll(async () => {
  smtp = await startSmtp()
  app = await startTestApp({ SMTP_URL: smtp.url, LOG_LEVEL: 'fatal', WEIR_DOCUMENTS: 'when_issued' })
})
afterAll(async () => {
  await app.stop()
  await smtp.stop()
})

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
type Wire = any

/** An organization that sells a thing for 100 dollars. */
async function seller(options: { sandbox?: boolean; settings?: object; on?: TestApp } = {}) {
  const tenant = await (options.on ?? app).newOrganization({ sandbox: options.sandbox ?? true })
  if (options.sandbox !== false) await tenant.setClock('2026-03-04T09:00:00Z')
  const { api } = tenant
  await api.put('/billing_entities/northwind', {
    billing_entity: { email: 'billing@northwind.example', email_settings: KINDS, ...options.settings },
  })
  await api.post('/add_ons', {
    add_on: { code: 'thing', name: 'Thing', amount_cents: 10_000, amount_currency: 'USD' },
  })
  return {
    ...tenant,
    async customer(fields: object = {}) {
      await api.post('/customers', { customer: { external_id: 'acme', email: 'ann@acme.example', ...fields } })
    },
    async sell(cents = 10_000): Promise<Wire> {
      const { body } = await api.post('/invoices', {
        invoice: {
          external_customer_id: 'acme',
          currency: 'USD',
          fees: [{ add_on_code: 'thing', unit_amount_cents: cents }],
        },
      })
      await settle(tenant.ctx)
      return body.invoice
    },
    async credit(invoice: Wire, fields: object): Promise<Wire> {
      const items = [{ fee_id: invoice.fees[0].lago_id, amount_cents: invoice.fees[0].amount_cents }]
      const { body } = await api.post('/credit_notes', {
        credit_note: { invoice_id: invoice.lago_id, items, ...fields },
      })
      await settle(tenant.ctx)
      return body.credit_note
    },
    async outbox(): Promise<Wire[]> {
      return (await api.get('/test_outbox')).body.test_outbox
    },
  }
}

async function emailsOf(tenant: Tenant) {
  return tenant.ctx.db
    .selectFrom('emails')
    .selectAll()
    .where('organization_id', '=', tenant.organizationId)
    .orderBy('id')
    .execute()
}

describe('the outbox of a sandbox', () => {
  it('has the mails about invoices and credit notes, newest first', async () => {
    const tenant = await seller()
    await tenant.customer({ email: 'ann@acme.example, bob@acme.example' })
    const invoice = await tenant.sell()
    await tenant.setClock('2026-03-05T09:00:00Z')
    const note = await tenant.credit(invoice, { credit_amount_cents: 4000, offset_amount_cents: 6000 })
    const [about, first] = await tenant.outbox()
    expect(first).toMatchObject({
      kind: 'invoice.finalized',
      lago_object_id: invoice.lago_id,
      from: { name: 'Northwind', address: 'billing@northwind.example' },
      reply_to: 'billing@northwind.example',
      to: ['ann@acme.example', 'bob@acme.example'],
      cc: [],
      bcc: [],
      subject: `Your Invoice from Northwind #${invoice.number}`,
      attachments: [{ filename: `invoice-${invoice.number}.pdf`, byte_size: expect.any(Number) }],
      created_at: '2026-03-04T09:00:00Z',
    })
    expect(first.text).toContain(
      `Invoice from Northwind\n$100.00\n\nInvoice number: ${invoice.number}\nIssue date: Mar 04, 2026\n`,
    )
    const { pathname, search } = new URL(first.attachments[0].url)
    const pdf = await fetch(`${tenant.api.url}${pathname}${search}`)
    expect(
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-')
    expect(first.text).toContain(`Download the invoice: ${first.attachments[0].url}`)
    expect(first.html).toContain(`href="${first.attachments[0].url.replaceAll('&', '&amp;')}"`)

    expect(about).toMatchObject({
      kind: 'credit_note.created',
      lago_object_id: note.lago_id,
      subject: `Your credit note from Northwind #${note.number}`,
      attachments: [{ filename: `credit_note-${note.number}.pdf` }],
      created_at: '2026-03-05T09:00:00Z',
    })
    expect(about.text).toContain(
      [
        'Credit note from Northwind',
        '$100.00',
        '',
        'Credited on your balance: $40.00',
        'Offset against the invoice: $60.00',
        `Credit note number: ${note.number}`,
        `Invoice number: ${invoice.number}`,
        'Issue date: Mar 05, 2026',
      ].join('\n'),
    )
    expect(smtp.received).toEqual([])
    const { body } = await tenant.api.get('/test_outbox?page=2&per_page=1')
    expect(body).toMatchObject({ test_outbox: [{ kind: 'invoice.finalized' }], meta: { total_count: 2 } })
  })

  it('has the receipts of payments, with the invoices that they pay', async () => {
    const tenant = await seller({ settings: { email_settings: ['payment_receipt.created'] } })
    await tenant.customer()
    const invoice = await tenant.sell()
    const pay = async (amount_cents: number, reference: string) => {
      const payment = { invoice_id: invoice.lago_id, amount_cents, reference }
      expect((await tenant.api.post('/payments', { payment })).status).toBe(200)
      await tenant.settle()
    }
    await pay(2500, 'first')
    const [first] = await tenant.outbox()
    const { body } = await tenant.api.get('/payment_receipts')
    const [receipt] = body.payment_receipts
    expect(first).toMatchObject({
      kind: 'payment_receipt.created',
      lago_object_id: receipt.lago_id,
      to: ['ann@acme.example'],
      subject: `Your payment receipt from Northwind #${receipt.number}`,
      attachments: [{ filename: `invoice-${invoice.number}.pdf` }],
    })
    expect(first.text).toContain(
      [
        'Payment receipt from Northwind',
        '$25.00',
        '',
        `Receipt number: ${receipt.number}`,
        'Payment date: Mar 04, 2026',
        'Remaining due: $75.00',
        `Invoice number ${invoice.number}: $100.00`,
      ].join('\n'),
    )
    await pay(7500, 'last')
    expect((await tenant.outbox())[0].text).toContain('Remaining due: $0.00')

    const path = `/payment_receipts/${receipt.lago_id}/resend_email`
    expect((await tenant.api.post(path, { to: ['carl@acme.example'], cc: ['dora@acme.example'] })).status).toBe(200)
    await tenant.settle()
    expect(await tenant.outbox()).toMatchObject([
      { lago_object_id: receipt.lago_id, to: ['carl@acme.example'], cc: ['dora@acme.example'] },
      {},
      {},
    ])
    expect((await tenant.api.post(path, { to: [] })).body.error_details).toEqual({
      to: ['must have at least one recipient'],
    })
    const unknown = '/payment_receipts/00000000-0000-0000-0000-000000000000/resend_email'
    expect((await tenant.api.post(unknown)).body.code).toBe('invoice_not_found')
    await tenant.api.put('/billing_entities/northwind', { billing_entity: { email_settings: KINDS } })
    expect((await tenant.api.post(path)).body.code).toBe('email_settings_disabled')
  })

  it('has them in the language of the customer, and what people wrote is no HTML', async () => {
    const tenant = await seller({
      settings: { name: 'Ben & <b>Söhne</b>', billing_configuration: { document_locale: 'fr' } },
    })
    await tenant.customer()
    const first = await tenant.sell()
    await tenant.customer({ billing_configuration: { document_locale: 'de' } })
    const second = await tenant.sell()
    const [german, french] = await tenant.outbox()
    expect(german.subject).toBe(`Ihre Rechnung von Ben & <b>Söhne</b> #${second.number}`)
    expect(german.text).toContain('Ausstellungsdatum: 04. Mär. 2026')
    expect(german.html).toContain('Rechnung von Ben &amp; &lt;b&gt;Söhne&lt;/b&gt;')
    expect(french.subject).toBe(`Votre facture de Ben & <b>Söhne</b> #${first.number}`)
    expect(french.html).toContain('<html lang="fr">')
  })

  it.each<[string, object, object, number]>([
    ['an invoice of nothing', {}, {}, 0],
    ['a customer without an address', {}, { email: null }, 100],
    ['a billing entity without an address', { email: null }, {}, 100],
    ['a billing entity that mails no invoices', { email_settings: ['credit_note.created'] }, {}, 100],
    ['a billing entity that mails nothing', { email_settings: [] }, {}, 100],
  ])('has none of %s', async (_, settings, customer, cents) => {
    const tenant = await seller({ settings })
    await tenant.customer(customer)
    const { status } = await tenant.sell(cents)
    expect(status).toBe('finalized')
    expect(await tenant.outbox()).toEqual([])
  })

  it('is a sandbox’s alone', async () => {
    const live = await seller({ sandbox: false })
    expect(await live.api.get('/test_outbox')).toMatchObject({ status: 403, body: { code: 'feature_unavailable' } })
  })
})

describe('sending a document again', () => {
  const invoicePath = (id: string) => `/invoices/${id}/resend_email`
  const notePath = (id: string) => `/credit_notes/${id}/resend_email`

  it('goes to the customer, or to those who are named', async () => {
    const tenant = await seller()
    await tenant.customer()
    const invoice = await tenant.sell()
    const note = await tenant.credit(invoice, { credit_amount_cents: 10_000 })
    const named = {
      to: ['carl@acme.example'],
      cc: ['dora@acme.example'],
      bcc: ['eve@acme.example', 'finn@acme.example'],
    }
    for (const path of [invoicePath(invoice.lago_id), notePath(note.lago_id)]) {
      for (const body of [undefined, named]) {
        const answer = await tenant.api.post(path, body)
        expect([answer.status, answer.body]).toEqual([200, undefined])
        await tenant.settle()
      }
    }
    const again = (await tenant.outbox()).slice(0, 4)
    expect(again.map(({ kind, to, cc, bcc }) => ({ kind, to, cc, bcc }))).toEqual([
      { kind: 'credit_note.created', ...named },
      { kind: 'credit_note.created', to: ['ann@acme.example'], cc: [], bcc: [] },
      { kind: 'invoice.finalized', ...named },
      { kind: 'invoice.finalized', to: ['ann@acme.example'], cc: [], bcc: [] },
    ])
    expect(again[2].attachments).toHaveLength(1)
    expect(await tenant.outbox()).toHaveLength(6)
  })

  it('is refused where there is nothing to be sent, or nobody to send it', async () => {
    const tenant = await seller()
    await tenant.customer()
    const invoice = await tenant.sell()
    const note = await tenant.credit(invoice, { credit_amount_cents: 10_000 })
    const paths = [invoicePath(invoice.lago_id), notePath(note.lago_id)]
    const unknown = '00000000-0000-0000-0000-000000000000'
    expect((await tenant.api.post(invoicePath(unknown))).body.code).toBe('invoice_not_found')
    expect((await tenant.api.post(notePath(unknown))).body.code).toBe('credit_note_not_found')
    const entity = (fields: object) => tenant.api.put('/billing_entities/northwind', { billing_entity: fields })
    const problems = async (path: string, body?: object) => {
      const answer = await tenant.api.post(path, body)
      return answer.body.error_details ?? answer.body.code
    }
    for (const path of paths) {
      expect(await problems(path, { to: ['x', 'ok@acme.example', 'y'], cc: ['z'], bcc: [''] })).toEqual({
        to: ['invalid email format: x, y'],
        cc: ['invalid email format: z'],
        bcc: ['invalid email format: '],
      })
      expect(await problems(path, { to: [] })).toEqual({ to: ['must have at least one recipient'] })
    }
    await tenant.customer({ email: null })
    await entity({ email: null })
    for (const path of paths) {
      expect(await problems(path)).toEqual({
        billing_entity: ['must have email configured'],
        to: ['must have at least one recipient'],
      })
    }
    await entity({ email_settings: [] })
    for (const path of paths) expect(await problems(path, { to: [] })).toBe('email_settings_disabled')
    await tenant.settle()
    expect(await tenant.outbox()).toHaveLength(2)
  })
})

describe('a live organization', () => {
  it('hands its mails to the SMTP server, with the documents', async () => {
    smtp.received.length = 0
    const tenant = await seller({ sandbox: false })
    await tenant.customer({ email: 'ann@acme.example,bob@acme.example' })
    const invoice = await tenant.sell()
    expect(smtp.received).toHaveLength(1)
    const [mail] = smtp.received
    if (mail === undefined) throw new Error('no mail came')
    expect(mail).toMatchObject({
      from: 'billing@northwind.example',
      recipients: ['ann@acme.example', 'bob@acme.example'],
    })
    const [row] = await emailsOf(tenant)
    if (row === undefined) throw new Error('no mail was written')
    expect(headersOf(mail)).toMatchObject({
      from: 'Northwind <billing@northwind.example>',
      to: 'ann@acme.example, bob@acme.example',
      'reply-to': 'billing@northwind.example',
      subject: `Your Invoice from Northwind #${invoice.number}`,
      'message-id': `<${row.id}@northwind.example>`,
    })
    const files = attachmentsOf(mail)
    expect(Object.keys(files)).toEqual([`invoice-${invoice.number}.pdf`])
    expect(files[`invoice-${invoice.number}.pdf`]?.subarray(0, 5).toString()).toBe('%PDF-')
    const [stored] = row.attachments as Wire
    expect(files[`invoice-${invoice.number}.pdf`]?.length).toBe(stored.size)
    expect(row).toMatchObject({ status: 'sent', error: null })

    await tenant.api.post(`/invoices/${invoice.lago_id}/resend_email`, {
      to: ['carl@acme.example'],
      cc: ['dora@acme.example'],
      bcc: ['eve@acme.example'],
    })
    await settle(tenant.ctx)
    const again = smtp.received[1]
    if (again === undefined) throw new Error('no mail came')
    expect(again.recipients).toEqual(['carl@acme.example', 'dora@acme.example', 'eve@acme.example'])
    expect(headersOf(again)).toMatchObject({ to: 'carl@acme.example', cc: 'dora@acme.example' })
    expect(again.source).not.toContain('eve@acme.example')
  })

  it('tries again what could not be taken, and gives up what was refused', async () => {
    smtp.received.length = 0
    const tenant = await seller({ sandbox: false })
    await tenant.customer()
    smtp.answer = { code: 451, message: 'come back later' }
    await tenant.sell()
    const [later] = await emailsOf(tenant)
    expect(later).toMatchObject({ status: 'pending', error: expect.stringContaining('come back later') })
    smtp.answer = { code: 554, message: 'we want none of it' }
    await tenant.sell()
    const [, refused] = await emailsOf(tenant)
    expect(refused).toMatchObject({ status: 'failed', error: expect.stringContaining('we want none of it') })
    smtp.answer = null
    await tenant.ctx.pool.query(
      `select graphile_worker.reschedule_jobs(array_agg(id), run_at => clock_timestamp())
       from graphile_worker._private_jobs where payload ->> 'emailId' = $1`,
      [later?.id],
    )
    await settle(tenant.ctx)
    expect((await emailsOf(tenant))[0]).toMatchObject({ status: 'sent', error: null })
    expect(smtp.received).toHaveLength(1)
  })
})

it('where documents are printed on demand, mails ask for them; without an SMTP server live organizations have none', async () => {
  const other = await startTestApp({ WEIR_DOCUMENTS: 'on_demand' })
  try {
    const tenant = await other.newOrganization({ sandbox: false })
    await tenant.api.put('/billing_entities/northwind', {
      billing_entity: { email: 'billing@northwind.example', email_settings: KINDS },
    })
    await tenant.api.post('/customers', { customer: { external_id: 'acme', email: 'ann@acme.example' } })
    await tenant.api.post('/add_ons', { add_on: { code: 'a', name: 'A', amount_cents: 1, amount_currency: 'USD' } })
    const invoice = { external_customer_id: 'acme', currency: 'USD', fees: [{ add_on_code: 'a' }] }
    expect((await tenant.api.post('/invoices', { invoice })).status).toBe(200)
    await settle(tenant.ctx)
    expect(await emailsOf(tenant)).toEqual([])

    const sandbox = await seller({ on: other })
    await sandbox.customer()
    const sold = await sandbox.sell()
    const note = await sandbox.credit(sold, { credit_amount_cents: 10_000 })
    expect(await sandbox.outbox()).toMatchObject([
      { attachments: [{ filename: `credit_note-${note.number}.pdf` }] },
      { attachments: [{ filename: `invoice-${sold.number}.pdf` }] },
    ])
  } finally {
    await other.stop()
  }
})
