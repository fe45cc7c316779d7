import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { seriousViolations } from './support.ts'

export const SCREENSHOTS = process.env.WEIR_SCREENSHOTS

export interface Look {
  readonly theme: string
  readonly width: number
}

const ALL_LOOKS: readonly Look[] = ['light', 'dark'].flatMap(theme => [1280, 390].map(width => ({ theme, width })))

/** One of each in a test run; all four when the pages are looked at. */
export const LOOKS: readonly Look[] =
  SCREENSHOTS === undefined
    ? ALL_LOOKS.filter(({ theme, width }) => (theme === 'light') === (width === 1280))
    : ALL_LOOKS

/** Keeps a picture of the page as it stands, where pictures are wanted. */
export async function look(page: Page, name: string, theme = 'light', width = 1280): Promise<void> {
  if (SCREENSHOTS === undefined) return
  await mkdir(SCREENSHOTS, { recursive: true })
  // What sticks to the window's top would stand in the middle of the picture.
  await page.evaluate('scrollTo(0, 0)')
  await page.screenshot({ path: join(SCREENSHOTS, `${name}-${theme}-${width}.png`), fullPage: true })
}

/**
 * Opens each page (a name and a path below `root`), keeps a picture of it, and answers what is wrong with it: serious barriers, and
 * pages wider than their window.
 */
export async function barriersOf(
  page: Page,
  root: string,
  pages: readonly (readonly [string, string])[],
  { theme, width }: Look,
): Promise<readonly (readonly [string, readonly string[]])[]> {
  const barriers: [string, string[]][] = []
  for (const [name, path] of pages) {
    await page.goto(`${root}${path}`)
    await page.locator('main h1').waitFor()
    await expect.poll(() => page.locator('[data-loading]').count()).toBe(0)
    await look(page, name, theme, width)
    const wide = (await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    )) as number
    const found = await seriousViolations(page)
    if (wide !== 0) found.push(`it is ${wide} px too wide`)
    if (found.length > 0) barriers.push([name, found])
  }
  return barriers
}
