import type { BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedAcme } from './acme.ts'
import { barriersOf, LOOKS, look } from './look.ts'
import { type ConsoleApp, hasChromium, PASSWORD, refuseErrors, signIn, signUp, startConsoleApp } from './support.ts'

const root = '/app/northwind'

function usd(cents: number): string {
  return (cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' })
}

describe.skipIf(!hasChromium)('invoices in the console', () => {
  let app: ConsoleApp
  let context: BrowserContext
  let page: Page
  let errors: string[]
  /** Waits for the issue of an invoice, in a grace period. */
  let draftId: string

  beforeAll(async () => {
    app = await startConsoleApp()
    context = await app.newContext()
    page = await context.newPage()
    errors = refuseErrors(page)
    await signUp(page)
    await seedAcme(app)
    await make('/add_ons', {
      add_on: { name: 'Onboarding', code: 'onboarding', amount_cents: 120_000, amount_currency: 'USD' },
    })
    await make('/customers', {
      customer: { external_id: 'pinewood', billing_configuration: { invoice_grace_period: 20 } },
    })
    await app.advanceTo('2026-05-01T12:00:00Z')
    draftId = (await first('pinewood', 'status=draft')).lago_id
  })

  afterAll(() => app?.stop())

  const make = async (path: string, body: unknown) => {
    const answer = await app.api.post(path, body)
    if (answer.status !== 200) throw new Error(`POST ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const first = async (customer: string, query = 'status=finalized&per_page=1') =>
    (await app.api.get(`/invoices?external_customer_id=${customer}&${query}`)).body.invoices[0]
  const read = async (id: string) => (await app.api.get(`/invoices/${id}`)).body.invoice
  const feeOf = async (id: string, code: string) =>
    (await read(id)).fees.find((fee: { item: { code: string } }) => fee.item.code === code)
  const menu = async (name: string) => {
    await page.getByRole('button', { name: 'More actions for this invoice' }).click()
    await page.getByRole('menuitem', { name }).click()
  }
  const sum = (within: Locator | Page, text: string) => within.getByRole('definition').filter({ hasText: text }).first()

  test('a line of a draft is edited, compared with its estimate, and reset; then the invoice is issued', async () => {
    await page.goto(`${root}/invoices/${draftId}`)
    await page.getByText('A draft: its amounts follow the usage').waitFor()
    const before = await feeOf(draftId, 'api_calls')
    await page.getByRole('button', { name: 'Edit API calls' }).click()
    const sheet = page.getByRole('dialog')
    await sheet.getByLabel('Units and unit price').check()
    await sheet.getByLabel('Units', { exact: true }).last().fill('40')
    await sheet.getByLabel('Unit price', { exact: true }).fill('1.2345')
    await sheet.getByText(usd(4938)).waitFor()
    await look(page, 'invoice-edit-line')
    await sheet.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The line was edited').waitFor()
    expect((await feeOf(draftId, 'api_calls')).amount_cents).toBe(4938)
    const row = page.getByRole('row', { name: /API calls/ })
    await row.getByText('Edited').waitFor()
    await row.getByText(usd(4938)).waitFor()

    await page.getByRole('button', { name: 'Edit API calls' }).click()
    await sheet.getByRole('button', { name: 'Reset to what was computed' }).click()
    await row.getByText(usd(before.amount_cents)).waitFor()
    expect((await feeOf(draftId, 'api_calls')).amount_cents).toBe(before.amount_cents)

    await page.getByRole('button', { name: /^API calls/ }).click()
    await page.getByRole('rowheader', { name: 'First 10 units' }).waitFor()
    await look(page, 'invoice-draft-line')
    await page.getByRole('button', { name: 'All that is stored about it' }).click()
    await page.getByRole('dialog').getByText(before.lago_charge_id).waitFor()
    await look(page, 'invoice-fee')
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'Finalize' }).click()
    await look(page, 'invoice-finalize')
    await page.getByRole('dialog').getByRole('button', { name: 'Finalize' }).click()
    const issued = await expect
      .poll(() => read(draftId), { timeout: 10_000 })
      .toMatchObject({ status: 'finalized' })
      .then(() => read(draftId))
    await page.getByRole('heading', { level: 1, name: issued.number }).waitFor()
    expect(errors).toEqual([])
  })

  test('a payment is recorded, at most what is due', async () => {
    const invoice = await first('ostrava')
    await page.goto(`${root}/invoices/${invoice.lago_id}?tab=payments`)
    await page.getByRole('button', { name: 'Record payment' }).first().click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Amount').fill('9999999')
    await dialog.getByLabel('Reference').fill('wire 17')
    await dialog.getByRole('button', { name: 'Record payment' }).click()
    await dialog.getByText('More than is due').waitFor()
    await dialog.getByLabel('Amount').fill('100.50')
    await look(page, 'record-payment')
    await dialog.getByRole('button', { name: 'Record payment' }).click()
    await page.getByText('wire 17').waitFor()
    const {
      total_paid_amount_cents: paid,
      total_due_amount_cents: due,
      total_amount_cents: total,
    } = await read(invoice.lago_id)
    expect([paid, due]).toEqual([10_050, total - 10_050])
    await page.getByRole('tab', { name: 'Overview' }).click()
    await sum(page, usd(due)).waitFor()
    await page.getByText('Partially paid').waitFor()

    await menu('Edit metadata')
    await dialog.getByRole('button', { name: 'Add a pair' }).click()
    await dialog.getByLabel('Key').fill('erp')
    await dialog.getByLabel('Value').fill('4711')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('The metadata was saved').waitFor()
    expect((await read(invoice.lago_id)).metadata).toMatchObject([{ key: 'erp', value: '4711' }])
    expect(errors).toEqual([])
  })

  test('a credit note is what its estimate said, and can be voided', async () => {
    const invoice = await first('meridian')
    await page.goto(`${root}/invoices/${invoice.lago_id}`)
    await menu('Issue credit note')
    await page.getByLabel('Amount of Scale').or(page.getByLabel('Amount of Production')).first().fill('123.45')
    await page.getByLabel('Amount of API calls').fill('99999')
    await page.getByText('More than is left of it').waitFor()
    await page.getByLabel('Amount of API calls').fill('3.33')
    const fees = (await read(invoice.lago_id)).fees as { lago_id: string; item: { type: string; code: string } }[]
    const items = [
      { fee_id: fees.find(fee => fee.item.type === 'subscription')?.lago_id, amount_cents: 12_345 },
      { fee_id: fees.find(fee => fee.item.code === 'api_calls')?.lago_id, amount_cents: 333 },
    ]
    const { estimated_credit_note: estimate } = await make('/credit_notes/estimate', {
      credit_note: { invoice_id: invoice.lago_id, items },
    })
    const total = estimate.max_creditable_amount_cents
    // Nothing was paid: it is all taken off what is due, until something else is said.
    await expect.poll(() => page.getByLabel('Offset on this invoice').inputValue()).toBe((total / 100).toFixed(2))
    await page.getByLabel('Offset on this invoice').fill('100')
    await page.getByLabel('Reason').selectOption('order_change')
    await look(page, 'credit-note-new')
    await page.getByRole('button', { name: `Issue credit note of ${usd(total)}` }).click()
    await page.getByRole('heading', { level: 1, name: /CN001/ }).waitFor()
    const id = page.url().split('/').at(-1)
    const { credit_note: note } = (await app.api.get(`/credit_notes/${id}`)).body
    expect(note).toMatchObject({
      total_amount_cents: total,
      taxes_amount_cents: estimate.taxes_amount_cents,
      offset_amount_cents: 10_000,
      credit_amount_cents: total - 10_000,
      reason: 'order_change',
    })
    await sum(page, usd(total)).waitFor()

    await page.getByRole('button', { name: 'More actions for this credit note' }).click()
    await page.getByRole('menuitem', { name: 'Void what is left' }).click()
    await page.getByText(`${usd(total - 10_000)} of credit are lost`).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Void what is left' }).click()
    await page.getByText('Credit voided').waitFor()
    expect((await app.api.get(`/credit_notes/${id}`)).body.credit_note.balance_amount_cents).toBe(0)
    expect(errors).toEqual([])
  })

  test('an invoice is voided and made again, corrected', async () => {
    const invoice = await first('bluefin')
    await page.goto(`${root}/invoices/${invoice.lago_id}`)
    await menu('Void')
    await page.getByText('Voiding cannot be undone').waitFor()
    await page.getByText(`${usd(invoice.total_due_amount_cents)} that is still due is not owed any more`).waitFor()
    await page.getByLabel('Make it again, corrected').check()
    await look(page, 'invoice-void')
    await page.getByRole('button', { name: 'Void, then make again' }).click()
    await page.getByRole('heading', { level: 1, name: `Make ${invoice.number} again` }).waitFor()
    expect((await read(invoice.lago_id)).status).toBe('voided')
    await page.getByLabel('Units of Storage').fill('160')
    await page.getByRole('checkbox', { name: /Small model/ }).uncheck()
    await page.getByLabel('Name of API calls').fill('Calls')
    // 160 units, 50 of them free: two packages of 100.
    await page.getByRole('listitem').filter({ hasText: 'Storage' }).getByText(usd(1000)).waitFor()
    await look(page, 'invoice-regenerate')
    const shown = await page.getByRole('complementary').getByRole('definition').last().textContent()
    await page.getByRole('button', { name: 'Issue the new invoice' }).click()
    await page.getByText('It takes the place of the voided invoice').waitFor()
    const again = await read(page.url().split('/').at(-1) ?? '')
    expect(usd(again.total_amount_cents)).toBe(shown)
    expect(again.lago_voided_invoice_id).toBe(invoice.lago_id)
    const names = again.fees.map((fee: { item: Record<string, string> }) => fee.item.invoice_display_name)
    expect(names).toContain('Calls')
    expect(again.fees.find((fee: { item: { code: string } }) => fee.item.code === 'storage').units).toBe('160.0')
    await page.getByRole('link', { name: invoice.number }).click()
    await page.getByText('It was made again as').waitFor()
    await page.getByRole('link', { name: again.number }).waitFor()
    expect(errors).toEqual([])
  })

  test('something is billed once, for what the preview said', async () => {
    await page.goto(`${root}/customers/larkspur?tab=invoices`)
    await page.getByRole('button', { name: 'One-off invoice' }).click()
    await page.getByRole('button', { name: 'Issue invoice' }).click()
    await page.getByText('Each line needs an add-on').waitFor()
    await page.getByRole('button', { name: /^Add-on:/ }).click()
    await page.getByRole('option', { name: /Onboarding/ }).click()
    await page.getByLabel('Units').fill('2.5')
    await page.getByLabel('Unit price').fill('19.99')
    const side = page.getByRole('complementary')
    await sum(side, usd(5403)).waitFor()
    await look(page, 'one-off')
    await page.getByRole('button', { name: 'Issue invoice' }).click()
    await page.waitForURL(/invoices\/[0-9a-f-]{36}$/)
    const invoice = await read(page.url().split('/').at(-1) ?? '')
    expect(invoice).toMatchObject({ invoice_type: 'one_off', total_amount_cents: 5403, currency: 'USD' })
    await page.getByRole('heading', { level: 1, name: invoice.number }).waitFor()
    expect(errors).toEqual([])
  })

  test('the list adds up all that its filters find', async () => {
    const views = [
      ['', ''],
      ['?view=outstanding', 'status[]=finalized&payment_status[]=pending&payment_status[]=failed'],
      ['?view=voided', 'status=voided'],
      ['?type=one_off', 'invoice_type=one_off'],
      ['?least=500&most=700&partially_paid=false', 'amount_from=50000&amount_to=70000&partially_paid=false'],
      ['?search=larkspur', 'search_term=larkspur'],
    ] as const
    for (const [search, query] of views) {
      const { invoices } = (await app.api.get(`/invoices?${query}`)).body
      const total = invoices.reduce(
        (all: number, one: { total_amount_cents: number }) => all + one.total_amount_cents,
        0,
      )
      await page.goto(`${root}/invoices${search}`)
      const noun = invoices.length === 1 ? 'invoice' : 'invoices'
      await page.getByText(`${invoices.length} ${noun}: ${usd(total)}, of which`).waitFor()
    }
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await page.getByLabel('Any type').selectOption('one_off')
    await page.waitForURL(/type=one_off/)
    await page.getByText('1 invoice:').waitFor()
    expect(errors).toEqual([])
  })

  test('what the role does not allow is not offered', async () => {
    const { body } = await app.api.get('/invoices?external_customer_id=pinewood&status=draft')
    expect(body.invoices).toEqual([])
    await app.advanceTo('2026-06-01T12:00:00Z')
    const draft = await first('pinewood', 'status=draft')
    await page.goto(`${root}/settings/team`)
    await page.getByRole('button', { name: 'Invite' }).click()
    await page.getByLabel('E-mail').fill('mia@acme.test')
    await page.getByRole('button', { name: 'Make link' }).click()
    const link = (await page.getByRole('region', { name: 'Hand over this link' }).textContent()) ?? ''
    const other = await app.newContext()
    const mia = await other.newPage()
    await mia.goto(new URL(link).pathname)
    await mia.getByLabel('Your name').fill('Mia')
    await mia.getByLabel('Password').fill(PASSWORD)
    await mia.getByRole('button', { name: 'Join' }).click()
    await mia.getByRole('link', { name: 'Customers', exact: true }).first().waitFor()
    const itemsOf = async (on: Page) => {
      await on.goto(`${root}/invoices/${draft.lago_id}`)
      await on.getByRole('button', { name: 'More actions for this invoice' }).click()
      return on.getByRole('menuitem').allTextContents()
    }
    expect(await itemsOf(mia)).toEqual(['Compute again'])
    expect(await itemsOf(page)).toEqual(['Compute again', 'Delete draft'])
    await page.getByRole('menuitem', { name: 'Delete draft' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete draft' }).click()
    await page.getByText('The draft was deleted').waitFor()
    await page.waitForURL(/\/invoices$/)
    expect((await app.api.get(`/invoices/${draft.lago_id}`)).status).toBe(404)
    await other.close()
    expect(errors).toEqual([])
  })

  test.each(LOOKS)('every page is free of serious barriers: $theme, $width px', async ({ theme, width }) => {
    const other = await app.newContext({ dark: theme === 'dark', width })
    const visitor = await other.newPage()
    const seen = refuseErrors(visitor)
    await signIn(visitor)
    const { credit_notes: notes } = (await app.api.get('/credit_notes')).body
    const northwind = (await first('northwind')).lago_id
    const voidedId = (await first('quarry', 'status=voided'))?.lago_id ?? (await voidOne()).lago_id
    const pages = [
      ['invoices', '/invoices'],
      ['invoices-filters', '/invoices?partially_paid=false&view=outstanding'],
      ['invoice', `/invoices/${northwind}`],
      ['invoice-payments', `/invoices/${(await first('ostrava', 'partially_paid=true')).lago_id}?tab=payments`],
      ['invoice-notes', `/invoices/${notes[0].lago_invoice_id}?tab=credit_notes`],
      ['invoice-void-page', `/invoices/${northwind}/void`],
      ['invoice-regenerate-page', `/invoices/${voidedId}/regenerate`],
      ['credit-note-form', `/invoices/${northwind}/credit-note`],
      ['credit-notes', '/credit-notes'],
      ['credit-note', `/credit-notes/${notes[0].lago_id}`],
      ['payments', '/payments'],
      ['one-off-form', '/invoices/new'],
    ] as const
    const barriers = await barriersOf(visitor, root, pages, { theme, width })
    await other.close()
    expect(barriers).toEqual([])
    expect(seen).toEqual([])
  })

  async function voidOne() {
    const invoice = await first('larkspur')
    await make(`/invoices/${invoice.lago_id}/void`, {})
    return invoice
  }
})
