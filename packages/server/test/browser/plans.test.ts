import type { BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriersOf, LOOKS, look } from './look.ts'
import {
  type ConsoleApp,
  hasChromium,
  refuseErrors,
  seriousViolations,
  signIn,
  signUp,
  startConsoleApp,
} from './support.ts'

describe.skipIf(!hasChromium)('plans in the console', () => {
  let app: ConsoleApp
  let context: BrowserContext
  let page: Page
  let errors: string[]
  const root = '/app/northwind'

  beforeAll(async () => {
    app = await startConsoleApp()
    context = await app.newContext()
    page = await context.newPage()
    errors = refuseErrors(page)
    await signUp(page)
    await seed()
  })

  afterAll(() => app?.stop())

  async function make(path: string, body: unknown) {
    const answer = await app.api.post(path, body)
    if (answer.status !== 200) throw new Error(`POST ${path}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }

  async function seed() {
    await app.setClock('2026-03-01T00:00:00Z')
    await make('/taxes', { tax: { name: 'VAT', code: 'vat', rate: '8.1', applied_to_organization: true } })
    const filters = [{ key: 'model', values: ['small', 'large'] }]
    const tokens = { name: 'Tokens', code: 'tokens', aggregation_type: 'sum_agg', field_name: 'count', filters }
    await make('/billable_metrics', { billable_metric: tokens })
    await make('/billable_metrics', {
      billable_metric: { name: 'Peak storage', code: 'storage', aggregation_type: 'max_agg', field_name: 'gb' },
    })
    await make('/add_ons', {
      add_on: { name: 'Support seat', code: 'support', amount_cents: 1000, amount_currency: 'USD' },
    })
    await make('/features', { feature: { code: 'sso', name: 'Single sign-on' } })
    for (const external_id of ['larkspur', 'bluefin']) {
      await make('/customers', { customer: { external_id, name: external_id, currency: 'USD', country: 'CH' } })
    }
  }

  const pick = async (label: string, option: string) => {
    // The button says what is chosen, too.
    await page.getByRole('button', { name: new RegExp(`^${label}(:|$)`) }).click()
    await page.getByPlaceholder('Search', { exact: true }).fill(option.slice(0, 4))
    await page.getByRole('option', { name: option }).click()
  }
  const tiers = async (
    within: Locator,
    prices: readonly [end: string, first: string, flat: string, second: string],
  ) => {
    const [end, first, flat, second] = prices
    await within.getByLabel('To unit, tier 1').fill(end)
    await within.getByLabel('Price per unit, tier 1').fill(first)
    await within.getByLabel('Flat fee, tier 1').fill(flat)
    await within.getByLabel('Price per unit, tier 2').fill(second)
  }
  const calculator = () => page.getByRole('region', { name: 'What it costs' })
  const total = () => calculator().locator('dl > div').filter({ hasText: 'Total' }).locator('dd').textContent()
  const money = (cents: number) => (cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' })

  test('a plan built by hand costs what its calculator says', async () => {
    await page.goto(`${root}/plans`)
    await page.getByText('No plans yet').waitFor()
    await page.getByRole('button', { name: 'New plan' }).click()
    await page.getByRole('button', { name: 'Create plan' }).click()
    await page.getByText('Some fields need another look.').waitFor()
    await page.getByLabel('Name', { exact: true }).fill('Growth')
    expect(await page.getByLabel('Code', { exact: true }).inputValue()).toBe('growth')
    expect(await page.getByText('Some fields need another look.').count()).toBe(0)
    await page.getByLabel('Fee per month').fill('99')

    await page.getByRole('button', { name: 'Add a usage charge' }).click()
    await pick('Metric', 'Tokens')
    await page.getByLabel('Pricing model').selectOption('graduated')
    await tiers(page.locator('form'), ['1000', '0.02', '5', '0.0125'])
    await page.getByRole('button', { name: 'Add a filter' }).click()
    const filter = page.getByRole('group', { name: 'Filter 1' })
    expect(await filter.getByRole('button', { name: 'large', exact: true }).getAttribute('aria-pressed')).toBe('true')
    await tiers(filter, ['500', '0.2', '0', '0.133'])
    await page.getByText('Only for recurring metrics').waitFor()

    await page.getByRole('button', { name: 'Add a fixed charge' }).click()
    await pick('Add-on', 'Support seat')
    await page.getByLabel('Units per period').fill('3')
    await page.getByLabel('Price per unit', { exact: true }).fill('10')
    await page.getByLabel('At least, per period').fill('700')
    await pick('Add a feature', 'Single sign-on')

    await calculator().getByLabel('Units of Tokens · Everything else').fill('1,500.5')
    await calculator().getByLabel('Units of Tokens · large').fill('2500')
    const tried = await total()
    await look(page, 'plan-form-filled')
    await page.getByRole('button', { name: 'Create plan' }).click()
    await page.waitForURL(`**${root}/plans/growth`)
    await page.getByText('Single sign-on').first().waitFor()

    await make('/subscriptions', {
      subscription: { external_customer_id: 'larkspur', plan_code: 'growth', external_id: 'lark' },
    })
    const events = [
      { model: 'small', count: 1000 },
      { model: 'tiny', count: '500.5' },
      { model: 'large', count: 2500 },
    ].map((properties, index) => ({
      transaction_id: `e${index}`,
      external_subscription_id: 'lark',
      code: 'tokens',
      timestamp: Date.parse('2026-03-10T00:00:00Z') / 1000,
      properties,
    }))
    await make('/events/batch', { events })
    await app.advanceTo('2026-04-01T12:00:00Z')
    const { invoices } = (await app.api.get('/invoices?external_customer_id=larkspur')).body
    const [invoice] = invoices
    // 99 + 5 + 20 + 500.5 × 0.0125, 100 + 2000 × 0.133, 3 × 10, up to 700; 8.1 %
    expect(invoice.fees_amount_cents).toBe(70_000)
    expect(tried).toBe(money(invoice.total_amount_cents))

    // The same on the plan's own page, line by line; above the commitment as well.
    await page.reload()
    await calculator().getByLabel('Units of Tokens · Everything else').fill('1500.5')
    await calculator().getByLabel('Units of Tokens · large').fill('2500')
    await expect.poll(total).toBe(tried)
    const { fees } = (await app.api.get(`/invoices/${invoice.lago_id}`)).body.invoice
    for (const fee of fees) {
      await expect
        .poll(() => calculator().getByText(money(fee.amount_cents), { exact: true }).count())
        .toBeGreaterThan(0)
    }
    await calculator()
      .getByRole('button', { name: /Tokens large/ })
      .click()
    await calculator().getByText('tier 0 to 500').first().waitFor()
    await look(page, 'plan-calculated')
    expect(errors).toEqual([])
  })

  test('an edit says what it changes and for how many', async () => {
    await make('/subscriptions', {
      subscription: {
        external_customer_id: 'bluefin',
        plan_code: 'growth',
        external_id: 'blue',
        plan_overrides: { name: 'Growth for Bluefin' },
      },
    })
    await page.goto(`${root}/plans/growth`)
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('heading', { name: 'Edit Growth' }).waitFor()
    expect(await page.getByLabel('Interval').isDisabled()).toBe(true)
    await page.getByLabel('Fee per month').fill('120')
    const form = page.locator('form')
    await form.getByRole('button', { name: /^Tokens/ }).click()
    await form.getByLabel('Price per unit, tier 1').first().fill('0.03')
    await page.getByRole('button', { name: 'Save' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('This changes 1 subscription.').waitFor()
    expect(await dialog.getByText('$99.00 → $120.00').count()).toBe(1)
    expect(await dialog.getByText('$0.02 each + $5.00 → $0.03 each + $5.00').count()).toBe(1)
    await dialog.getByText('1 subscription with prices of its own').waitFor()
    await look(page, 'plan-diff')
    await dialog.getByLabel('Follow the change').check()
    await dialog.getByRole('button', { name: 'Save changes' }).click()
    await page.waitForURL(`**${root}/plans/growth`)
    const { plan } = (await app.api.get('/plans/growth')).body
    expect(plan.amount_cents).toBe(12_000)
    expect(plan.charges[0].properties.graduated_ranges[0].per_unit_amount).toBe('0.03')
    // What the form did not touch stays what it was.
    expect(plan.charges[0].filters[0].properties.graduated_ranges[1].per_unit_amount).toBe('0.133')
    expect(plan.entitlements.map((one: { code: string }) => one.code)).toEqual(['sso'])
    await app.settle()
    const { subscription } = (await app.api.get('/subscriptions/blue')).body
    expect(subscription.plan.amount_cents).toBe(12_000)
    expect(errors).toEqual([])
  })

  test('nothing is saved or deleted before it is known whom it concerns', async () => {
    // The connection is lost while it is looked up.
    await page.route('**/uses/plans?*', route => route.abort())
    await page.goto(`${root}/plans/growth/edit`)
    await page.getByLabel('Fee per month').fill('121')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('It could not be looked up who has this plan: The server did not answer.').waitFor()
    expect(await page.getByLabel('Interval').isDisabled()).toBe(true)
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.unroute('**/uses/plans?*')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('dialog').getByText('This changes 1 subscription.').waitFor()

    await page.route('**/uses/plans?*', route => route.abort())
    await page.goto(`${root}/plans/growth`)
    await page.getByRole('button', { name: 'Actions for Growth' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('The server did not answer.').waitFor()
    expect(await dialog.getByRole('button', { name: 'Delete' }).isDisabled()).toBe(true)
    await page.unroute('**/uses/plans?*')
    await dialog.getByRole('button', { name: 'Try again' }).click()
    await dialog.getByText('2 active subscriptions end').waitFor()
    expect(await dialog.getByRole('button', { name: 'Delete' }).isEnabled()).toBe(true)
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    // What was lost is what the browser reports.
    expect(errors.splice(0).filter(text => !text.includes('ERR_FAILED'))).toEqual([])
    expect((await app.api.get('/plans/growth')).body.plan.amount_cents).toBe(12_000)
  })

  test('a copy needs a code of its own, and nothing is left unsaved without a question', async () => {
    await page.goto(`${root}/plans`)
    await page.getByRole('button', { name: 'Actions for Growth' }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await page.getByLabel('Code', { exact: true }).fill('growth')
    await page.getByRole('button', { name: 'Create plan' }).click()
    await page.getByText('Already taken').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Leave without saving?').waitFor()
    await page.getByRole('button', { name: 'Leave', exact: true }).click()
    await page.waitForURL(`**${root}/plans`)
    // The refusal is an answer that the browser reports.
    expect(errors.splice(0).filter(text => !text.includes('422'))).toEqual([])
  })

  test('the list and the palette find plans; deleting tells what ends', async () => {
    await page.goto(`${root}/plans`)
    await expect.poll(() => page.getByRole('row', { name: /Growth.*\$120\.00 a month.*2/ }).count()).toBe(1)
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Search customers').fill('growth')
    await page
      .getByRole('option', { name: /Growth/ })
      .first()
      .waitFor()
    await page.keyboard.press('Escape')
    await page.goto(`${root}/plans/growth?tab=subscriptions`)
    await page.getByRole('row', { name: /blue.*Of its own/ }).waitFor()
    await page.getByRole('row', { name: /lark.*Of the plan/ }).waitFor()
    await page.getByRole('button', { name: 'Actions for Growth' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByText('2 active subscriptions end').waitFor()
    await look(page, 'plan-delete')
    await page.getByRole('button', { name: 'Cancel' }).click()
    expect((await app.api.get('/plans/growth')).body.plan.pending_deletion).toBe(false)
    expect(errors).toEqual([])
  })

  test.each(LOOKS)('every page is free of serious barriers: $theme, $width px', async ({ theme, width }) => {
    const other = await app.newContext({ dark: theme === 'dark', width })
    const visitor = await other.newPage()
    const seen = refuseErrors(visitor)
    await signIn(visitor)
    const pages = [
      ['plans', '/plans'],
      ['plan', '/plans/growth'],
      ['plan-subscriptions', '/plans/growth?tab=subscriptions'],
      ['plan-edit', '/plans/growth/edit'],
      ['plan-new', '/plans/-/new'],
    ] as const
    const barriers = await barriersOf(visitor, root, pages, { theme, width })
    expect(barriers).toEqual([])
    await visitor.goto(`${root}/plans/growth/edit`)
    await visitor
      .locator('form')
      .getByRole('button', { name: /^Tokens/ })
      .click()
    await look(visitor, 'plan-edit-charge', theme, width)
    const wide = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
    expect([await visitor.evaluate(wide), await seriousViolations(visitor)]).toEqual([0, []])
    await other.close()
    expect(seen).toEqual([])
  })
})
