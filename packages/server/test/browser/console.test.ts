import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Acme, seedAcme } from './acme.ts'
import { barriersOf, LOOKS, look, SCREENSHOTS } from './look.ts'
import { type ConsoleApp, hasChromium, PASSWORD, refuseErrors, signIn, signUp, startConsoleApp } from './support.ts'

/** Bytes of compressed JavaScript, the frame included. */
const LARGEST_FIRST_PAGE = 300_000

describe.skipIf(!hasChromium)('the console', () => {
  let app: ConsoleApp
  let context: BrowserContext
  let page: Page
  let acme: Acme
  let errors: string[]
  const root = '/app/northwind'

  beforeAll(async () => {
    app = await startConsoleApp()
    context = await app.newContext()
    page = await context.newPage()
    errors = refuseErrors(page)
  })

  afterAll(() => app?.stop())

  test('from the first sign-up to an invoice that the API made, each line explained', async () => {
    await page.goto('/')
    await page.getByLabel('Company name').waitFor()
    await look(page, 'sign-up', 'light', 1280)
    await signUp(page)
    // The organization that tests use beside the two of the first start.
    await page.getByRole('button', { name: /Switch organization/ }).click()
    await page.getByRole('menuitem', { name: /Northwind/ }).click()
    await page.waitForURL(`**${root}`)
    await page.getByText('Say what you measure').waitFor()
    await look(page, 'home-start', 'light', 1280)
    await page.reload()
    await page.getByText('Say what you measure').waitFor()
    const scripts = (await page.evaluate(
      "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).map(entry => entry.encodedBodySize)",
    )) as number[]
    const bytes = scripts.reduce((sum, size) => sum + size, 0)
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThan(LARGEST_FIRST_PAGE)
    if (SCREENSHOTS !== undefined)
      console.log(`JavaScript of the first page: ${bytes} bytes in ${scripts.length} files`)

    // A call of the page, as it is copied from there, carries a new key and ticks its step.
    await page.getByRole('button', { name: 'Put a new key into the calls' }).click()
    await page.getByText('The calls below carry a key').waitFor()
    const call = (await page.getByRole('region', { name: 'The same with the API' }).first().textContent()) ?? ''
    const [, key = ''] = /Bearer ([0-9a-f-]{36})/.exec(call) ?? []
    const [, body = ''] = /-d '(.*)'$/s.exec(call) ?? []
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const made = await fetch(`${app.server.url}/api/v1/billable_metrics`, { method: 'POST', headers, body })
    expect(made.status).toBe(200)
    await page.getByText('Done').waitFor()
    await app.api.delete('/billable_metrics/api_calls')

    acme = await seedAcme(app)
    await page.goto(`${root}/invoices`)
    const number = (await app.api.get('/invoices?external_customer_id=northwind')).body.invoices[0].number
    await page.getByRole('searchbox').fill('northwind')
    await page.getByRole('link', { name: number }).click()
    await expect.poll(() => page.getByRole('heading', { level: 1 }).textContent()).toBe(number)
    await page.getByRole('button', { name: /API calls/ }).click()
    await expect.poll(() => page.getByText('Graduated').isVisible()).toBe(true)
    const { invoice } = (await app.api.get(`/invoices/${page.url().split('/').at(-1)}`)).body
    const total = (invoice.total_amount_cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' })
    expect(await page.getByRole('definition').filter({ hasText: total }).count()).toBeGreaterThan(0)
    expect(errors).toEqual([])
  })

  test('a customer’s usage adds up to what the API says', async () => {
    await page.goto(`${root}/customers/${acme.customer}?tab=usage`)
    const { customer_usage: usage } = (
      await app.api.get(`/customers/${acme.customer}/current_usage?external_subscription_id=${acme.subscription}`)
    ).body
    const total = (usage.amount_cents / 100).toLocaleString('en-US', { style: 'currency', currency: 'USD' })
    await expect.poll(() => page.getByText(total).first().isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Tokens' }).click()
    await expect.poll(() => page.getByRole('cell', { name: 'Large model' }).isVisible()).toBe(true)
    expect(errors).toEqual([])
  })

  test('everything is reached by the keyboard: palette, list, tabs', async () => {
    await page.goto(`${root}/customers`)
    await page.getByRole('link', { name: 'Larkspur AI' }).waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to content')
    await page.getByRole('link', { name: 'Northwind Labs' }).focus()
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Larkspur AI' }).waitFor()
    await page.getByRole('tab', { name: 'Overview' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.waitForURL(/tab=usage/)

    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Search customers').fill('bluefin')
    await page.getByRole('option', { name: /Bluefin Robotics/ }).waitFor()
    await page.getByRole('option', { name: /Production/ }).waitFor()
    await look(page, 'palette', 'light', 1280)
    // The first one found is chosen, whatever was found first.
    await expect
      .poll(() => page.getByRole('option', { name: /Bluefin Robotics/ }).getAttribute('aria-selected'))
      .toBe('true')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 1, name: 'Bluefin Robotics' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder('Search customers').fill('switch between')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
    await page.getByRole('button', { name: 'As the system' }).click()
    expect(errors).toEqual([])
  })

  test('the document stands beside the invoice', async () => {
    const { invoices } = (await app.api.get('/invoices?external_customer_id=meridian')).body
    await page.goto(`${root}/invoices/${invoices[0].lago_id}`)
    await page.getByRole('button', { name: 'Show PDF' }).click()
    const frame = page.getByTitle(`Invoice ${invoices[0].number} as PDF`)
    await frame.waitFor({ timeout: 60_000 })
    const address = await frame.getAttribute('src')
    const answer = await fetch(`${app.server.url}${address}`)
    expect(answer.headers.get('content-type')).toBe('application/pdf')
    await page.getByRole('button', { name: 'Hide PDF' }).click()
    expect(await frame.count()).toBe(0)
    expect(errors).toEqual([])
  })

  test('an event tells where it counts, or why nowhere', async () => {
    await app.api.post('/events', {
      event: { transaction_id: 'stray', external_subscription_id: 'bluefin-prod', code: 'typo' },
    })
    await page.goto(`${root}/events`)
    await page.getByRole('button', { name: 'typo' }).click()
    await page.getByText('no metric has the code typo').waitFor()
    await look(page, 'event', 'light', 1280)
    await page.keyboard.press('Escape')
    await app.api.post('/events', {
      event: { transaction_id: 'bare', external_subscription_id: 'bluefin-prod', code: 'storage' },
    })
    await page.getByRole('button', { name: 'storage' }).first().click()
    await page.getByText('reads the property gb, which the event does not carry').waitFor()
    await page.keyboard.press('Escape')
    const stored = { external_subscription_id: 'bluefin-prod', code: 'storage' }
    for (const [event, reason] of [
      [{ transaction_id: 'wordy', properties: { gb: 'lots' } }, 'as a number, and “lots” is none'],
      [{ transaction_id: 'late', properties: { gb: 1 }, timestamp: 1_772_496_000_000 }, 'Not before the year 58138'],
      [
        { transaction_id: 'lost', properties: { gb: 1 }, external_subscription_id: '' },
        'the event names no subscription',
      ],
    ] as const) {
      await app.api.post('/events', { event: { ...stored, ...event } })
      await page.goto(`${root}/events?code=storage`)
      const row = page.getByRole('row', { name: event.transaction_id })
      await row.getByRole('button', { name: 'storage' }).click()
      await page.getByText(reason).waitFor()
      await page.keyboard.press('Escape')
    }
    await page.goto(`${root}/events`)
    await page.getByRole('button', { name: 'tokens' }).first().click()
    await page.getByText(/In the metric Tokens, for the plan Scale/).waitFor()
    await page.getByText(/Tokens: priced as (Small model|Large model|everything that no filter names)/).waitFor()
    await page.keyboard.press('Escape')
    // The page asks whether there is such a metric, and the browser reports that there is none.
    expect(errors.splice(0).filter(text => !text.includes('404'))).toEqual([])
  })

  test('a key is shown once and works; revoking it asks first', async () => {
    await page.goto(`${root}/api-keys`)
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('Name').fill('Backend')
    await page.getByRole('button', { name: 'Create' }).click()
    const key = (await page.getByRole('region', { name: 'Key' }).textContent()) ?? ''
    const call = () => fetch(`${app.server.url}/api/v1/customers`, { headers: { authorization: `Bearer ${key}` } })
    expect((await call()).status).toBe(200)
    await page.getByRole('button', { name: 'I have copied it' }).click()
    await page
      .getByRole('row', { name: /Backend/ })
      .getByRole('button', { name: 'Revoke' })
      .click()
    await page.getByText('Every system that uses Backend is refused').waitFor()
    await look(page, 'confirm', 'light', 1280)
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await page.getByText('The key was revoked').waitFor()
    expect((await call()).status).toBe(401)
    expect(errors).toEqual([])
  })

  test('an invited manager sees what the role allows, and is told where it does not', async () => {
    await page.goto(`${root}/settings/team`)
    await page.getByRole('button', { name: 'Invite' }).click()
    await page.getByLabel('E-mail').fill('mia@acme.test')
    await look(page, 'invite', 'light', 1280)
    await page.getByRole('button', { name: 'Make link' }).click()
    const link = (await page.getByRole('region', { name: 'Hand over this link' }).textContent()) ?? ''
    const other = await app.newContext()
    const mia = await other.newPage()
    await mia.goto(new URL(link).pathname)
    await mia.getByLabel('Your name').fill('Mia')
    await mia.getByLabel('Password').fill(PASSWORD)
    await mia.getByRole('button', { name: 'Join' }).click()
    await mia.getByRole('link', { name: 'Customers', exact: true }).first().waitFor()
    for (const name of ['Events', 'API keys', 'Webhooks', 'API log', 'Activity', 'Security log', 'Team'])
      expect(await mia.getByRole('link', { name, exact: true }).count()).toBe(0)
    expect(await mia.getByRole('button', { name: 'Change time' }).count()).toBe(0)
    await mia.goto(`${root}/customers/${acme.customer}`)
    await mia.getByRole('tab', { name: 'Settings' }).waitFor()
    expect(await mia.getByRole('tab', { name: 'Activity' }).count()).toBe(0)
    await mia.goto(`${root}/events`)
    await mia.getByText('No access').waitFor()
    await other.close()
    await page.getByRole('button', { name: 'I have copied it' }).click()
    await page.reload()
    await page.getByRole('row', { name: /Mia/ }).waitFor()
    expect(errors).toEqual([])
  })

  test.each(LOOKS)('every page is free of serious barriers: $theme, $width px', async ({ theme, width }) => {
    const other = await app.newContext({ dark: theme === 'dark', width })
    const visitor = await other.newPage()
    const seen = refuseErrors(visitor)
    await visitor.goto('/app/login')
    await visitor.getByLabel('E-mail').waitFor()
    await look(visitor, 'login', theme, width)
    await signIn(visitor)
    const invoices = (await app.api.get(`/invoices?external_customer_id=${acme.customer}`)).body.invoices
    const barriers = await barriersOf(visitor, root, pages(acme, invoices[0].lago_id), { theme, width })
    await other.close()
    expect(barriers).toEqual([])
    // The page of a customer that does not exist asks for them.
    expect(seen.filter(text => !text.includes('404'))).toEqual([])
  })

  test('the sandbox’s time moves from the bar, and tells what happened', async () => {
    await page.goto(`${root}/invoices`)
    await page.getByRole('button', { name: 'Change time' }).click()
    await page.getByLabel('Date and time (UTC)').fill('2026-05-01T12:00:00')
    await page.getByRole('button', { name: 'Advance, and run what falls due' }).click()
    await page.getByText('It is now May 1, 2026, 12:00 UTC').waitFor({ timeout: 60_000 })
    await page.getByText('Invoices created').waitFor()
    await look(page, 'clock', 'light', 1280)
    await page.getByRole('button', { name: 'Close' }).click()
    await expect.poll(() => page.getByRole('cell', { name: 'May 1, 2026' }).count()).toBeGreaterThan(0)
    expect(errors).toEqual([])
  })
})

/** Every page there is: name and path. */
function pages({ customer }: Acme, invoiceId: string): readonly (readonly [string, string])[] {
  return [
    ['home', ''],
    ['customers', '/customers'],
    ['customers-nothing', '/customers?search=zzz'],
    ['customer', `/customers/${customer}`],
    ['customer-usage', `/customers/${customer}?tab=usage`],
    ['customer-invoices', `/customers/${customer}?tab=invoices`],
    ['customer-wallets', `/customers/${customer}?tab=wallets`],
    ['customer-credits', `/customers/${customer}?tab=credits`],
    ['customer-information', `/customers/${customer}?tab=information`],
    ['invoices', '/invoices'],
    ['invoice', `/invoices/${invoiceId}`],
    ['events', '/events?live=0'],
    ['api-keys', '/api-keys'],
    ['team', '/settings/team'],
    ['account', '/settings/account'],
    ['missing', '/customers/nobody'],
  ]
}
