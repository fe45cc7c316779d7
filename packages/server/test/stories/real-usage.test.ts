import { createReadStream } from 'node:fs'
import { parse } from 'csv-parse'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { sharedFile } from '../support/shared.ts'
import {
  areTracesHere,
  createPriceBook,
  expectedBills,
  expectNovemberBills,
  metricCodes,
  traces,
} from './llm-traces.ts'

describe.skipIf(!areTracesHere)('two hours of real LLM requests become November’s bills', () => {
  let app: TestApp

  beforeAll(async () => {
    app = await startTestApp()
    await app.setClock('2023-11-01T00:00:00Z')
    await createPriceBook(app)
    for (const { id, file, kind } of traces) await sendFile(app, id, file, kind)
  })
  afterAll(() => app?.stop())

  it('shows the usage of the month before it is billed', async () => {
    await app.setClock('2023-11-20T00:00:00Z')
    for (const { id } of traces) {
      const { data } = await app.client.customers.findCustomerCurrentUsage(id, { external_subscription_id: id })
      const units = Object.fromEntries(
        data.customer_usage.charges_usage.map(usage => [usage.billable_metric.code, usage.units]),
      )
      expect(units).toEqual(expectedBills[id].units)
      expect(data.customer_usage.amount_cents).toBe(expectedBills[id].total - 4900)
    }
  })

  it('refuses a row that was sent before, and changes nothing', async () => {
    const [repeat] = eventsOf('coding', 'llm-trace-code.csv', 1, ['2023-11-16 18:17:03.9799600', '1', '1'], 'code')
    const repeated = await app.api.post('/events', { event: repeat })
    expect(repeated.status).toBe(422)
    expect(repeated.body.error_details).toEqual({ transaction_id: ['value_already_exist'] })
  })

  it('bills every figure to the cent on 1 December', async () => {
    await app.advanceTo('2023-12-01T12:00:00Z')
    await expectNovemberBills(app)
  })
})

/** Sends each row of a trace, in batches of 100. */
async function sendFile({ client }: TestApp, subscription: string, file: string, kind: string): Promise<void> {
  const rows = createReadStream(sharedFile(`data/${file}`) ?? '').pipe(parse({ from_line: 2, skip_empty_lines: true }))
  let number = 0
  const waiting: ReturnType<typeof eventsOf> = []
  const send = (count: number) => client.events.createBatchEvents({ events: waiting.splice(0, count) })
  for await (const row of rows) {
    number += 1
    waiting.push(...eventsOf(subscription, file, number, row as string[], kind))
    if (waiting.length >= 100) await send(100)
  }
  if (waiting.length > 0) await send(100)
}

/** A row is one request: it counts for each metric, and an event counts for the metric whose code it has. */
function eventsOf(subscription: string, file: string, number: number, row: readonly string[], kind: string) {
  const [timestamp = '', prompt = '', completion = ''] = row
  return metricCodes.map(code => ({
    transaction_id: `${file}:${number}:${code}`,
    external_subscription_id: subscription,
    code,
    timestamp: String(epochSeconds(timestamp)),
    properties: { prompt_tokens: Number(prompt), completion_tokens: Number(completion), kind },
  }))
}

function epochSeconds(text: string): number {
  return Temporal.Instant.from(`${text.slice(0, 26).replace(' ', 'T')}Z`).epochMilliseconds / 1000
}
