import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatDate, formatMoney, formatPrice, formatUnits, type Locale } from '../../src/documents/printing/locales.ts'
import type { PrintedDocument } from '../../src/documents/printing/printed-document.ts'
import { typeset } from '../../src/documents/printing/typeset.ts'
import { type Story, storyOf } from '../invoices/billing-support.ts'
import { paymentStory } from '../payments/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'
import { brokenRules, ublAmounts } from './einvoice-rules.ts'

const ONE_PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

let app: TestApp
let story: Story

beforeAll(async () => {
  app = await startTestApp({ WEIR_DOCUMENTS: 'when_issued' })
  story = storyOf(app)
  await app.setClock('2026-06-01T00:00:00Z')
})
afterAll(() => app.stop())

const hasPdfToText = (() => {
  try {
    execFileSync('pdftotext', ['-v'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** What a file's address gives. */
async function fetched(url: string) {
  const response = await fetch(url.replace(/^https?:\/\/[^/]+/, app.server.url))
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) }
}

/** The words of a PDF; blanks of all kinds become one. */
function wordsOf(pdf: Buffer): string {
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-')
  const text = execFileSync('pdftotext', ['-layout', '-', '-'], { input: pdf }).toString()
  return text.replace(/\s+/g, ' ')
}

/** The objects of a PDF that do not start where the table at its end says. */
function startsOfObjects(pdf: string): string[] {
  const table = pdf.slice(Number(/startxref\n(\d+)/.exec(pdf)?.[1]))
  expect(table.slice(0, 4)).toBe('xref')
  const entries = [...table.matchAll(/^(\d{10}) \d{5} ([nf])/gm)]
  expect(entries.length).toBeGreaterThan(10)
  return entries.flatMap(([, at, kind], id) => {
    const start = pdf.slice(Number(at), Number(at) + 20)
    return kind === 'f' || start.startsWith(`${id} 0 obj`) ? [] : [`${id}: ${start}`]
  })
}

async function issued(customer: string, month = '2026-07-01T00:30:00Z') {
  await app.advanceTo(month)
  const [invoice] = (await story.invoices(customer)).toReversed()
  return invoice
}

describe('amounts, days and units in the language of the reader', () => {
  const rows: [Locale, string, string, string][] = [
    ['en', '$1,234.50', 'CHF 1,234.50', 'Mar 06, 2024'],
    ['es', '$1,234.50', 'CHF 1,234.50', '6 de mar. de 2024'],
    ['zh-TW', '$1,234.50', 'CHF 1,234.50', '2024年3月6日'],
    ['de', '$1.234,50', 'CHF 1.234,50', '06. Mär. 2024'],
    ['pt-BR', '$ 1.234,50', 'CHF 1.234,50', '06/03/2024'],
    ['nb', '$1 234,50', 'CHF 1 234,50', '06. mars 2024'],
    ['fr', '1 234,50 $', '1 234,50 CHF', '6 mars 2024'],
    ['sv', '1 234,50 $', '1 234,50 CHF', '06 mars 2024'],
    ['it', '1.234,50 $', '1.234,50 CHF', '06 mar 2024'],
  ]
  test.each(rows)('%s', (locale, dollars, francs, day) => {
    const plain = (text: string) => text.replaceAll('\u00a0', ' ')
    expect(plain(formatMoney(123450n, 'USD', locale))).toBe(dollars)
    expect(plain(formatMoney(123450n, 'CHF', locale))).toBe(francs)
    expect(formatDate(Temporal.PlainDate.from('2024-03-06'), locale)).toBe(day)
  })

  test('decimals follow the currency, and prices what they need', () => {
    expect(formatMoney(-1234567n, 'JPY', 'en')).toBe('-¥1,234,567')
    expect(formatMoney(1234567n, 'KWD', 'en')).toBe('KWD\u00a01,234.567')
    expect(formatPrice('0.0000123456789', 'USD', 'en')).toBe('$0.0000123457')
    expect(formatPrice('12.12345678', 'USD', 'en')).toBe('$12.123457')
    expect(formatPrice('3', 'JPY', 'en')).toBe('¥3')
    expect(formatUnits('1234.5000000001', 'de')).toBe('1.234,5')
    expect(formatUnits('0.123456789', 'en')).toBe('0.123457')
  })
})

test('a finalized invoice is printed once, told of, and can be downloaded without a key', async () => {
  await story.tax('ust', 19)
  await story.customer('acme', {
    currency: 'EUR',
    legal_name: 'Müller & Söhne Präzisionsgetriebe GmbH',
    country: 'DE',
    email: 'rechnung@example.com',
    tax_codes: ['ust'],
    billing_configuration: { document_locale: 'de' },
    metadata: [
      { key: 'Kostenstelle', value: '4711', display_in_invoice: true },
      { key: 'intern', value: 'geheim', display_in_invoice: false },
    ],
  })
  const metric = await story.metric('calls')
  await story.plan('pro', {
    name: 'Pro',
    amount_cents: 123450,
    amount_currency: 'EUR',
    charges: [
      {
        billable_metric_id: metric.lago_id,
        charge_model: 'graduated',
        properties: {
          graduated_ranges: [
            { from_value: 0, to_value: 10, per_unit_amount: '2', flat_amount: '5' },
            { from_value: 11, to_value: null, per_unit_amount: '1', flat_amount: '0' },
          ],
        },
      },
    ],
  })
  await story.subscribe('s1', 'pro')
  await story.send('s1', 'calls', '2026-06-10 15')

  const messages = await receivedWebhooks(app, () => issued('acme'), { documents: true })
  const told = messages.filter(message => message.webhook_type === 'invoice.generated')
  expect(told.map(({ object_type, invoice }) => [object_type, invoice.customer.external_id])).toEqual([
    ['invoice', 'acme'],
  ])

  const invoice = await issued('acme')
  const { body } = await app.api.post(`/invoices/${invoice.lago_id}/download`)
  expect(body.invoice).toMatchObject({ lago_id: invoice.lago_id, xml_url: null, file_url: told[0].invoice.file_url })
  expect(body.invoice).not.toHaveProperty('fees')
  expect(invoice.file_url).toBe(body.invoice.file_url)

  const file = await fetched(invoice.file_url)
  expect(file.headers.get('content-type')).toBe('application/pdf')
  expect(file.headers.get('content-disposition')).toContain(`${invoice.number}.pdf`)
  if (hasPdfToText) {
    const words = wordsOf(file.bytes)
    const expected = [
      'Rechnung',
      invoice.number,
      'Müller & Söhne Präzisionsgetriebe GmbH',
      'Kostenstelle 4711',
      'Monatliches Abonnement - Pro',
      'Gebühr je Einheit für die ersten 10 10 €2,00 €20,00',
      'Gebühr je Einheit ab 11 5 €1,00 €5,00',
      'Grundgebühr für die ersten 10 1 €5,00 €5,00',
      'Zwischensumme 19.0% €30,00',
      'Zwischensumme (netto) €1.264,50',
      'UST (19.0% auf €1.264,50) €240,26',
      'Gesamtbetrag €1.504,76',
      'Seite 1 von 1',
    ]
    expect(expected.filter(text => !words.includes(text))).toEqual([])
    expect(words).not.toContain('geheim')
  }

  const forged = `${invoice.file_url.slice(0, -4)}AAAA`
  expect((await fetched(forged)).status).toBe(404)
  expect((await fetched(invoice.file_url.replace('.pdf?', '.xml?'))).status).toBe(404)

  // Printed before its customer was renamed: it stays as it is.
  await app.api.put('/customers', { customer: { external_id: 'acme', legal_name: 'Neu' } })
  await app.api.post(`/invoices/${invoice.lago_id}/download_pdf`)
  await app.settle()
  expect((await fetched(invoice.file_url)).bytes.equals(file.bytes)).toBe(true)
})

test('only finalized invoices are downloaded, and what is not there yet comes later', async () => {
  const unknown = await app.api.post('/invoices/0192d5a4-0000-7000-8000-000000000000/download')
  expect([unknown.status, unknown.body.code]).toEqual([404, 'invoice_not_found'])

  await story.customer('late', { currency: 'EUR', billing_configuration: { invoice_grace_period: 3 } })
  await story.subscribe('s2', 'pro', 'late')
  const draft = await issued('late', '2026-08-01T00:30:00Z')
  expect(draft.status).toBe('draft')
  expect((await app.api.post(`/invoices/${draft.lago_id}/download_pdf`)).status).toBe(404)

  await app.api.put(`/invoices/${draft.lago_id}/finalize`)
  await app.settle()
  const [before] = await story.invoices('late')
  await app.ctx.db.deleteFrom('documents').where('invoice_id', '=', draft.lago_id).execute()
  const absent = await app.api.post(`/invoices/${draft.lago_id}/download`)
  expect([absent.status, absent.body]).toEqual([200, undefined])
  await app.settle()
  const again = (await app.api.post(`/invoices/${draft.lago_id}/download`)).body.invoice
  expect(again.file_url).not.toBe(before.file_url)
  expect((await fetched(again.file_url)).status).toBe(200)
  // Its entity does not issue e-invoices.
  expect((await app.api.post(`/invoices/${draft.lago_id}/download_xml`)).body).toBeUndefined()
})

test('an entity that issues e-invoices has an XRechnung beside the PDF', async () => {
  const tenant = await app.newOrganization()
  const german = storyOf(tenant)
  await tenant.setClock('2026-06-01T00:00:00Z')
  const entities = (await tenant.api.get('/billing_entities')).body.billing_entities
  const abroad = await tenant.api.put(`/billing_entities/${entities[0].code}`, {
    billing_entity: { country: 'US', einvoicing: true },
  })
  expect(abroad.body.error_details).toEqual({ einvoicing: ['country_not_supported'] })
  const nowhere = await tenant.api.put(`/billing_entities/${entities[0].code}`, {
    billing_entity: { einvoicing: true },
  })
  expect(nowhere.body.error_details).toEqual({ einvoicing: ['country_must_be_present'] })
  const { status } = await tenant.api.put(`/billing_entities/${entities[0].code}`, {
    billing_entity: {
      country: 'DE',
      einvoicing: true,
      legal_name: 'Wehr <AG>',
      tax_identification_number: 'DE123456789',
    },
  })
  expect(status).toBe(200)
  await german.tax('ust', 19)
  await german.customer('kita', { currency: 'EUR', legal_name: '株式会社山田製作所', tax_codes: ['ust'] })
  await german.plan('base', { name: 'Base', amount_cents: 10000, amount_currency: 'EUR', pay_in_advance: true })
  await german.subscribe('s', 'base', 'kita')
  await tenant.settle()
  const [invoice] = await german.invoices('kita')
  const { body } = await tenant.api.post(`/invoices/${invoice.lago_id}/download_xml`)
  const xml = (await fetched(body.invoice.xml_url)).bytes.toString()
  const expected = [
    'urn:xeinkauf.de:kosit:xrechnung_3.0',
    `<cbc:ID>${invoice.number}</cbc:ID>`,
    '<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>',
    '<cbc:BuyerReference>kita</cbc:BuyerReference>',
    'Wehr &lt;AG&gt;',
    '株式会社山田製作所',
    '<cbc:TaxableAmount currencyID="EUR">100.00</cbc:TaxableAmount>',
    '<cbc:TaxAmount currencyID="EUR">19.00</cbc:TaxAmount>',
    '<cbc:Percent>19.00</cbc:Percent>',
    '<cbc:PayableAmount currencyID="EUR">119.00</cbc:PayableAmount>',
    '<cbc:LineExtensionAmount currencyID="EUR">100.00</cbc:LineExtensionAmount>',
  ]
  expect(expected.filter(text => !xml.includes(text))).toEqual([])
  const pdf = (await fetched(invoice.file_url)).bytes
  if (hasPdfToText) expect(wordsOf(pdf)).toContain('株式会社山田製作所')
})

test('a credit note is printed, told of and downloaded like its invoice; e-invoices go with both', async () => {
  const tenant = await app.newOrganization()
  const french = storyOf(tenant)
  await tenant.setClock('2026-06-01T00:00:00Z')
  const [entity] = (await tenant.api.get('/billing_entities')).body.billing_entities
  const { body: set } = await tenant.api.put(`/billing_entities/${entity.code}`, {
    billing_entity: {
      country: 'FR',
      einvoicing: true,
      email: 'factures@example.com',
      legal_name: 'Barrage SAS',
      tax_identification_number: 'FR12345678901',
      logo: `data:image/png;base64,${ONE_PIXEL}`,
      billing_configuration: { document_locale: 'fr', invoice_footer: 'Capital 10 000 €' },
    },
  })
  const logo = await fetched(set.billing_entity.logo_url)
  expect([logo.headers.get('content-type'), logo.bytes.toString('base64')]).toEqual(['image/png', ONE_PIXEL])
  await french.tax('tva', 20)
  await french.tax('reduite', 5.5)
  await tenant.api.post('/invoice_custom_sections', {
    invoice_custom_section: {
      code: 'rib',
      name: 'rib',
      display_name: 'Coordonnées bancaires',
      details: 'FR76 0000\nBIC XX',
    },
  })
  const section = { invoice_custom_section: { invoice_custom_section_codes: ['rib'] } }
  await french.customer('acme', {
    currency: 'EUR',
    legal_name: 'Ünal 日本 ไทย & Co',
    email: 'a@example.com, b@example.com',
  })
  const metric = await french.metric('calls')
  const charge = { billable_metric_id: metric.lago_id, charge_model: 'standard', properties: { amount: '1.005' } }
  await french.plan('duo', {
    name: 'Duo',
    amount_cents: 7345,
    amount_currency: 'EUR',
    tax_codes: ['tva'],
    charges: [{ ...charge, tax_codes: ['reduite'] }],
  })
  const coupon = {
    code: 'ten',
    name: 'Remise',
    coupon_type: 'fixed_amount',
    amount_cents: 1000,
    amount_currency: 'EUR',
  }
  await tenant.api.post('/coupons', { coupon: { ...coupon, frequency: 'once', expiration: 'no_expiration' } })
  await tenant.api.post('/applied_coupons', { applied_coupon: { external_customer_id: 'acme', coupon_code: 'ten' } })
  await french.subscribe('s', 'duo', 'acme', section)
  await french.send('s', 'calls', '2026-06-10 12')
  await tenant.advanceTo('2026-07-01T00:30:00Z')
  const [invoice] = await french.invoices('acme')

  const items = invoice.fees.map((fee: { lago_id: string; amount_cents: number }) => ({
    fee_id: fee.lago_id,
    amount_cents: Math.floor(fee.amount_cents / 2),
  }))
  const { estimated_credit_note: estimate } = (
    await tenant.api.post('/credit_notes/estimate', { credit_note: { invoice_id: invoice.lago_id, items } })
  ).body
  let noteId = ''
  const messages = await receivedWebhooks(
    tenant,
    async () => {
      const { body } = await tenant.client.creditNotes
        .createCreditNote({
          credit_note: {
            invoice_id: invoice.lago_id,
            items,
            credit_amount_cents: estimate.max_creditable_amount_cents,
            reason: 'other',
          } as never,
        })
        .then(({ data }) => ({ body: data }))
      noteId = body.credit_note?.lago_id ?? ''
      const early = await tenant.api.post(`/credit_notes/${noteId}/download`)
      expect([early.status, early.body === undefined || early.body.credit_note.lago_id === noteId]).toEqual([200, true])
    },
    { documents: true },
  )
  const types = messages.map(message => message.webhook_type)
  expect(types).toEqual(['credit_note.created', 'credit_note.generated'])
  const [, { object_type, credit_note: told }] = messages
  expect([object_type, told.customer.external_id, told.items, told.applied_taxes]).toEqual([
    'credit_note',
    'acme',
    undefined,
    undefined,
  ])
  const downloads = await Promise.all(
    ['download', 'download_pdf', 'download_xml'].map(path => tenant.api.post(`/credit_notes/${noteId}/${path}`)),
  )
  const notes = downloads.map(({ body }) => body.credit_note)
  expect(notes.map(note => [note.file_url, note.xml_url])).toEqual(notes.map(() => [told.file_url, told.xml_url]))
  expect(notes[0]).not.toHaveProperty('items')
  const { data: byClient } = await tenant.client.creditNotes.downloadCreditNote(noteId)
  expect(byClient.credit_note).toMatchObject({ lago_id: noteId, file_url: expect.stringContaining('.pdf') })
  const { credit_note: read } = (await tenant.api.get(`/credit_notes/${noteId}`)).body
  expect(read.file_url).toBe(told.file_url)
  const unknown = await tenant.api.post('/credit_notes/0192d5a4-0000-7000-8000-000000000000/download_xml')
  expect([unknown.status, unknown.body.code]).toEqual([404, 'credit_note_not_found'])

  const file = await fetched(read.file_url)
  if (hasPdfToText) {
    const words = wordsOf(file.bytes)
    const expected = [
      "Facture d'avoir",
      read.number,
      `Numéro de facture ${invoice.number}`,
      'Avoir pour',
      'Ünal 日本 □□□ & Co',
      'Crédité sur le solde client le 1 juil. 2026',
      'Abonnement - Duo 20.0% 36,72 €',
      'calls 5.5% 6,03 €',
      'Coupons -5,00 €',
      'TVA (20.0% sur 32,43 €) 6,49 €',
      'Capital 10 000 €',
    ]
    expect(expected.filter(text => !words.includes(text))).toEqual([])
    const printed = wordsOf((await fetched(invoice.file_url)).bytes)
    expect(printed).toContain('Coordonnées bancaires FR76 0000 BIC XX')
  }

  // Both are PDF/A-3 that say of themselves to be Factur-X.
  for (const url of [read.file_url, invoice.file_url]) {
    const pdf = (await fetched(url)).bytes.toString('latin1')
    expect(pdf).toContain('<pdfaid:part>3</pdfaid:part>')
    expect(pdf).toContain('<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>')
    expect(pdf).toContain('/AFRelationship /Alternative')
    expect(startsOfObjects(pdf)).toEqual([])
  }
  const whole = {
    fees: invoice.fees_amount_cents,
    taxes: invoice.taxes_amount_cents,
    total: invoice.total_amount_cents,
    reductions: invoice.coupons_amount_cents,
  }
  const ubl = (await fetched(invoice.xml_url)).bytes.toString()
  expect(ublAmounts(ubl)).toMatchObject(whole)
  expect(brokenRules(ublAmounts(ubl))).toEqual([])
  expect(ubl).toContain('<cbc:EndpointID schemeID="EM">a@example.com</cbc:EndpointID>')
  const creditUbl = (await fetched(read.xml_url)).bytes.toString()
  const credited = ublAmounts(creditUbl)
  expect(credited).toMatchObject({ total: -read.total_amount_cents, taxes: -read.taxes_amount_cents })
  expect(brokenRules(credited)).toEqual([])
  for (const text of [
    '<CreditNote xmlns="urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"',
    '<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>',
    '<cbc:ChargeIndicator>true</cbc:ChargeIndicator>',
    `<cbc:ID>${invoice.number}</cbc:ID>`,
  ]) {
    expect(creditUbl).toContain(text)
  }
  await tenant.api.put(`/billing_entities/${entity.code}`, { billing_entity: { logo: '' } })
  expect((await tenant.api.get(`/billing_entities/${entity.code}`)).body.billing_entity.logo_url).toBeNull()
})

test.each([
  ['data:image/png;base64,bm8gcGljdHVyZQ==', 'invalid_content_type'],
  ['data:image/svg+xml;base64,PHN2Zy8+', 'invalid_content_type'],
  ['https://example.com/logo.png', 'invalid_content_type'],
  [
    `data:image/png;base64,${Buffer.concat([Buffer.from(ONE_PIXEL, 'base64'), Buffer.alloc(819_200)]).toString('base64')}`,
    'invalid_size',
  ],
])('a logo must be a small PNG or JPEG: %.30s', async (logo, code) => {
  const [entity] = (await app.api.get('/billing_entities')).body.billing_entities
  const { body } = await app.api.put(`/billing_entities/${entity.code}`, { billing_entity: { logo } })
  expect(body.error_details).toEqual({ logo: [code] })
})

test('where documents are printed on demand, the first download has an invoice printed', async () => {
  const thrifty = await startTestApp({ WEIR_DOCUMENTS: 'on_demand' })
  try {
    const own = storyOf(thrifty)
    await own.customer('acme')
    await own.plan('base', { amount_cents: 10000, pay_in_advance: true })
    await own.subscribe('s', 'base')
    await thrifty.settle()
    const [invoice] = await own.invoices()
    expect(invoice).toMatchObject({ status: 'finalized', file_url: null })
    expect((await thrifty.api.post(`/invoices/${invoice.lago_id}/download`)).body).toBeUndefined()
    await thrifty.settle()
    expect((await thrifty.api.post(`/invoices/${invoice.lago_id}/download`)).body.invoice.file_url).toMatch(/\.pdf/)
  } finally {
    await thrifty.stop()
  }
})

test('a payment gets a receipt, which is printed, told of and downloaded', async () => {
  const payer = await paymentStory(app, '2026-03-10T12:00:00Z')
  const [entity] = (await payer.api.get('/billing_entities')).body.billing_entities
  await payer.api.put(`/billing_entities/${entity.code}`, {
    billing_entity: { country: 'DE', einvoicing: true, legal_name: 'Wehr AG', email: 'kasse@example.com' },
  })
  await payer.customer('acme', { currency: 'EUR', name: 'Acme' })
  const invoice = await payer.bill('acme', 10_000, { currency: 'EUR' })
  const messages = await receivedWebhooks(
    payer,
    async () => expect((await payer.payByHand(invoice.lago_id, 4_000)).status).toBe(200),
    { documents: true },
  )
  const told = messages.filter(({ webhook_type }) => webhook_type.startsWith('payment_receipt'))
  expect(told.map(({ webhook_type, object_type }) => [webhook_type, object_type])).toEqual([
    ['payment_receipt.created', 'payment_receipt'],
    ['payment_receipt.generated', 'payment_receipt'],
  ])
  const receipt = told[1].payment_receipt
  expect(receipt).toMatchObject({ number: expect.stringMatching(/-RCPT-000001$/), payment: { amount_cents: 4_000 } })
  for (const path of ['download', 'download_pdf', 'download_xml']) {
    const { body } = await payer.api.post(`/payment_receipts/${receipt.lago_id}/${path}`)
    expect(body.payment_receipt).toEqual(receipt)
  }
  const unknown = await payer.api.post('/payment_receipts/0192d5a4-0000-7000-8000-000000000000/download')
  expect([unknown.status, unknown.body.code]).toEqual([404, 'invoice_not_found'])
  if (hasPdfToText) {
    const words = wordsOf((await fetched(receipt.file_url)).bytes)
    const expected = [
      'Receipt',
      `Receipt number ${receipt.number}`,
      `Invoice number ${invoice.number}`,
      'Payment method Manual payment',
      'Paid on Mar 10, 2026 (Remaining to pay: €60.00)',
      'work 1 €100.00 0.0% €100.00',
    ]
    expect(expected.filter(text => !words.includes(text))).toEqual([])
  }
  const xml = (await fetched(receipt.xml_url)).bytes.toString()
  for (const text of ['<ApplicationResponse ', '<cbc:ResponseCode>PD<', `<cbc:ID>${invoice.number}</cbc:ID>`]) {
    expect(xml).toContain(text)
  }
  expect((await fetched(receipt.file_url)).bytes.toString('latin1')).toContain('fx:ConformanceLevel')
})

test('a payment of several invoices gets one receipt, which lists them', async () => {
  const payer = await paymentStory(app, '2026-03-10T12:00:00Z')
  const [entity] = (await payer.api.get('/billing_entities')).body.billing_entities
  await payer.api.put(`/billing_entities/${entity.code}`, {
    billing_entity: { country: 'DE', einvoicing: true, legal_name: 'Wehr AG', email: 'kasse@example.com' },
  })
  await payer.payer('acme', 'pm_card_mastercard')
  const owed = [
    await payer.bill('acme', 12_000, { skip_psp: true }),
    await payer.bill('acme', 7_500, { skip_psp: true }),
  ]
  await payer.payByHand(owed[0].lago_id, 2_000)
  await payer.advanceTo('2026-03-11T00:26:00Z')
  const lago_invoice_ids = owed.map(invoice => invoice.lago_id)
  const messages = await receivedWebhooks(
    payer,
    async () =>
      void (await payer.api.post('/payment_requests', {
        payment_request: { external_customer_id: 'acme', email: 'a@example.com', lago_invoice_ids },
      })),
    { documents: true },
  )
  const [told] = messages.filter(({ webhook_type: type }) => type === 'payment_receipt.generated')
  expect(told.payment_receipt.payment).toMatchObject({ payable_type: 'PaymentRequest', amount_cents: 17_500 })
  const numbers = owed.map(invoice => invoice.number)
  const file = (await fetched(told.payment_receipt.file_url)).bytes
  if (hasPdfToText) {
    const words = wordsOf(file)
    const expected = [
      `Receipt number ${told.payment_receipt.number}`,
      // Two numbers of wide letters do not stand on one line.
      `Invoice number ${numbers[0]},`,
      'Payment method Mastercard **** 4444',
      '$175.00',
      'Paid on Mar 11, 2026 (Remaining to pay: $0.00)',
      'Invoice number Amount',
      `${numbers[0]} $120.00`,
      `${numbers[1]} $75.00`,
      'Total $175.00',
    ]
    expect(expected.filter(text => !words.includes(text))).toEqual([])
    // What the invoices billed stands on them.
    expect(words).not.toContain('work')
  }
  const xml = (await fetched(told.payment_receipt.xml_url)).bytes.toString()
  expect([...xml.matchAll(/<cbc:ResponseCode>PD<[\s\S]*?<cbc:ID>([^<]+)</g)].map(([, number]) => number)).toEqual(
    numbers,
  )
})

test('units that carry over are told day by day on a page of their own', async () => {
  const tenant = await app.newOrganization()
  const own = storyOf(tenant)
  await tenant.setClock('2026-05-01T00:00:00Z')
  await own.customer('acme', { timezone: 'America/New_York' })
  const seats = await own.metric('seats', { recurring: true })
  const users = await own.metric('users', { recurring: true, aggregation_type: 'unique_count_agg', field_name: 'team' })
  const of = (metric: { lago_id: string }, rest: object) => ({
    billable_metric_id: metric.lago_id,
    charge_model: 'standard',
    properties: { amount: '3' },
    ...rest,
  })
  await own.plan('team', { name: 'Team', charges: [of(seats, { prorated: true }), of(users, { prorated: false })] })
  await own.subscribe('s', 'team')
  await own.send('s', 'seats', '2026-05-10 10', '2026-06-11 5', '2026-06-21T03:00:00Z -3')
  await own.send('s', 'users', '2026-05-10 1 red', '2026-05-11 1 blue', '2026-06-16 1 green')
  await tenant.advanceTo('2026-07-01T06:00:00Z')
  const [invoice] = (await own.invoices()).toReversed()
  if (!hasPdfToText) return
  const words = wordsOf((await fetched(invoice.file_url)).bytes)
  const expected = [
    'Team details seats Units',
    'Jun 01, 2026 +10 Used 30 out of 30 days',
    'Jun 11, 2026 +5 Used 20 out of 30 days',
    'Jun 20, 2026 -3 The fee is prorated on days of usage',
    'users Units Jun 01, 2026 +2 Used 30 out of 30 days',
    'Jun 16, 2026 +1 Used 15 out of 30 days The fee is charged in full, whatever the days of usage',
    'Page 2 of 2',
  ]
  expect(expected.filter(text => !words.includes(text))).toEqual([])
})

test('usage charged as it comes is listed fee by fee; a self-billed invoice is in the name of the partner', async () => {
  const tenant = await app.newOrganization()
  const own = storyOf(tenant)
  await tenant.setClock('2026-06-01T00:00:00Z')
  const [entity] = (await tenant.api.get('/billing_entities')).body.billing_entities
  await tenant.api.put(`/billing_entities/${entity.code}`, {
    billing_entity: { legal_name: 'Client Ltd', billing_configuration: { invoice_footer: 'Our own footer' } },
  })
  await own.customer('partner', { account_type: 'partner', legal_name: 'Partner GmbH' })
  const metric = await own.metric('calls')
  await own.plan('instant', {
    name: 'Instant',
    charges: [
      {
        billable_metric_id: metric.lago_id,
        charge_model: 'standard',
        pay_in_advance: true,
        properties: { amount: '2', presentation_group_keys: [{ value: 'team' }] },
      },
    ],
  })
  await own.subscribe('s', 'instant', 'partner')
  await own.send('s', 'calls', '2026-06-01T00:00:00Z 3 red')
  await tenant.settle()
  const invoices = await own.invoices('partner')
  const invoice = invoices.find(({ fees_amount_cents }) => fees_amount_cents === 600)
  if (!hasPdfToText) return
  const words = wordsOf((await fetched(invoice.file_url)).bytes)
  const expected = ['Self-billing invoice', 'Instant details', 'Item', 'calls 3 $2.00 0.0% $6.00', 'Total $6.00']
  expect(expected.filter(text => !words.includes(text))).toEqual([])
  expect(words).toMatch(/From Bill to Partner GmbH Client Ltd/)
  expect(words).toContain('Client Ltd has issued this document in the name and on behalf of Partner GmbH')
  expect(words).not.toContain('Our own footer')
})

describe('whatever stands on a document, it is an archive that can be read', () => {
  const plain: PrintedDocument = {
    locale: 'en',
    paper: 'us-letter',
    logo: null,
    title: 'Invoice',
    page: '{n}/{total}',
    number: '1',
    facts: [],
    metadata: [],
    parties: [],
    amount: '$1.00',
    amountNote: '',
    blocks: [],
    notes: [],
  }
  const printed = async (fields: Partial<PrintedDocument>) =>
    (await typeset({ ...plain, ...fields }, { createdAt: 1_780_000_000, cii: '<a/>' })).toString('latin1')

  test.each([
    ['zero width', 'a\u200bb\u00adc\u200f'],
    ['control characters', 'bell\u0007 and tab\t'],
    ['half a character', 'lone \ud800 half'],
    ['characters of nobody', '\ue123 \u{10ffff} \ufffe'],
    ['scripts without a font', 'ไทย\u0e4b அஆ க்ஷ'],
    ['what typesetters use', '\\u{41} \\"quoted" {x} `tick` #set $y$'],
  ])('%s', async (_, number) => {
    expect(await printed({ number })).toContain('<pdfaid:part>3</pdfaid:part>')
  })

  test('a logo that is broken is left out', async () => {
    const bytes = Buffer.from(ONE_PIXEL, 'base64')
    const whole = await printed({ logo: { bytes, type: 'png', ratio: 1 } })
    const broken = await printed({ logo: { bytes: bytes.subarray(0, 40), type: 'png', ratio: 1 } })
    expect([whole, broken].map(pdf => pdf.includes('/Subtype /Image'))).toEqual([true, false])
  })
})
