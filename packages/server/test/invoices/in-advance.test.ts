import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { sceneOf, type Wire } from './in-advance-support.ts'

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

const values = (fees: Wire[]) => fees.map(fee => [fee.units, fee.amount_cents])

describe('events that are charged as they come', () => {
  it('are each on an invoice of their own', async () => {
    const scene = await sceneOf(app, {})
    await scene.send('a', '2026-06-03T10:00:00Z', { value: 10 })
    await scene.send('b', '2026-06-04T10:00:00Z', { value: '2.5' })
    const invoices = await scene.invoices()
    expect(invoices.map(invoice => [invoice.status, invoice.issuing_date, invoice.total_amount_cents])).toEqual([
      ['finalized', '2026-06-03', 1000],
      ['finalized', '2026-06-04', 250],
    ])
    expect(values(invoices.flatMap(invoice => invoice.fees))).toEqual([
      ['10.0', 1000],
      ['2.5', 250],
    ])
  })
})
