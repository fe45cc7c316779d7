import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { launchChromium } from '../../packages/server/test/browser/chromium.ts'

export interface Look {
  readonly theme: 'light' | 'dark'
  readonly width: number
}

type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>

/** A browser whose user has signed up, and the addresses of the two organizations. */
export interface ConsoleBrowser {
  readonly sandbox: string
  readonly live: string
  newPage(look: Look): Promise<Page>
  close(): Promise<void>
}

/** Waits until the console is built, and signs up its first user. */
export async function openConsole(url: string): Promise<ConsoleBrowser> {
  await untilBuilt(url)
  const browser = await launchChromium()
  const { state, sandbox, live } = await signUp(browser, url)
  return {
    sandbox,
    live,
    async newPage({ theme, width }) {
      const context = await newContext(browser, url, { theme, width }, state)
      return context.newPage()
    },
    close: () => browser.close(),
  }
}

/** Resolves when what the page shows is there, and no longer on its way. */
export async function untilShown(page: Page): Promise<void> {
  await page.locator('main h1').first().waitFor()
  const loading = page.locator('[data-loading]')
  while ((await loading.count()) > 0) await loading.first().waitFor({ state: 'detached' })
}

async function untilBuilt(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if ((await fetch(`${url}/app`)).ok) return
    await pause(500)
  }
  throw new Error('the console was not built')
}

async function signUp(browser: Browser, url: string): Promise<{ state: SignedIn; sandbox: string; live: string }> {
  const context = await newContext(browser, url, { theme: 'light', width: 1280 })
  const page = await context.newPage()
  await page.goto('/')
  await page.getByLabel('Company name').fill('Tideline AI')
  await page.getByLabel('Your name').fill('Ada Lake')
  await page.getByLabel('E-mail').fill('ada@tideline.example')
  await page.getByLabel('Password').fill('Weir-and-water-7')
  await page.getByRole('button', { name: 'Create account' }).click()
  // The page of signing up has such an address too.
  await page.waitForURL(({ pathname }) => /^\/app\/[^/]+$/.test(pathname) && !pathname.endsWith('/sign-up'))
  const organizations = (await page.evaluate(
    `fetch('/console/api/me').then(answer => answer.json()).then(({ organizations }) => organizations)`,
  )) as { slug: string; sandbox: boolean }[]
  const address = (isSandbox: boolean) =>
    `/app/${organizations.find(({ sandbox }) => sandbox === isSandbox)?.slug ?? ''}`
  const state = await context.storageState()
  await context.close()
  return { state, sandbox: address(true), live: address(false) }
}

function newContext(browser: Browser, url: string, { theme, width }: Look, state?: SignedIn): Promise<BrowserContext> {
  return browser.newContext({
    baseURL: url,
    viewport: { width, height: 900 },
    colorScheme: theme,
    locale: 'en-US',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    ...(state !== undefined && { storageState: state }),
  })
}
