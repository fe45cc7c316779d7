import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { seedAcme } from './acme.ts'
import { barriersOf, LOOKS, look } from './look.ts'
import { type ConsoleApp, hasChromium, refuseErrors, signIn, signUp, startConsoleApp } from './support.ts'

const root = '/app/northwind'

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
type Wire = any
type Row = Record<string, string>

function usd(cents: number): string {
  return (cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' })
}

describe.skipIf(!hasChromium)('lists in the console', () => {
  let app: ConsoleApp
  let context: BrowserContext
  let page: Page
  let errors: string[]

  beforeAll(async () => {
    app = await startConsoleApp()
    context = await app.newContext()
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    page = await context.newPage()
    errors = refuseErrors(page)
    await signUp(page)
    await seedAcme(app)
    await post('/customers', {
      customer: { external_id: 'pinewood', billing_configuration: { invoice_grace_period: 20 } },
    })
    await app.advanceTo('2026-05-01T12:00:00Z')
    const paid = await firstOf('ostrava')
    await app.api.put(`/invoices/${paid.lago_id}`, { invoice: { payment_status: 'succeeded' } })
    const voided = await firstOf('bluefin')
    await post(`/invoices/${voided.lago_id}/void`, {})
    const { lago_id: id, fees } = await firstOf('meridian')
    await post('/credit_notes', {
      credit_note: {
        invoice_id: id,
        credit_amount_cents: 400,
        offset_amount_cents: 141,
        reason: 'order_change',
        items: [{ fee_id: fees[0].lago_id, amount_cents: 500 }],
      },
    })
  })
  afterAll(() => app?.stop())

  const post = async (path: string, body: object): Promise<Wire> => {
    const answer = await app.api.post(path, body)
    if (answer.status !== 200) throw new Error(`POST ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  const list = async (path: string, name: string): Promise<Wire[]> => (await app.api.get(path)).body[name]
  const firstOf = async (customer: string, query = 'status=finalized'): Promise<Wire> => {
    const [{ lago_id }] = await list(`/invoices?external_customer_id=${customer}&${query}`, 'invoices')
    return (await app.api.get(`/invoices/${lago_id}`)).body.invoice
  }
  const dialog = () => page.getByRole('dialog')

  /** Has the list of the page exported as it stands, and reads the file that the browser gets. */
  async function exported(kind: string): Promise<Row[]> {
    await dialog()
      .getByRole('radio', { name: new RegExp(`^${kind}`) })
      .check()
    await dialog().getByRole('button', { name: 'Export', exact: true }).click()
    await dialog().getByText('The file is there').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog().getByRole('button', { name: 'Download' }).click(),
    ])
    expect(download.suggestedFilename()).toMatch(/^20260501\d{6}_[a-z_]+\.csv$/)
    return parse(await readFile(await download.path(), 'utf8'), { columns: true })
  }

  test('invoices and their lines are exported as they are filtered', async () => {
    await page.goto(`${root}/invoices?view=outstanding&search=lab&from=2026-03-01&least=1`)
    const listed = await list(
      '/invoices?status[]=finalized&payment_status[]=pending&payment_status[]=failed&search_term=lab&amount_from=100',
      'invoices',
    )
    expect(listed.length).toBeGreaterThan(1)
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await dialog().getByText(`${listed.length} invoices`, { exact: true }).waitFor()
    const told = await dialog().getByRole('region', { name: 'Of these filters' }).innerText()
    expect(told.replace(/\s+/g, ' ')).toBe(
      'Search lab Status Finalized Payment Unpaid, Payment failed Total from $1.00 Issued from Mar 1, 2026',
    )
    await look(page, 'export-dialog')
    const rows = await exported('an invoice')
    await look(page, 'export-done')
    expect(rows.map(row => [row.lago_id, row.total_amount_cents])).toEqual(
      listed.map(invoice => [invoice.lago_id, String(invoice.total_amount_cents)]),
    )
    await dialog().getByText('It stays under Exports until').waitFor()
    await page.keyboard.press('Escape')

    await page.goto(`${root}/invoices?view=voided`)
    const voided = await firstOf('bluefin', 'status=voided')
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await dialog().getByText('1 invoice', { exact: true }).waitFor()
    expect((await exported('a line of an invoice')).map(row => row.fee_lago_id)).toEqual(
      voided.fees.map((fee: Wire) => fee.lago_id),
    )
    expect(errors).toEqual([])
  })

  test('so are credit notes; what was exported is found again', async () => {
    await page.goto(`${root}/credit-notes?type=offset`)
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    await dialog().getByText('1 credit note', { exact: true }).waitFor()
    const [note] = await list('/credit_notes', 'credit_notes')
    expect(await exported('a line of a credit note')).toMatchObject([
      { credit_note_lago_id: note.lago_id, credit_note_item_amount_cents: '500' },
    ])
    await dialog().getByRole('link', { name: 'Earlier exports' }).click()
    await page.getByRole('heading', { level: 1, name: 'Exports' }).waitFor()
    const rows = page.getByRole('row')
    await expect.poll(() => rows.count()).toBe(4)
    await rows.nth(1).getByText('Credit note lines').waitFor()
    await rows.nth(1).getByText('Gives: Offset').waitFor()
    await rows.nth(2).getByText('Invoice lines').waitFor()
    await rows.nth(3).getByText('Ada Lake').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      rows
        .nth(3)
        .getByRole('link', { name: /^Download/ })
        .click(),
    ])
    expect(parse(await readFile(await download.path(), 'utf8'), { columns: true }).length).toBeGreaterThan(1)
    await look(page, 'exports')
    expect(errors).toEqual([])
  })

  test('an invoice of the list has a menu with what its state allows, by keyboard too', async () => {
    const itemsOf = async (number: string) => {
      await page.getByRole('link', { name: number, exact: true }).focus()
      await page.keyboard.press('m')
      await page.getByRole('menu').waitFor()
      return page.getByRole('menuitem').allTextContents()
    }
    const invoice = await firstOf('northwind')
    await page.goto(`${root}/invoices`)
    await page.getByRole('link', { name: invoice.number, exact: true }).waitFor()
    expect(await itemsOf(invoice.number)).toEqual([
      'Record payment',
      'Retry collection',
      'Change payment status',
      'Dispute lost',
      'Issue credit note',
      'Edit metadata',
      'Download PDF',
      'Void',
      'Copy id',
    ])
    await look(page, 'invoice-row-menu')
    await page.keyboard.press('Escape')
    const drafts = await list('/invoices?status=draft', 'invoices')
    expect(drafts).toHaveLength(1)
    await page.getByRole('button', { name: `Actions for ${drafts[0].number}` }).click()
    expect(await page.getByRole('menuitem').allTextContents()).toEqual([
      'Finalize',
      'Compute again',
      'Delete draft',
      'Copy id',
    ])
    await page.keyboard.press('Escape')
    const voided = await firstOf('bluefin', 'status=voided')
    await itemsOf(voided.number)
    await page.getByRole('menuitem', { name: 'Make again' }).waitFor()
    await page.keyboard.press('Escape')

    await itemsOf(invoice.number)
    await page.getByRole('menuitem', { name: 'Copy id' }).press('Enter')
    await page.getByText('Copied', { exact: true }).waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(invoice.lago_id)
    await itemsOf(invoice.number)
    await page.getByRole('menuitem', { name: 'Record payment' }).press('Enter')
    await dialog().getByLabel('Amount').fill('10')
    await dialog().getByLabel('Reference').fill('wire 3')
    await dialog().getByRole('button', { name: 'Record payment' }).click()
    await page.getByText('The payment was recorded').waitFor()
    expect(new URL(page.url()).pathname).toBe(`${root}/invoices`)
    await page
      .getByRole('row', { name: new RegExp(invoice.number) })
      .getByText('Partially paid')
      .waitFor()
    expect((await firstOf('northwind')).total_paid_amount_cents).toBe(1000)

    await page.goto(`${root}/customers/northwind?tab=invoices`)
    await page.getByRole('button', { name: `Actions for ${invoice.number}` }).click()
    await page.getByRole('menuitem', { name: 'Issue credit note' }).click()
    await page.waitForURL(/credit-note$/)
    expect(errors).toEqual([])
  })

  test('everything outstanding is collected again, once it was said how much that is', async () => {
    await page.goto(`${root}/invoices?view=outstanding&search=larkspur`)
    const { invoice_totals: totals } = (
      await app.api.get('/invoice_totals?status[]=finalized&payment_status[]=pending&search_term=larkspur')
    ).body
    const [{ invoices_count: count, total_due_amount_cents: due }] = totals
    await page.getByRole('button', { name: 'Retry collection of all' }).click()
    await dialog().getByText(`Retry collection of ${count} invoices?`).waitFor()
    await dialog()
      .getByText(`${usd(due)} due on ${count} invoices`)
      .waitFor()
    await look(page, 'collect-all')
    await dialog().getByRole('button', { name: 'Retry collection' }).click()
    await page.getByText(`${count} invoices are being collected`).waitFor()
    await app.settle()
    await page.goto(`${root}/invoices`)
    await page.getByRole('link', { name: 'Invoices' }).first().waitFor()
    expect(await page.getByRole('button', { name: 'Retry collection of all' }).count()).toBe(0)
    expect(errors).toEqual([])
  })

  test('a credit note of the list is voided from its menu', async () => {
    const [note] = await list('/credit_notes', 'credit_notes')
    await page.goto(`${root}/credit-notes`)
    await page.getByRole('link', { name: note.number, exact: true }).focus()
    await page.keyboard.press('m')
    await page.getByRole('menu').waitFor()
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Download PDF', 'Void what is left', 'Copy id'])
    await look(page, 'note-row-menu')
    await page.getByRole('menuitem', { name: 'Void what is left' }).press('Enter')
    await dialog().getByText('$4.00 of credit are lost').waitFor()
    await dialog().getByRole('button', { name: 'Void what is left' }).click()
    await page.getByRole('table').getByText('Credit voided').waitFor()
    expect(new URL(page.url()).pathname).toBe(`${root}/credit-notes`)
    expect((await list('/credit_notes', 'credit_notes'))[0].balance_amount_cents).toBe(0)
    expect(errors).toEqual([])
  })

  test.each(LOOKS)('every page is free of serious barriers: $theme, $width px', async ({ theme, width }) => {
    const other = await app.newContext({ dark: theme === 'dark', width })
    const visitor = await other.newPage()
    const seen = refuseErrors(visitor)
    await signIn(visitor)
    const pages = [
      ['exports-page', '/exports'],
      ['invoices-outstanding', '/invoices?view=outstanding'],
      ['credit-notes-list', '/credit-notes'],
      ['customer-invoices-tab', '/customers/northwind?tab=invoices'],
    ] as const
    const barriers = await barriersOf(visitor, root, pages, { theme, width })
    await visitor.goto(`${root}/invoices?view=outstanding`)
    await visitor.getByRole('button', { name: 'Export', exact: true }).click()
    await visitor.getByText('A row is').waitFor()
    await look(visitor, 'export-dialog-of', theme, width)
    await other.close()
    expect(barriers).toEqual([])
    expect(seen).toEqual([])
  })
})
