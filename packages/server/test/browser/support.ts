import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { hasChromium, launchChromium } from './chromium.ts'

export { hasChromium, seriousViolations } from './chromium.ts'

if (!hasChromium) console.warn('There is no Chromium: the tests of the console in a browser are left out.')

export const PASSWORD = 'Weir-and-water-7'

export interface ConsoleApp extends TestApp {
  readonly browser: Browser
  /** A browser of somebody who has not signed in. */
  newContext(options?: {
    readonly dark?: boolean
    readonly width?: number
    readonly height?: number
  }): Promise<BrowserContext>
}

/** A whole server with its built console, and a browser. */
export async function startConsoleApp(): Promise<ConsoleApp> {
  const app = await startTestApp({ WEIR_CONSOLE: 'on', WEIR_DOCUMENTS: 'when_issued' })
  await app.server.consoleBuild?.run()
  expect(app.server.consoleBuild?.outcome).toBe('ready')
  const browser = await launchChromium()
  return {
    ...app,
    browser,
    newContext: ({ dark = false, width = 1280, height = 900 } = {}) =>
      browser.newContext({
        baseURL: app.server.url,
        viewport: { width, height },
        colorScheme: dark ? 'dark' : 'light',
        locale: 'en-US',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
      }),
    async stop() {
      await browser.close()
      await app.stop()
    },
  }
}

/** Fails the test for whatever the page reports as an error: scripts, refused sources, failed answers. */
export function refuseErrors(page: Page): string[] {
  const errors: string[] = []
  page.on('pageerror', error => errors.push(String(error)))
  page.on('console', message => {
    if (message.type() === 'error') errors.push(message.text())
  })
  return errors
}

/** Signs up the first user of the installation. */
export async function signUp(page: Page): Promise<void> {
  await page.goto('/')
  await page.getByLabel('Company name').fill('Acme')
  await page.getByLabel('Your name').fill('Ada Lake')
  await page.getByLabel('E-mail').fill('ada@acme.test')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Create account' }).click()
  // The page of signing up has such an address too.
  await page.waitForURL(({ pathname }) => /^\/app\/[^/]+$/.test(pathname) && !pathname.endsWith('/sign-up'))
}

export async function signIn(page: Page, path = '/app'): Promise<void> {
  await page.goto(path)
  await page.getByLabel('E-mail').fill('ada@acme.test')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(url => !url.pathname.endsWith('/login'))
}
