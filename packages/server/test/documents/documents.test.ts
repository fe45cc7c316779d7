import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formatDate, formatMoney, formatPrice, formatUnits, type Locale } from '../../src/documents/printing/locales.ts'
import { type Story, storyOf } from '../invoices/billing-support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { receivedWebhooks } from '../support/received-webhooks.ts'

let app: TestApp
let story: Story

beforeAll(async () => {
  app = await startTestApp()
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
