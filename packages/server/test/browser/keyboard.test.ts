import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConsoleApp, hasChromium, refuseErrors, signUp, startConsoleApp } from './support.ts'

describe.skipIf(!hasChromium)('the console by keyboard', () => {
  let app: ConsoleApp
  let page: Page
  let errors: string[]
  const focused = () =>
    page.evaluate(
      '(({ ariaLabel, labels, textContent }) => ariaLabel ?? labels?.[0]?.textContent ?? textContent)(document.activeElement)',
    )

  beforeAll(async () => {
    app = await startConsoleApp()
    const context = await app.newContext()
    page = await context.newPage()
    errors = refuseErrors(page)
    await signUp(page)
    for (const name of ['Starter', 'Team', 'Scale', 'Scale yearly']) {
      const code = name.toLowerCase().replace(' ', '_')
      const rest = { interval: 'monthly', amount_cents: 3100, amount_currency: 'USD', pay_in_advance: false }
      expect((await app.api.post('/plans', { plan: { name, code, ...rest } })).status).toBe(200)
    }
    await app.api.post('/customers', { customer: { external_id: 'larkspur', name: 'Larkspur AI', currency: 'USD' } })
    await app.api.post('/subscriptions', {
      subscription: { external_customer_id: 'larkspur', plan_code: 'team', external_id: 'larkspur-team' },
    })
    await app.settle()
  })

  afterAll(() => app?.stop())

  test('what is searched on the server is chosen with Enter, and searched anew when the list opens again', async () => {
    await page.goto('/app/northwind/subscriptions/new?customer=larkspur')
    const plan = page.getByRole('button', { name: /^Plan: / })
    await plan.click()
    await expect.poll(() => page.getByRole('option').count()).toBe(4)
    await page.keyboard.type('scale')
    await expect.poll(() => page.getByRole('option').count()).toBe(2)
    await expect.poll(() => page.getByRole('option', { selected: true }).count()).toBe(1)
    const first = await page.getByRole('option').first().innerText()
    expect(await page.getByRole('option', { selected: true }).innerText()).toBe(first)
    await page.keyboard.press('Escape')
    await plan.click()
    await expect.poll(() => page.getByRole('option').count()).toBe(4)
    await page.keyboard.type('starter')
    await expect
      .poll(() => page.getByRole('option', { selected: true }).allInnerTexts())
      .toEqual([expect.stringContaining('Starter')])
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Plan: Starter' }).waitFor()
    expect(errors).toEqual([])
  })

  test('customers are filtered by any currency, found by its name', async () => {
    await page.goto('/app/northwind/customers')
    await page.getByRole('button', { name: 'Currency: Any currency' }).click()
    await page.keyboard.type('swiss')
    await page.keyboard.press('Enter')
    await page.waitForURL(/currency=CHF/)
    await page.getByText('Nothing matches these filters').waitFor()
    await page.getByRole('button', { name: 'Currency: CHF' }).click()
    await page.getByRole('option', { name: 'Any currency' }).click()
    await page.getByRole('link', { name: 'Larkspur AI' }).waitFor()
    expect(errors).toEqual([])
  })

  test('a change of plan does not offer the plan that there is', async () => {
    await page.goto('/app/northwind/subscriptions/larkspur-team/change')
    await page.getByRole('button', { name: /^Plan: / }).click()
    await expect.poll(() => page.getByRole('option').count()).toBe(3)
    expect(await page.getByRole('option', { name: /^Team / }).count()).toBe(0)
  })

  test('a dialog begins at its first field, a question at its way out, and both end where they began', async () => {
    await page.goto('/app/northwind/subscriptions/larkspur-team')
    const menu = page.getByRole('button', { name: 'More actions' })
    await menu.focus()
    await page.keyboard.press('Enter')
    await page.getByRole('menuitem', { name: 'Edit' }).press('Enter')
    await page.getByRole('dialog').waitFor()
    await expect.poll(focused).toMatch(/^Name/)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(focused).toBe('More actions')

    await page.goto('/app/northwind/plans/starter')
    await page.getByRole('button', { name: 'Actions for Starter' }).press('Enter')
    await page.getByRole('menuitem', { name: /^Delete/ }).press('Enter')
    await page.getByRole('dialog').waitFor()
    await expect.poll(focused).toBe('Cancel')
    await page.keyboard.press('Enter')
    await expect.poll(focused).toBe('Actions for Starter')

    await page.goto('/app/northwind/subscriptions/larkspur-team?tab=alerts')
    await page.getByRole('button', { name: 'New alert' }).press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await expect.poll(focused).toBe('New alert')
    expect(errors).toEqual([])
  })
})
