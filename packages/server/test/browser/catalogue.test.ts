import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Acme, seedAcme } from './acme.ts'
import { barriersOf, LOOKS, look } from './look.ts'
import { type ConsoleApp, hasChromium, refuseErrors, signIn, signUp, startConsoleApp } from './support.ts'

describe.skipIf(!hasChromium)('the catalogue and customers of the console', () => {
  let app: ConsoleApp
  let context: BrowserContext
  let page: Page
  let acme: Acme
  let errors: string[]
  const root = '/app/northwind'
  const dialog = () => page.getByRole('dialog')
  const said = (text: string | RegExp) => page.getByText(text).first().waitFor()
  /** What the server refuses, the browser reports too. */
  const expectRefusals = (status: number) =>
    expect(errors.splice(0).filter(text => !text.includes(String(status)))).toEqual([])

  beforeAll(async () => {
    app = await startConsoleApp()
    context = await app.newContext()
    page = await context.newPage()
    errors = refuseErrors(page)
    await signUp(page)
    acme = await seedAcme(app)
  })

  afterAll(() => app?.stop())

  test('a metric with an expression is tested, then made, and counts an event', async () => {
    await page.goto(`${root}/metrics`)
    await page.getByRole('button', { name: 'New metric' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Compute seconds')
    await expect.poll(() => page.getByLabel('Code', { exact: true }).inputValue()).toBe('compute_seconds')
    await page.getByRole('radio', { name: /^Sum/ }).check()
    await page.getByLabel('Property', { exact: true }).fill('seconds')
    await page.getByRole('button', { name: 'Compute the property by an expression' }).click()
    const editor = dialog().getByLabel('Expression')
    await editor.fill('round(event.properties.ms / 1000')
    await dialog().getByRole('button', { name: 'Test' }).click()
    await said('This is not an expression that can be computed')
    await editor.fill('round(event.properties.ms / 1000, 1)')
    await dialog().getByLabel('Value ms').fill('')
    await dialog().getByRole('button', { name: 'Test' }).click()
    await said('The sample event has no property ms')
    await dialog().getByLabel('Value ms').fill('2345')
    await dialog().getByRole('button', { name: 'Test' }).click()
    await said('The event counts with seconds = 2.3')
    await look(page, 'metric-expression')
    await dialog().getByRole('button', { name: 'Use this expression' }).click()
    await page.getByRole('button', { name: 'Add a filter' }).click()
    await page.getByLabel('Property', { exact: true }).nth(1).fill('region')
    await page.getByLabel('Values', { exact: true }).fill('eu,us')
    await page.getByLabel('Values', { exact: true }).press('Enter')
    await look(page, 'metric-form-filled')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Compute seconds' }).waitFor()
    const { billable_metric: made } = (await app.api.get('/billable_metrics/compute_seconds')).body
    expect(made).toMatchObject({
      aggregation_type: 'sum_agg',
      field_name: 'seconds',
      expression: 'round(event.properties.ms / 1000, 1)',
      filters: [{ key: 'region', values: ['eu', 'us'] }],
    })
    await app.api.post('/events', {
      event: {
        transaction_id: 'compute-1',
        external_subscription_id: acme.subscription,
        code: 'compute_seconds',
        properties: { ms: 2345 },
      },
    })
    const { event } = (await app.api.get('/events/compute-1')).body
    expect(event.properties).toMatchObject({ seconds: '2.3' })
    expectRefusals(422)
  })

  test('a metric that plans use is locked, warns of lost filters, and says what its deletion takes along', async () => {
    await page.goto(`${root}/metrics/tokens/edit`)
    await said('Plans use this metric')
    expect(await page.getByRole('radio', { name: /^Sum/ }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Remove large' }).click()
    await said('Removed: model: large')
    await look(page, 'metric-locked')
    await page.getByRole('link', { name: 'Billable metrics' }).last().click()
    await said('Leave without saving?')
    await page.getByRole('button', { name: 'Leave', exact: true }).click()
    await page.getByRole('link', { name: 'Tokens' }).waitFor()
    expect((await app.api.get('/billable_metrics/tokens')).body.billable_metric.filters[0].values).toHaveLength(2)

    await page.goto(`${root}/metrics/tokens`)
    const { uses } = (await app.api.get('/uses/billable_metrics/tokens')).body
    expect(uses).toMatchObject({ plans_count: 1, subscriptions_count: 6 })
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await said('It is used by 1 plan, 6 subscriptions and 0 draft invoices')
    await look(page, 'metric-delete')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.goto(`${root}/metrics/-/new?from=compute_seconds`)
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Copy of Compute seconds' }).waitFor()
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await said('No plan uses it')
    await dialog().getByRole('button', { name: 'Delete' }).click()
    await said('Copy of Compute seconds was deleted')
    expect((await app.api.get('/billable_metrics/compute_seconds_copy')).status).toBe(404)
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Search customers').fill('compute')
    await page.getByRole('option', { name: /Compute seconds/ }).waitFor()
    await page.keyboard.press('Escape')
    expectRefusals(404)
  })

  test('a customer is made and edited; an external id is not taken twice', async () => {
    await page.goto(`${root}/customers`)
    await page.getByRole('button', { name: 'New customer' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Heron Analytics')
    await page.getByLabel('External id').fill('northwind')
    await page.getByLabel('E-mail').fill('no address')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await said('Already taken')
    await page.getByLabel('External id').fill('heron')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await said('Not an e-mail address')
    await page.getByLabel('E-mail').fill('billing@heron.test')
    await page.getByLabel('Currency').selectOption('EUR')
    await page.getByLabel('Country').selectOption({ label: 'Switzerland' })
    await page.getByRole('button', { name: 'Add a tax' }).click()
    await page.getByRole('option', { name: /VAT/ }).click()
    await page.getByRole('button', { name: 'Add a fact' }).click()
    await page.getByLabel('Key').fill('crm')
    await page.getByLabel('Value').fill('B-7')
    await look(page, 'customer-form-filled')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('heading', { level: 1, name: 'Heron Analytics' }).waitFor()
    expect((await app.api.get('/customers/heron')).body.customer).toMatchObject({
      currency: 'EUR',
      country: 'CH',
      taxes: [{ code: 'vat' }],
      metadata: [{ key: 'crm', value: 'B-7' }],
    })
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByLabel('Legal name').fill('Heron Ltd')
    await page.getByRole('button', { name: 'Remove crm' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await said('Heron Analytics was saved')
    expect((await app.api.get('/customers/heron')).body.customer).toMatchObject({
      legal_name: 'Heron Ltd',
      metadata: [],
      taxes: [{ code: 'vat' }],
    })
    await page.goto(`${root}/customers/${acme.customer}/edit`)
    await said('There are subscriptions, invoices, wallets or coupons in this currency')
    expect(await page.getByLabel('Currency').isDisabled()).toBe(true)
    expect(errors.splice(0).filter(text => !/422|404/.test(text))).toEqual([])
  })

  test('a wallet is filled: its invoice and its ledger are those of the API', async () => {
    await page.goto(`${root}/customers/heron?tab=wallets`)
    await page.getByRole('button', { name: 'Add a wallet' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Prepaid')
    await page.getByLabel('1 credit is worth').fill('0.5')
    await page.getByLabel('Free credits').fill('20')
    await page.getByLabel('At least').fill('10')
    await page.getByRole('checkbox', { name: 'Fill the wallet again by itself' }).check()
    await page.getByRole('radio', { name: 'When the balance falls low' }).check()
    await page.getByLabel('Falls to').fill('5')
    await page.getByLabel('Bought credits').nth(1).fill('100')
    await look(page, 'wallet-form')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await said('The wallet was created')
    await app.settle()
    await page.reload()
    const [wallet] = (await app.api.get('/wallets?external_customer_id=heron')).body.wallets
    expect(wallet).toMatchObject({
      currency: 'EUR',
      rate_amount: '0.5',
      balance_cents: 1000,
      paid_top_up_min_amount_cents: 1000,
      recurring_transaction_rules: [{ trigger: 'threshold', threshold_credits: '5.0', paid_credits: '100.0' }],
    })
    await said('When the balance falls to 5 credits: 100 bought and 0 free credits')
    await page.getByRole('button', { name: 'Top up' }).click()
    await dialog().getByLabel('Bought credits').fill('10')
    await said('An invoice of €5.00 is made at once.')
    await dialog().getByRole('button', { name: 'Top up' }).click()
    await said('Below what a purchase may be')
    await dialog().getByLabel('Bought credits').fill('60')
    await look(page, 'top-up')
    await dialog().getByRole('button', { name: 'Top up' }).click()
    await said('The wallet was topped up')
    await app.settle()
    const [purchase] = (await app.api.get(`/wallets/${wallet.lago_id}/wallet_transactions?status=pending`)).body
      .wallet_transactions
    const { invoice } = (await app.api.get(`/invoices/${purchase.lago_invoice_id}`)).body
    expect(invoice).toMatchObject({ invoice_type: 'credit', total_amount_cents: 3000 })
    await page.reload()
    await said('Not in the balance yet')
    await page.getByRole('link', { name: invoice.number }).waitFor()
    await app.api.put(`/invoices/${invoice.lago_id}`, { invoice: { payment_status: 'succeeded' } })
    await app.settle()
    await page.reload()
    const bought = page.getByRole('row', { name: new RegExp(`Bought.*${invoice.number}.*\\+€30.00.*€40.00`) })
    await bought.waitFor()
    expect(await page.getByText('Not in the balance yet').count()).toBe(0)
    const { ledger_entries: entries } = (await app.api.get(`/wallets/${wallet.lago_id}/ledger`)).body
    expect(entries[0]).toMatchObject({ balance_after_cents: 4000, lago_invoice_id: invoice.lago_id })
    await look(page, 'wallet-ledger')

    const more = page.getByRole('tabpanel').getByRole('button', { name: 'More actions' })
    await more.click()
    await page.getByRole('menuitem', { name: 'Void credits' }).click()
    await dialog().getByLabel('Credits to take out').fill('30')
    await dialog().getByRole('button', { name: 'Void credits' }).click()
    await page.getByRole('row', { name: /Voided.*−€15.00.*€25.00/ }).waitFor()
    await more.click()
    await page.getByRole('menuitem', { name: 'Edit', exact: true }).click()
    expect(await dialog().getByLabel('1 credit is worth').isDisabled()).toBe(true)
    await dialog().getByLabel('Priority').fill('3')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await said('Priority 3')

    await page.getByRole('button', { name: 'Voided' }).click()
    await said('Where the credits came from')
    const movements = (await app.api.get(`/wallets/${wallet.lago_id}/wallet_transactions?transaction_status=voided`))
      .body
    const funded = await app.api.get(`/wallet_transactions/${movements.wallet_transactions[0].lago_id}/fundings`)
    const parts = funded.body.wallet_transaction_fundings
    expect(parts.map((part: { amount_cents: number }) => part.amount_cents)).toContain(1000)
    await dialog()
      .getByRole('row', { name: /Given for free.*€10.00/ })
      .waitFor()
    await dialog()
      .getByRole('row', { name: new RegExp(`Bought.*${invoice.number}.*€5.00`) })
      .waitFor()
    await look(page, 'wallet-transaction')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Bought' }).click()
    await said('What the credits were used for')
    await dialog()
      .getByRole('row', { name: /Voided.*€5.00/ })
      .waitFor()
    await said('Still unused')
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'New alert' }).click()
    await dialog().getByLabel('Name').fill('Low')
    await dialog().getByLabel('Value', { exact: true }).fill('7.5')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await page.getByRole('row', { name: /Low.*Balance.*€7.50/ }).waitFor()
    const { alerts } = (await app.api.get(`/customers/heron/wallets/${wallet.code}/alerts`)).body
    expect(alerts).toMatchObject([
      { alert_type: 'wallet_balance_amount', code: 'low', thresholds: [{ value: '750.0', recurring: false }] },
    ])
    await look(page, 'wallet-alerts')
    expectRefusals(422)
  })

  test('a coupon is made, applied, refused where it cannot help, removed, ended and deleted', async () => {
    await page.goto(`${root}/coupons`)
    await page.getByRole('button', { name: 'New coupon' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Spring')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await said('Required')
    await page.getByLabel('Amount', { exact: true }).fill('12.345')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await said('Not an amount of this currency')
    await page.getByLabel('Amount', { exact: true }).fill('25')
    await page.getByLabel('Currency').selectOption('USD')
    await page.getByRole('checkbox', { name: 'A customer can get it more than once' }).uncheck()
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Spring' }).waitFor()
    expect((await app.api.get('/coupons/spring')).body.coupon).toMatchObject({
      amount_cents: 2500,
      amount_currency: 'USD',
      frequency: 'once',
      reusable: false,
    })
    const apply = async (customer: string) => {
      await page.goto(`${root}/customers/${customer}?tab=credits`)
      await page.getByRole('button', { name: 'Apply a coupon' }).click()
      await dialog().getByRole('button', { name: 'Coupon' }).click()
      await page.getByRole('option', { name: /Spring/ }).click()
    }
    await apply('heron')
    await said('the customer is billed in EUR: it would never reduce an invoice')
    await look(page, 'coupon-wrong-currency')
    await apply('larkspur')
    await dialog().getByLabel('Amount', { exact: true }).fill('30')
    await dialog().getByRole('button', { name: 'Apply' }).click()
    await page.getByRole('row', { name: /Spring.*Active.*\$30.00/ }).waitFor()
    const applied = (await app.api.get('/applied_coupons?external_customer_id=larkspur')).body.applied_coupons
    expect(applied).toMatchObject([{ coupon_code: 'spring', amount_cents: 3000, status: 'active' }])
    await apply('larkspur')
    await dialog().getByRole('button', { name: 'Apply' }).click()
    await said('The customer has had this coupon')
    await page.keyboard.press('Escape')
    await page.goto(`${root}/coupons/spring/edit`)
    await said('Customers have got this coupon')
    await page.goto(`${root}/coupons/spring`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'End coupon' }).click()
    await said('Those who have it, 1 customer now, keep it.')
    await dialog().getByRole('button', { name: 'End coupon' }).click()
    await said('Spring was ended')
    await page.goto(`${root}/customers/larkspur?tab=credits`)
    await page.getByRole('button', { name: 'Remove' }).click()
    await dialog().getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('row', { name: /Spring.*Used up/ }).waitFor()
    await page.goto(`${root}/coupons/spring`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await said('No customer has it.')
    await dialog().getByRole('button', { name: 'Delete' }).click()
    await page.waitForURL(`**${root}/coupons`)
    expect((await app.api.get('/coupons/spring')).status).toBe(404)
    expectRefusals(422)
  })

  test('features, add-ons and taxes are made, changed and deleted', async () => {
    await page.goto(`${root}/features`)
    await page.getByRole('button', { name: 'New feature' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Seats')
    await page.getByRole('button', { name: 'Add a privilege' }).click()
    await page.getByLabel('Name', { exact: true }).nth(1).fill('Tier')
    await page.getByLabel('Value', { exact: true }).selectOption('select')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await said('Required')
    await page.getByLabel('Values to choose from').fill('gold,silver')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Seats' }).waitFor()
    const seats = async () => (await app.api.get('/features/seats')).body.feature
    expect((await seats()).privileges).toMatchObject([
      { code: 'tier', name: 'Tier', value_type: 'select', config: { select_options: ['gold', 'silver'] } },
    ])
    await page.getByRole('button', { name: 'Edit' }).click()
    await page.getByRole('button', { name: 'Remove Tier' }).click()
    await said('Removed: Tier')
    await page.getByRole('button', { name: 'Add a privilege' }).click()
    await page.getByLabel('Name', { exact: true }).nth(1).fill('Max')
    await page.getByRole('button', { name: 'Save' }).click()
    await said('Seats was saved')
    expect((await seats()).privileges).toMatchObject([{ code: 'max', value_type: 'integer' }])

    await page.goto(`${root}/add-ons`)
    await page.getByRole('button', { name: 'New add-on' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Setup')
    await page.getByLabel('Amount').fill('1,250.5')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Setup' }).waitFor()
    expect((await app.api.get('/add_ons/setup')).body.add_on).toMatchObject({ amount_cents: 125_050 })

    await page.goto(`${root}/settings/taxes`)
    await page.getByRole('button', { name: 'New tax' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Reduced')
    await page.getByLabel('Rate').fill('2.6')
    await look(page, 'tax-form')
    await dialog().getByRole('button', { name: 'Create', exact: true }).click()
    await said('Reduced was created')
    expect((await app.api.get('/taxes/reduced')).body.tax).toMatchObject({ rate: 2.6, applied_to_organization: false })
    const more = (name: RegExp) => page.getByRole('row', { name }).getByRole('button', { name: 'More actions' })
    await more(/VAT/).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await said('It is taken away from 0 plans and 1 customer, and from the organization')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await more(/Reduced/).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await said('Nothing uses it.')
    await dialog().getByRole('button', { name: 'Delete' }).click()
    await said('Reduced was deleted')
    expect((await app.api.get('/taxes/reduced')).status).toBe(404)
    expect(errors).toEqual([])
  })

  test('a customer overrides what it inherits, and inherits it again', async () => {
    await page.goto(`${root}/customers/${acme.customer}?tab=settings`)
    const row = (name: string) => page.getByRole('row', { name: new RegExp(name) })
    await row('Net payment term').getByRole('button', { name: 'Change' }).click()
    await page.getByRole('radio', { name: 'For this customer:' }).check()
    await dialog().getByLabel('Value').fill('14')
    await look(page, 'customer-setting')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await row('Net payment term').getByText('14 days').waitFor()
    await row('Invoices without an amount').getByRole('button', { name: 'Change' }).click()
    await page.getByRole('radio', { name: 'For this customer:' }).check()
    await dialog().getByLabel('Value').selectOption({ label: 'Are not issued' })
    await dialog().getByRole('button', { name: 'Save' }).click()
    await row('Invoices without an amount').getByText('Own').waitFor()
    const customer = async () => (await app.api.get(`/customers/${acme.customer}`)).body.customer
    expect(await customer()).toMatchObject({ net_payment_term: 14, finalize_zero_amount_invoice: 'skip' })
    await row('Net payment term').getByRole('button', { name: 'Reset' }).click()
    await row('Net payment term').getByText('Inherited').waitFor()
    expect(await customer()).toMatchObject({ net_payment_term: null, finalize_zero_amount_invoice: 'skip' })
    expect(errors).toEqual([])
  })

  test.each(LOOKS)('its pages are free of serious barriers: $theme, $width px', async ({ theme, width }) => {
    const other = await app.newContext({ dark: theme === 'dark', width })
    const visitor = await other.newPage()
    const seen = refuseErrors(visitor)
    await signIn(visitor)
    const barriers = await barriersOf(visitor, root, pages(acme), { theme, width })
    await other.close()
    expect(barriers).toEqual([])
    expect(seen).toEqual([])
  })

  test('the deletion of a customer says what becomes of all it has', async () => {
    await page.goto(`${root}/customers/${acme.customer}`)
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Delete customer' }).click()
    await said('1 subscription is ended at once')
    await said('1 empty wallet is ended.')
    await said('1 coupon is taken away')
    await look(page, 'customer-delete')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.goto(`${root}/customers/heron`)
    await page.getByRole('button', { name: 'More actions' }).first().click()
    await page.getByRole('menuitem', { name: 'Delete customer' }).click()
    await said('1 wallet is ended: the €25.00 left in it is lost.')
    await dialog().getByRole('button', { name: 'Delete customer' }).click()
    await page.waitForURL(`**${root}/customers`)
    expect((await app.api.get('/customers/heron')).status).toBe(404)
    expect(errors).toEqual([])
  })
})

/** Every page of the area: name and path. */
function pages({ customer }: Acme): readonly (readonly [string, string])[] {
  return [
    ['metrics', '/metrics'],
    ['metric', '/metrics/tokens'],
    ['metric-new', '/metrics/-/new'],
    ['metric-edit', '/metrics/compute_seconds/edit'],
    ['features', '/features'],
    ['feature', '/features/seats'],
    ['feature-edit', '/features/seats/edit'],
    ['add-ons', '/add-ons'],
    ['add-on', '/add-ons/setup'],
    ['add-on-edit', '/add-ons/setup/edit'],
    ['taxes', '/settings/taxes'],
    ['coupons', '/coupons'],
    ['coupon', '/coupons/launch'],
    ['coupon-new', '/coupons/-/new'],
    ['coupon-edit', '/coupons/launch/edit'],
    ['customers', '/customers'],
    ['customer-new', '/customers/-/new'],
    ['customer-edit', `/customers/${customer}/edit`],
    ['customer-wallets', '/customers/heron?tab=wallets'],
    ['customer-settings', `/customers/${customer}?tab=settings`],
    ['customer-credits', `/customers/${customer}?tab=credits`],
  ]
}
