import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { barriersOf, LOOKS, look } from './look.ts'
import { type ConsoleApp, hasChromium, PASSWORD, refuseErrors, signIn, signUp, startConsoleApp } from './support.ts'

describe.skipIf(!hasChromium)('subscriptions in the console', () => {
  let app: ConsoleApp
  let context: BrowserContext
  let page: Page
  let errors: string[]
  const root = '/app/northwind'

  const make = async (path: string, body: unknown) => {
    const answer = await app.api.post(path, body)
    expect(answer.body.error_details ?? answer.body.code ?? answer.status).toBe(200)
    return answer.body
  }
  const money = (cents: number) => (cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' })
  const choosePlan = async (name: string) => {
    await page.getByRole('button', { name: /^Plan: / }).click()
    await page.getByRole('option', { name: new RegExp(`^${name} `) }).click()
  }
  /** What the page says would be billed, once it is known. */
  const previewed = async (region: string, text: string | RegExp) => {
    const panel = page.getByRole('region', { name: region })
    await panel.getByText(text).first().waitFor()
    return panel.innerText()
  }
  const newestInvoice = async () => {
    await app.settle()
    const { invoices } = (await app.api.get('/invoices?external_customer_id=larkspur')).body
    // Ids grow with time.
    const ids: string[] = invoices.map((one: { lago_id: string }) => one.lago_id)
    return (await app.api.get(`/invoices/${ids.toSorted().at(-1)}`)).body.invoice
  }
  const expectShown = (text: string, invoice: { total_amount_cents: number; fees: { amount_cents: number }[] }) => {
    for (const fee of invoice.fees) expect(text).toContain(money(fee.amount_cents))
    expect(text).toMatch(new RegExp(`Total\\s+${RegExp.escape(money(invoice.total_amount_cents))}`))
  }

  beforeAll(async () => {
    app = await startConsoleApp()
    context = await app.newContext()
    page = await context.newPage()
    errors = refuseErrors(page)
    await signUp(page)
    await seed()
  })

  afterAll(() => app?.stop())

  async function seed() {
    await app.setClock('2026-03-11T09:00:00Z')
    await make('/taxes', { tax: { name: 'VAT', code: 'vat', rate: '20', applied_to_organization: true } })
    const { billable_metric: metric } = await make('/billable_metrics', {
      billable_metric: { name: 'API calls', code: 'calls', aggregation_type: 'sum_agg', field_name: 'n' },
    })
    const charge = (amount: string) => ({
      billable_metric_id: metric.lago_id,
      charge_model: 'standard',
      invoice_display_name: 'API calls',
      properties: { amount },
    })
    const plan = (code: string, name: string, amount_cents: number, rest: object = {}) =>
      make('/plans', {
        plan: {
          code,
          name,
          amount_cents,
          interval: 'monthly',
          amount_currency: 'USD',
          pay_in_advance: true,
          charges: [charge('0.5')],
          ...rest,
        },
      })
    await plan('starter', 'Starter', 3100)
    await plan('team', 'Team', 9300, {
      usage_thresholds: [{ amount_cents: 20_000, threshold_display_name: 'First alarm' }],
    })
    await plan('scale', 'Scale', 31_000)
    await make('/features', {
      feature: { code: 'seats', name: 'Seats', privileges: [{ code: 'max', name: 'Most', value_type: 'integer' }] },
    })
    await make('/plans/team/entitlements', { entitlements: { seats: { max: 10 } } })
    await make('/plans/scale/entitlements', { entitlements: { seats: { max: 50 } } })
    await make('/customers', { customer: { external_id: 'larkspur', name: 'Larkspur AI', currency: 'USD' } })
    await make('/customers', { customer: { external_id: 'meridian', name: 'Meridian Health', currency: 'USD' } })
    await make('/subscriptions', {
      subscription: { external_customer_id: 'meridian', plan_code: 'starter', external_id: 'meridian-old' },
    })
    await make('/subscriptions', {
      subscription: {
        external_customer_id: 'meridian',
        plan_code: 'team',
        external_id: 'meridian-may',
        subscription_at: '2026-05-01T00:00:00Z',
      },
    })
    await app.settle()
    await app.api.delete('/subscriptions/meridian-old')
    await app.settle()
  }

  test('one with a price of its own bills first what the form had shown', async () => {
    await page.goto(`${root}/customers/larkspur`)
    await page.getByRole('button', { name: 'New subscription' }).click()
    await choosePlan('Team')
    expect(await page.getByLabel('External id').inputValue()).toBe('larkspur-team')
    await previewed('The first invoice', money(6300))
    await page.getByText('First period: Mar 11, 2026 to Mar 31, 2026').waitFor()
    await page.getByText('First period: Mar 11, 2026 to Apr 10, 2026').waitFor()
    await page.getByRole('button', { name: 'Override prices' }).click()
    await page.getByLabel('Subscription fee').fill('62')
    await page.getByRole('button', { name: 'Change the price of API calls' }).click()
    await page
      .getByRole('dialog')
      .getByLabel(/per unit/i)
      .fill('0.25')
    await look(page, 'subscription-override')
    await page.getByRole('dialog').getByRole('button', { name: 'Use these prices' }).click()
    await page.getByText('$0.25 per unit').waitFor()
    const shown = await previewed('The first invoice', money(4200))
    await look(page, 'subscription-create-filled')
    await page.getByRole('button', { name: 'Create subscription' }).click()
    await page.waitForURL(/subscriptions\/larkspur-team$/)
    const invoice = await newestInvoice()
    expect(invoice.fees.map((fee: { amount_cents: number }) => fee.amount_cents)).toEqual([4200])
    expectShown(shown, invoice)
    const { subscription } = (await app.api.get('/subscriptions/larkspur-team')).body
    expect(subscription.plan).toMatchObject({ amount_cents: 6200, charges: [{ properties: { amount: '0.25' } }] })
    expect(subscription.plan.parent_id).not.toBeNull()
    await page.getByRole('tab', { name: 'Plan' }).click()
    await page.getByText('$0.25 per unit').waitFor()

    // Its id is taken now: ordering it again would change its plan.
    await page.goto(`${root}/subscriptions/new?customer=larkspur`)
    await choosePlan('Team')
    await page.getByText('Already taken').waitFor()
    expect(errors).toEqual([])
  })

  test('one in the past and one in the future are shown with what they bill first', async () => {
    await page.goto(`${root}/subscriptions/new?customer=larkspur`)
    await page.getByLabel('External id').fill('larkspur-2')
    await choosePlan('Starter')
    await previewed('The first invoice', money(2100))
    await page.getByLabel('Start', { exact: true }).fill('2026-01-10')
    await page.getByText('What came before the present period is not billed').waitFor()
    const past = await previewed('The first invoice', 'Invoice of Apr 1, 2026')
    expect(past).toContain('Apr 1 – 30, 2026')
    await page.getByLabel('Start', { exact: true }).fill('2026-04-21')
    const future = await previewed('The first invoice', 'Invoice of Apr 21, 2026')
    expect(future).toContain(money(1033))
    await page.getByRole('button', { name: 'Create subscription' }).click()
    await page.getByText('Starts on Apr 21, 2026').waitFor()
    expect(errors).toEqual([])
  })

  test('an upgrade bills and credits what was shown', async () => {
    await app.setClock('2026-03-20T09:00:00Z')
    await make('/events', {
      event: { transaction_id: 'e1', external_subscription_id: 'larkspur-team', code: 'calls', properties: { n: 40 } },
    })
    await app.setClock('2026-03-20T12:00:00Z')
    await page.goto(`${root}/subscriptions/larkspur-team`)
    await page.getByRole('button', { name: 'Change plan' }).click()
    await choosePlan('Scale')
    await page.getByText('takes effect at once').waitFor()
    // Twelve of 31 days, the day of the change with them, at the prices of the old and of the new plan.
    const shown = await previewed('What the change bills', money(12_000))
    await look(page, 'subscription-upgrade')
    expect(shown).toContain(`${money(2880)} given back`)
    await page.getByRole('button', { name: 'Upgrade now' }).click()
    await page.waitForURL(/subscriptions\/larkspur-team$/)
    await page.getByRole('heading', { name: 'Under this id' }).waitFor()
    const invoice = await newestInvoice()
    const amounts = invoice.fees.map((fee: { amount_cents: number }) => fee.amount_cents)
    expect(amounts.toSorted((a: number, b: number) => a - b)).toEqual([1000, 12_000])
    expectShown(shown, invoice)
    const { credit_notes: notes } = (await app.api.get('/credit_notes?external_customer_id=larkspur')).body
    expect(notes).toMatchObject([{ total_amount_cents: 2880 }])
    expect(errors).toEqual([])
  })

  test('a downgrade waits for the end of the period, and is taken back', async () => {
    await page.goto(`${root}/subscriptions/larkspur-team/change`)
    await choosePlan('Starter')
    await page.getByText('takes effect on Apr 1, 2026').waitFor()
    await previewed('What the change bills', 'Invoice of Apr 1, 2026')
    await page.getByRole('button', { name: 'Schedule downgrade' }).click()
    await page.getByText('Changes to Starter on Apr 1, 2026').waitFor()
    await look(page, 'subscription-downgrade')
    const next = async () => (await app.api.get('/subscriptions/larkspur-team')).body.subscription.next_plan_code
    expect(await next()).toBe('starter')
    await page.getByRole('button', { name: 'Cancel the change' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the change' }).click()
    await expect.poll(() => page.getByText('Changes to Starter').count()).toBe(0)
    expect(await next()).toBeNull()
    expect(errors).toEqual([])
  })

  test('usage, alerts, entitlements and thresholds of its own', async () => {
    await app.setClock('2026-03-20T15:00:00Z')
    await make('/events', {
      event: { transaction_id: 'e2', external_subscription_id: 'larkspur-team', code: 'calls', properties: { n: 30 } },
    })
    await page.goto(`${root}/subscriptions/larkspur-team?tab=usage`)
    await page.getByText('Projected').waitFor()
    await page.getByText(money(1500)).first().waitFor()

    await page.getByRole('tab', { name: 'Alerts' }).click()
    await page.getByRole('button', { name: 'New alert' }).click()
    await page.getByLabel('Name').fill('Monthly budget')
    await page.getByLabel('Value').fill('100')
    await page.getByRole('button', { name: 'Add a threshold' }).click()
    await page.getByLabel('Value').nth(1).fill('50')
    await page
      .getByLabel(/Repeats/)
      .nth(1)
      .check()
    await look(page, 'subscription-alert')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Every $50.00').waitFor()
    const alerts = async () => (await app.api.get('/subscriptions/larkspur-team/alerts')).body.alerts
    expect(await alerts()).toMatchObject([
      {
        code: 'monthly_budget',
        thresholds: [
          { value: '10000.0', recurring: false },
          { value: '5000.0', recurring: true },
        ],
      },
    ])
    await page.getByRole('button', { name: 'Actions for Monthly budget' }).click()
    await page.getByRole('menuitem', { name: 'Edit alert' }).click()
    await page.getByLabel('Value').first().fill('120.50')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('$120.50').waitFor()
    await page.getByRole('button', { name: 'Actions for Monthly budget' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await page.getByText('No alerts').waitFor()
    expect(await alerts()).toEqual([])

    await page.getByRole('tab', { name: 'Entitlements' }).click()
    await page.getByRole('button', { name: 'Actions for Seats' }).click()
    await page.getByRole('menuitem', { name: 'Edit values' }).click()
    await page.getByLabel('Most').fill('80')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /Most 80 Overridden 50/ }).waitFor()
    const entitlements = async () => (await app.api.get('/subscriptions/larkspur-team/entitlements')).body.entitlements
    expect(await entitlements()).toMatchObject([{ code: 'seats', overrides: { max: 80 } }])
    await page.getByRole('button', { name: 'Actions for Seats' }).click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Nothing yet').waitFor()
    await page.getByRole('button', { name: 'Add a feature' }).click()
    await page.getByRole('combobox', { name: 'Feature' }).selectOption('seats')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /Most 50/ }).waitFor()
    expect(await entitlements()).toMatchObject([{ code: 'seats', overrides: {} }])

    await page.getByRole('tab', { name: 'Progressive billing' }).click()
    await page.getByRole('button', { name: 'Edit thresholds' }).click()
    await page.getByRole('button', { name: 'Add a threshold' }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Amount' }).fill('750')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('cell', { name: '$750.00' }).waitFor()
    await page.getByText('Overridden').waitFor()
    await page.getByRole('button', { name: 'Use those of the plan' }).click()
    await page.getByText('No thresholds').waitFor()
    expect(errors).toEqual([])
  })

  test('prices of a running one are changed for it alone, first with a copy of the plan, then in it', async () => {
    await page.goto(`${root}/subscriptions`)
    await page
      .getByRole('row', { name: /larkspur-2/ })
      .getByRole('link', { name: 'Starter' })
      .click()
    await page.getByRole('tab', { name: 'Plan' }).click()
    await page.getByRole('button', { name: 'Change the fee' }).click()
    await page.getByLabel('Subscription fee').fill('25')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('$25.00 per month').waitFor()
    await page.getByRole('button', { name: 'Change the price of API calls' }).click()
    await page
      .getByRole('dialog')
      .getByLabel(/per unit/i)
      .fill('0.4')
    await page.getByRole('dialog').getByRole('button', { name: 'Use these prices' }).click()
    await page.getByText('$0.40 per unit').waitFor()
    const { subscription } = (await app.api.get('/subscriptions/larkspur-2?status=pending')).body
    expect(subscription.plan).toMatchObject({ amount_cents: 2500, charges: [{ properties: { amount: '0.4' } }] })
    const { plan } = (await app.api.get('/plans/starter')).body
    expect(plan).toMatchObject({ amount_cents: 3100, charges: [{ properties: { amount: '0.5' } }] })
    expect(errors).toEqual([])
  })

  test('a name and an end are edited, from the list of the customer', async () => {
    await page.goto(`${root}/customers/larkspur`)
    await page.getByRole('button', { name: 'Actions for larkspur-team' }).click()
    await page.getByRole('menuitem', { name: 'Edit' }).click()
    await page.getByLabel('Name').fill('Production')
    await page.getByLabel('End').fill('2026-12-31')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('link', { name: 'Production' }).click()
    await page.getByRole('heading', { level: 1, name: 'Production' }).waitFor()
    await page.getByText('Ends on Dec 31, 2026').waitFor()
    const { subscription } = (await app.api.get('/subscriptions/larkspur-team')).body
    expect(subscription).toMatchObject({ name: 'Production', ending_at: '2026-12-31T00:00:00Z' })
    expect(errors).toEqual([])
  })

  test('who may not write subscriptions sees them, and nothing that changes them', async () => {
    await page.goto(`${root}/settings/team`)
    await page.getByRole('button', { name: 'Invite' }).click()
    await page.getByLabel('E-mail').fill('fin@acme.test')
    await page.getByLabel('Manager').uncheck()
    await page.getByLabel('Finance').check()
    await page.getByRole('button', { name: 'Make link' }).click()
    const link = (await page.getByRole('region', { name: 'Hand over this link' }).textContent()) ?? ''
    const other = await app.newContext()
    const fin = await other.newPage()
    await fin.goto(new URL(link).pathname)
    await fin.getByLabel('Your name').fill('Fin')
    await fin.getByLabel('Password').fill(PASSWORD)
    await fin.getByRole('button', { name: 'Join' }).click()
    await fin.getByRole('link', { name: 'Subscriptions', exact: true }).click()
    await fin.getByRole('link', { name: 'Production' }).click()
    await fin.getByText('What the next invoice will be').waitFor()
    for (const name of ['Change plan', 'More actions'])
      expect(await fin.getByRole('button', { name, exact: true }).count()).toBe(0)
    for (const path of ['/subscriptions/new', '/subscriptions/larkspur-team/change', '/customers/-/new']) {
      await fin.goto(`${root}${path}`)
      await fin.getByText('No access').waitFor()
    }
    await fin.goto(`${root}/settings/security-log`)
    await fin.getByText('No access').waitFor()
    expect(await fin.getByLabel('Issued from').count()).toBe(0)
    await other.close()
  })

  test('pages, in every look', async () => {
    const pages = [
      ['subscriptions', '/subscriptions'],
      ['subscription', '/subscriptions/larkspur-team'],
      ['subscription-plan', '/subscriptions/larkspur-team?tab=plan'],
      ['subscription-usage', '/subscriptions/larkspur-team?tab=usage'],
      ['subscription-progressive', '/subscriptions/larkspur-team?tab=progressive'],
      ['subscription-entitlements', '/subscriptions/larkspur-team?tab=entitlements'],
      ['subscription-alerts', '/subscriptions/larkspur-team?tab=alerts'],
      ['subscription-pending', '/subscriptions/meridian-may'],
      ['subscription-ended', '/subscriptions/meridian-old'],
      ['subscription-create', '/subscriptions/new?customer=meridian'],
      ['subscription-change', '/subscriptions/larkspur-team/change'],
      ['customer-subscriptions', '/customers/meridian'],
    ] as const
    for (const one of LOOKS) {
      const looked = await app.newContext({ dark: one.theme === 'dark', width: one.width })
      const shown = await looked.newPage()
      await signIn(shown)
      expect(await barriersOf(shown, root, pages, one)).toEqual([])
      await looked.close()
    }
  })

  test('its end credits what was shown, and bills the rest', async () => {
    await app.setClock('2026-03-20T18:00:00Z')
    await page.goto(`${root}/subscriptions/larkspur-team`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Terminate' }).click()
    const shown = await previewed('What happens', 'given back')
    await look(page, 'subscription-terminate')
    // Eleven days that were paid are left, at 10.00 and taxes.
    expect(shown).toContain(`${money(13_200)} given back`)
    await page.getByLabel('Give nothing back').check()
    await expect.poll(() => page.getByText('given back').count()).toBe(0)
    await page.getByLabel('Credit it').check()
    await page.getByText('given back').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Terminate' }).click()
    await page.getByText('The subscription was terminated').waitFor()
    const invoice = await newestInvoice()
    expect(invoice.fees.map((fee: { amount_cents: number }) => fee.amount_cents)).toEqual([1500])
    expectShown(shown, invoice)
    const { credit_notes: notes } = (await app.api.get('/credit_notes?external_customer_id=larkspur')).body
    expect(notes.map((note: { total_amount_cents: number }) => note.total_amount_cents)).toContain(13_200)
    expect(errors).toEqual([])
  })
})
