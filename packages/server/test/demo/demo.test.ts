import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DemoProgress, type DemoSummary, httpApi, loadDemo } from '../../src/demo/index.ts'
import { Browser } from '../console/support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'

/** The whole story takes a minute or two; the tests tell it with a few of its customers unless this is set. */
const WHOLE = process.env.WEIR_WHOLE_DEMO !== undefined

/** A wallet, a voided invoice, a credit, a draft, an upgrade, a refused card, somebody who pays late, euros. */
const FEW = ['inkwell', 'saffron', 'brightledger', 'halvorsen', 'quillwork', 'bramble', 'northpass', 'voltwerk']

const STORY = WHOLE
  ? { until: '2026-01-14T15:00:00Z', customers: 40, runs: 12, only: () => true }
  : { until: '2025-05-03T12:00:00Z', customers: FEW.length, runs: 4, only: (id: string) => FEW.includes(id) }

// biome-ignore lint/suspicious/noExplicitAny: what the wire gives
type Wire = any

let app: TestApp
let summary: DemoSummary
const progress: DemoProgress[] = []
let invoices: Wire[]

beforeAll(async () => {
  app = await startTestApp()
  const { until, only } = STORY
  summary = await loadDemo(httpApi(app.server.url, app.api.apiKey), {
    until,
    only,
    onProgress: step => progress.push(step),
  })
  invoices = await all('/invoices?', 'invoices')
}, 300_000)
afterAll(() => app?.stop())

async function all(path: string, root: string): Promise<Wire[]> {
  const { body } = await app.api.get(`${path}per_page=100`)
  const pages = Array.from({ length: body.meta.total_pages - 1 }, (_, place) => place + 2)
  const others = await Promise.all(pages.map(page => app.api.get(`${path}per_page=100&page=${page}`)))
  return [body, ...others.map(answer => answer.body)].flatMap(answer => answer[root])
}

describe('the demo data', () => {
  it('tell the year from its first to its last day', () => {
    expect(progress[0]).toMatchObject({ share: 0, day: '2025-01-01' })
    expect(progress.at(-1)).toMatchObject({ share: 1, day: STORY.until.slice(0, 10) })
    expect(progress.map(({ share }) => share)).toEqual(progress.map(({ share }) => share).toSorted((a, b) => a - b))
  })

  it('leave customers, and their usage running', async () => {
    expect(summary.customers).toBe(STORY.customers)
    const { body: clock } = await app.api.get('/test_clock')
    expect(clock.test_clock.now).toBe(STORY.until)
    const { body } = await app.api.get(
      '/customers/brightledger/current_usage?external_subscription_id=brightledger-prod',
    )
    expect(body.customer_usage.amount_cents).toBeGreaterThan(10_000)
    const { body: days } = await app.api.get('/subscriptions/brightledger-prod/daily_usages?per_page=100')
    expect(days.daily_usages.length).toBeGreaterThan(40)
  })

  it('bill every month, and leave an invoice of each kind', () => {
    const runs = new Set(
      invoices
        .filter(({ invoice_type: type, issuing_date: date }) => type === 'subscription' && date.endsWith('-01'))
        .map(({ issuing_date: date }) => date)
        .filter(date => date > '2025-01-01'),
    )
    expect(runs.size).toBe(STORY.runs)
    const kinds = (of: (invoice: Wire) => unknown) => [...new Set(invoices.map(of))].toSorted()
    expect(kinds(invoice => invoice.status)).toEqual(['draft', 'finalized', 'voided'])
    expect(kinds(invoice => invoice.payment_status)).toEqual(['failed', 'pending', 'succeeded'])
    expect(kinds(invoice => invoice.payment_overdue)).toEqual([false, true])
    expect(kinds(invoice => invoice.invoice_type)).toEqual(['credit', 'one_off', 'progressive_billing', 'subscription'])
    expect(kinds(invoice => invoice.currency)).toEqual(['EUR', 'USD'])
    for (const amount of ['coupons', 'taxes', 'credit_notes', 'prepaid_credit']) {
      expect(invoices.filter(invoice => invoice[`${amount}_amount_cents`] > 0)).not.toEqual([])
    }
  })

  it('have subscriptions of each status', async () => {
    const statuses = ['active', 'pending', 'terminated']
    const asked = statuses.map(status => `status[]=${status}`).join('&')
    const found = await all(`/subscriptions?${asked}&`, 'subscriptions')
    const expected = WHOLE ? statuses : ['active', 'terminated']
    expect([...new Set(found.map(({ status }) => status))].toSorted()).toEqual(expected)
  })

  it('add up, on every invoice and in every balance', async () => {
    const { rows: sums } = await sql<{ id: string; fees: string }>`
      select invoice_id as id, sum(amount_cents)::text as fees from fees
      where organization_id = ${app.organizationId} and deleted_at is null group by invoice_id`.execute(app.ctx.db)
    const feesOf = new Map(sums.map(({ id, fees }) => [id, Number(fees)]))
    for (const invoice of invoices) {
      const cents = (name: string): number => invoice[`${name}_amount_cents`]
      const net = cents('fees') - cents('progressive_billing_credit') - cents('coupons')
      expect(cents('fees')).toBe(feesOf.get(invoice.lago_id) ?? 0)
      expect(cents('total')).toBe(net + cents('taxes') - cents('credit_notes') - cents('prepaid_credit'))
    }
    await app.api.post('/test_clock/run', { test_clock: { tasks: ['check_invoices'] } })
    const { rows } =
      await sql`select * from invoice_discrepancies where organization_id = ${app.organizationId}`.execute(app.ctx.db)
    expect(rows).toEqual([])
  })

  it('are refused where anything is, before anything is made, and outside of sandboxes', async () => {
    const before = (await app.api.get('/customers?per_page=1')).body.meta.total_count
    await expect(loadDemo(httpApi(app.server.url, app.api.apiKey))).rejects.toThrow(
      'into an empty sandbox only, and this one has customers already',
    )
    expect((await app.api.get('/customers?per_page=1')).body.meta.total_count).toBe(before)
    const live = await app.newOrganization({ sandbox: false })
    await expect(loadDemo(httpApi(app.server.url, live.api.apiKey))).rejects.toThrow('into a sandbox only')
  })

  it('are loaded by the console for administrators, who are told how it went', async () => {
    const ada = new Browser(app.server.url)
    await ada.call('POST', '/console/api/sign_up', {
      organization_name: 'Acme',
      name: 'Ada',
      email: 'ada@acme.test',
      password: 'Weir-and-water-7',
    })
    const load = (organization: string) =>
      ada.call('POST', '/console/api/demo_data', undefined, { 'weir-organization': organization })
    expect((await load(app.organizationId)).body.error).toContain('into an empty sandbox only')
    // The whole year, as the button of the console has it.
    if (WHOLE) {
      const { organizations } = (await ada.call('GET', '/console/api/me')).body
      const sandbox = organizations.find((one: Wire) => one.sandbox && one.id !== app.organizationId)
      const lines = await ada.lines('/console/api/demo_data', { 'weir-organization': sandbox.id })
      expect(lines.length).toBeGreaterThan(40)
      expect(lines.slice(0, -1).every(line => 'progress' in line)).toBe(true)
      expect(lines.at(-1)).toMatchObject({ summary: { ...summary, seconds: expect.any(Number) } })
    }
    const foreign = await new Browser(app.server.url).call('POST', '/console/api/demo_data')
    expect(foreign.status).toBe(401)
  })
})
