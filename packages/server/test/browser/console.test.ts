import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Acme, seedAcme } from './acme.ts'
import {
  type ConsoleApp,
  hasChromium,
  refuseErrors,
  seriousViolations,
  signIn,
  signUp,
  startConsoleApp,
} from './support.ts'

const SCREENSHOTS = process.env.WEIR_SCREENSHOTS

const ALL_LOOKS = ['light', 'dark'].flatMap(theme => [1280, 390].map(width => ({ theme, width })))
/** One of each in a test run; all four when the pages are looked at. */
const LOOKS =
  SCREENSHOTS === undefined
    ? ALL_LOOKS.filter(({ theme, width }) => (theme === 'light') === (width === 1280))
    : ALL_LOOKS

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
    await signUp(page)
    // The organization that tests use beside the two of the first start.
    await page.getByRole('button', { name: /Switch organization/ }).click()
    await page.getByRole('menuitem', { name: /Northwind/ }).click()
    await page.waitForURL(`**${root}`)
    await expect.poll(() => page.getByText('Say what you measure').isVisible()).toBe(true)

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

  test.each(LOOKS)('every page is free of serious barriers: $theme, $width px', async ({ theme, width }) => {
    const other = await app.newContext({ dark: theme === 'dark', width })
    const visitor = await other.newPage()
    const seen = refuseErrors(visitor)
    const barriers: unknown[] = []
    await visitor.goto('/app/login')
    await visitor.getByLabel('E-mail').waitFor()
    await look(visitor, 'login', theme, width)
    await signIn(visitor)
    const invoices = (await app.api.get(`/invoices?external_customer_id=${acme.customer}`)).body.invoices
    for (const [name, path] of pages(acme, invoices[0].lago_id)) {
      await visitor.goto(`${root}${path}`)
      await visitor.locator('main h1').waitFor()
      await expect.poll(() => visitor.getByRole('status', { name: 'Loading' }).count()).toBe(0)
      await look(visitor, name, theme, width)
      const wide = await visitor.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      const found = await seriousViolations(visitor)
      if (wide !== 0) found.push(`it is ${wide} px too wide`)
      if (found.length > 0) barriers.push([name, found])
    }
    await other.close()
    expect(barriers).toEqual([])
    expect(seen).toEqual([])
  })

  async function look(visitor: Page, name: string, theme: string, width: number): Promise<void> {
    if (SCREENSHOTS === undefined) return
    await mkdir(SCREENSHOTS, { recursive: true })
    await visitor.screenshot({ path: join(SCREENSHOTS, `${name}-${theme}-${width}.png`), fullPage: true })
  }
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
  ]
}
