import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Receiver, startReceiver } from '../webhooks/receiver.ts'
import { type Acme, seedAcme } from './acme.ts'
import { barriersOf, LOOKS, look } from './look.ts'
import { type ConsoleApp, hasChromium, refuseErrors, signIn, signUp, startConsoleApp } from './support.ts'

describe.skipIf(!hasChromium)('what developers see of the console', () => {
  let app: ConsoleApp
  let context: BrowserContext
  let page: Page
  let acme: Acme
  let errors: string[]
  let receiver: Receiver
  let endpointId = ''
  const root = '/app/northwind'
  const dialog = () => page.getByRole('dialog')
  const said = (text: string | RegExp) => page.getByText(text).first().waitFor()

  beforeAll(async () => {
    receiver = await startReceiver()
    app = await startConsoleApp()
    context = await app.newContext()
    page = await context.newPage()
    errors = refuseErrors(page)
    await signUp(page)
    acme = await seedAcme(app)
  })

  afterAll(async () => {
    await app?.stop()
    await receiver?.stop()
  })

  test('an endpoint is made for a selection of events, and gets those', async () => {
    await page.goto(`${root}/webhooks`)
    await said('No endpoints yet')
    await look(page, 'webhooks-empty')
    await page.getByRole('button', { name: 'New endpoint' }).click()
    await dialog().getByLabel('Address').fill('here')
    await dialog().getByRole('button', { name: 'Create' }).click()
    await said('Not an address that begins with http')
    await dialog().getByLabel('Address').fill(receiver.url)
    await dialog().getByLabel('Name').fill('Ledger')
    await dialog().getByRole('radio', { name: 'Shared secret' }).check()
    await dialog().getByRole('radio', { name: 'A selection' }).check()
    await dialog().getByRole('button', { name: 'Create' }).click()
    await said('Required')
    await dialog().getByRole('checkbox', { name: 'Customers' }).check()
    await dialog().getByRole('checkbox', { name: 'customer.vies_check' }).uncheck()
    await dialog().getByRole('checkbox', { name: 'invoice.voided' }).check()
    await look(page, 'webhook-form')
    await dialog().getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { level: 1, name: 'Ledger' }).waitFor()
    await said('Nothing was sent yet')
    const [endpoint] = (await app.api.get('/webhook_endpoints')).body.webhook_endpoints
    expect(endpoint).toMatchObject({ webhook_url: receiver.url, name: 'Ledger', signature_algo: 'hmac' })
    expect(endpoint.event_types.toSorted()).toEqual([
      'customer.checkout_url_generated',
      'customer.created',
      'customer.payment_provider_created',
      'customer.updated',
      'invoice.voided',
    ])
    endpointId = endpoint.lago_id
    expect(errors.splice(0).filter(text => !text.includes('422'))).toEqual([])
  })

  test('what was sent is there to read, and is sent again after a failure', async () => {
    receiver.answerWith({ status: 500, body: '{"error":"ledger is closed"}' })
    await app.api.post('/customers', { customer: { external_id: 'heron', name: 'Heron', currency: 'EUR' } })
    await app.api.post('/plans', {
      plan: {
        name: 'Unheard',
        code: 'unheard',
        interval: 'monthly',
        amount_cents: 0,
        amount_currency: 'EUR',
        pay_in_advance: false,
      },
    })
    const line = page.getByRole('row', { name: /customer\.created/ })
    await line.getByText('500').waitFor()
    expect(await page.getByRole('row', { name: /plan\.created/ }).count()).toBe(0)
    await line.getByRole('button').click()
    await dialog().getByText('"ledger is closed"').waitFor()
    await dialog().getByText('"external_id": "heron"').waitFor()
    await look(page, 'delivery')
    receiver.answerWith({ status: 200, body: 'thanks' })
    await dialog().getByRole('button', { name: 'Send again' }).click()
    await line.getByText('Delivered').waitFor()
    const [delivery] = (await app.api.get(`/webhook_endpoints/${endpointId}/webhooks`)).body.webhooks
    expect(delivery).toMatchObject({ status: 'succeeded', http_status: 200, response: 'thanks' })
    await line.getByRole('button').click()
    await dialog().getByText('thanks').waitFor()
    expect(await dialog().getByRole('button', { name: 'Send again' }).count()).toBe(0)
    await page.keyboard.press('Escape')

    await page.getByLabel('Any status').selectOption('failed')
    await said('Nothing matches these filters')
    await page.waitForURL(/status=failed/)
    await page.getByLabel('Any status').selectOption('succeeded')
    await page.getByLabel('Any HTTP status').selectOption('2xx')
    await line.waitFor()
    expect(errors).toEqual([])
  })

  test('the function that checks signatures does: with the secret, and with the public key', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weir-verify-'))
    const check = async (name: string, key: string) => {
      await page.getByRole('tab', { name: 'Settings and signature' }).click()
      await page.getByRole('region', { name: key }).waitFor()
      process.env[key] = ((await page.getByRole('region', { name: key }).textContent()) ?? '').trim()
      const sample = (await page.getByRole('region', { name: 'A function for Node.js' }).textContent()) ?? ''
      await writeFile(join(folder, `${name}.mjs`), sample)
      return (await import(join(folder, `${name}.mjs`))).isGenuine as (body: string, signature: string) => boolean
    }
    const last = () => {
      const { body, headers } = receiver.received.at(-1) ?? {}
      return [String(body), String(headers?.['x-lago-signature'])] as const
    }
    await page.goto(`${root}/webhooks/${endpointId}?tab=settings`)
    await page.getByRole('button', { name: 'Show the secret' }).click()
    const byHmac = await check('hmac', 'WEIR_HMAC_KEY')
    const [body, signature] = last()
    expect(byHmac(body, signature)).toBe(true)
    expect(byHmac(`${body} `, signature)).toBe(false)

    await page.getByRole('button', { name: 'Edit endpoint' }).click()
    await dialog().getByRole('radio', { name: 'Token' }).check()
    await dialog().getByRole('radio', { name: 'Everything' }).check()
    await dialog().getByRole('button', { name: 'Save' }).click()
    const byKey = await check('jwt', 'WEIR_PUBLIC_KEY')
    const received = receiver.received.length
    await app.api.post('/customers', { customer: { external_id: 'heron', name: 'Heron Ltd' } })
    await expect.poll(() => receiver.received.length).toBeGreaterThan(received)
    const [signed, token] = last()
    expect(signed).toContain('customer.updated')
    expect(byKey(signed, token)).toBe(true)
    expect(byKey(`${signed} `, token)).toBe(false)
    await rm(folder, { recursive: true })
    expect(errors).toEqual([])
  })

  test('an invoice tells its history: who did what, and what changed', async () => {
    const [invoice] = (await app.api.get('/invoices?external_customer_id=larkspur')).body.invoices
    await page.goto(`${root}/invoices/${invoice.lago_id}?tab=payments`)
    await page.getByRole('button', { name: 'Record payment' }).first().click()
    await dialog().getByLabel('Reference').fill('wire 17')
    await dialog().getByRole('button', { name: 'Record payment' }).click()
    await said('The payment was recorded')
    await app.settle()
    await page.getByRole('tab', { name: 'Activity' }).click()
    const line = (name: RegExp) => page.getByRole('row', { name }).first()
    await line(/Invoice finalized.*Weir/).waitFor()
    await line(/Payment recorded.*ada@acme\.test/).waitFor()
    const logs = (await app.api.get(`/activity_logs?resource_ids[]=${invoice.lago_id}`)).body
    await expect
      .poll(() => page.getByRole('table', { name: 'Activity' }).getByRole('row').count())
      .toBe(logs.activity_logs.length + 1)
    await page.getByRole('button', { name: 'Payment status changed' }).first().click()
    await said('Unpaid')
    await page
      .getByRole('definition')
      .filter({ hasText: /Before: Unpaid.*After: Paid/ })
      .waitFor()
    await look(page, 'invoice-activity-open')
    expect(errors).toEqual([])
  })

  test('prices and facts that were changed are told before and after', async () => {
    await app.api.put('/plans/scale', { plan: { amount_cents: 60_000 } })
    await page.goto(`${root}/plans/scale?tab=activity`)
    await page
      .getByRole('row', { name: /Plan changed.*API key/ })
      .getByRole('button')
      .click()
    await page
      .getByRole('definition')
      .filter({ hasText: /\$499\.00.*\$600\.00/ })
      .waitFor()
    await app.api.put('/billable_metrics/storage', { billable_metric: { description: 'Gigabytes kept' } })
    await app.api.post('/features', { feature: { code: 'seats', name: 'Seats' } })
    await page.goto(`${root}/features/seats?tab=activity`)
    await page.getByRole('row', { name: /Feature created.*API key/ }).waitFor()

    await page.goto(`${root}/customers/bluefin/edit`)
    await page.getByLabel('Legal name').fill('Bluefin Robotics KK')
    await page.getByRole('button', { name: 'Save' }).click()
    await said('Bluefin Robotics was saved')
    await page.goto(`${root}/customers/bluefin?tab=activity`)
    await page
      .getByRole('row', { name: /Customer changed.*ada@acme\.test/ })
      .getByRole('button')
      .click()
    await page
      .getByRole('definition')
      .filter({ hasText: /Bluefin Robotics Ltd.*Bluefin Robotics KK/ })
      .waitFor()
    await page
      .getByRole('row', { name: /Invoice finalized.*\$/ })
      .first()
      .getByRole('link')
      .waitFor()
    await look(page, 'customer-activity-open')
    expect(errors).toEqual([])
  })

  test('the activity of the organization is filtered in the address', async () => {
    await page.goto(`${root}/activity`)
    await page
      .getByRole('row', { name: /Customer changed/ })
      .first()
      .waitFor()
    await page.getByLabel('Any user').selectOption('ada@acme.test')
    await page.waitForURL(/user=ada/)
    await page.getByLabel('Any object').selectOption('Customer')
    const table = page.getByRole('table', { name: 'Activity' })
    await expect.poll(() => table.getByRole('row').count()).toBe(2)
    await table.getByRole('link', { name: 'Bluefin Robotics' }).waitFor()
    await page.reload()
    await expect.poll(() => table.getByRole('row').count()).toBe(2)
    await page.getByLabel('Any source').selectOption('system')
    await said('Nothing matches these filters')
    expect(errors).toEqual([])
  })

  test('what was asked of the API and refused is there to read', async () => {
    const refused = await app.api.post('/customers', { customer: { external_id: '', email: 'no address' } })
    expect(refused.status).toBe(422)
    await page.goto(`${root}/api-log`)
    await page.getByLabel('Any outcome').selectOption('failed')
    await page.getByLabel('Part of the path').fill('customers')
    await page.waitForURL(/path=customers/)
    await page.getByRole('button', { name: 'POST /api/v1/customers' }).first().click()
    await dialog().getByText('"no address"').waitFor()
    await dialog().getByText('"validation_errors"').waitFor()
    await look(page, 'api-log-open')
    await page.keyboard.press('Escape')
    await page.getByLabel('Any method').selectOption('delete')
    await said('Nothing matches these filters')
    expect(errors).toEqual([])
  })

  test('changes of the configuration are in the security log', async () => {
    await page.goto(`${root}/settings/security-log`)
    await page.getByRole('button', { name: 'Webhook endpoint changed' }).click()
    await page
      .getByRole('definition')
      .filter({ hasText: /hmac.*jwt/ })
      .waitFor()
    await page.getByRole('row', { name: /Webhook endpoint created.*ada@acme\.test/ }).waitFor()
    await look(page, 'security-log-open')
    expect(errors).toEqual([])
  })

  test.each(LOOKS)('the pages are free of serious barriers: $theme, $width px', async ({ theme, width }) => {
    const other = await app.newContext({ dark: theme === 'dark', width })
    const visitor = await other.newPage()
    const seen = refuseErrors(visitor)
    await signIn(visitor)
    const barriers = await barriersOf(
      visitor,
      root,
      [
        ['customer-activity', `/customers/${acme.customer}?tab=activity`],
        ['subscription-activity', `/subscriptions/${acme.subscription}?tab=activity`],
        ['plan-activity', '/plans/scale?tab=activity'],
        ['metric-activity', '/metrics/storage?tab=activity'],
        ['coupon-activity', '/coupons/launch?tab=activity'],
        ['activity', '/activity'],
        ['api-log', '/api-log'],
        ['security-log', '/settings/security-log'],
        ['webhooks', '/webhooks'],
        ['webhook', `/webhooks/${endpointId}`],
        ['webhook-settings', `/webhooks/${endpointId}?tab=settings`],
      ],
      { theme, width },
    )
    await other.close()
    expect(barriers).toEqual([])
    expect(seen).toEqual([])
  })

  test('an endpoint is deleted once it was said what goes with it', async () => {
    await page.goto(`${root}/webhooks/${endpointId}`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await said(`Nothing is sent to ${receiver.url}`)
    await dialog().getByRole('button', { name: 'Delete' }).click()
    await said('The endpoint was deleted')
    await page.waitForURL(`**${root}/webhooks`)
    expect((await app.api.get('/webhook_endpoints')).body.webhook_endpoints).toEqual([])
    expect(errors).toEqual([])
  })
})
