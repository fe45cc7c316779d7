import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { sharedFile } from '../support/shared.ts'
import { areTracesHere, createPriceBook, expectNovemberBills, metricCodes, traces } from './llm-traces.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const ROWS = { coding: 8819, conversation: 19_366 }

describe.skipIf(!areTracesHere)('two hours of real LLM requests, imported from their files', () => {
  let app: TestApp

  beforeAll(async () => {
    app = await startTestApp()
    await app.setClock('2023-11-01T00:00:00Z')
    await createPriceBook(app)
  })
  afterAll(() => app?.stop())

  /** Each row counts for each metric, and an event counts for the metric whose code it has: an import for each metric. */
  function startImport({ id, file, kind }: (typeof traces)[number], code: string): ChildProcess {
    const mapping = {
      transaction_id: `{file}:{row}:${code}`,
      timestamp: 'TIMESTAMP',
      'properties.prompt_tokens': 'ContextTokens',
      'properties.completion_tokens': 'GeneratedTokens',
      'properties.kind': `=${kind}`,
    }
    const words = [MAIN, 'events', 'import', sharedFile(`data/${file}`) ?? '', '--code', code, '--subscription', id]
    const maps = Object.entries(mapping).flatMap(([field, source]) => ['--map', `${field}=${source}`])
    return spawn(process.execPath, [...words, ...maps], {
      env: { PATH: process.env.PATH, WEIR_URL: app.api.url, WEIR_API_KEY: app.api.apiKey },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  }

  async function importAll(): Promise<string[]> {
    const summaries: string[] = []
    for (const trace of traces) {
      for (const code of metricCodes) {
        const child = startImport(trace, code)
        const summary = child.stdout ? await text(child.stdout) : ''
        summaries.push(
          `${trace.id} ${code}: ${/(\S+) stored\n {2}(\S+) stored before\n {2}0 refused/.exec(summary)?.slice(1)}`,
        )
      }
    }
    return summaries
  }

  async function storedEvents(id: string): Promise<number> {
    const { body } = await app.api.get(`/events?external_subscription_id=${id}&per_page=1`)
    return body.meta.total_count
  }

  it('are each stored once, though an import is killed in the middle and repeated', async () => {
    const [, conversation] = traces
    const child = startImport(conversation, 'requests')
    const ended = once(child, 'exit')
    await vi.waitFor(async () => expect(await storedEvents('conversation')).toBeGreaterThan(0), {
      timeout: 30_000,
      interval: 1,
    })
    child.kill('SIGKILL')
    await ended
    expect(await storedEvents('conversation')).toBeLessThan(ROWS.conversation)

    await importAll()
    for (const { id } of traces) expect(await storedEvents(id)).toBe(3 * ROWS[id])
  })

  it('change nothing when they are imported again', async () => {
    expect(await importAll()).toEqual(
      traces.flatMap(({ id }) => metricCodes.map(code => `${id} ${code}: 0,${ROWS[id].toLocaleString('en-US')}`)),
    )
  })

  it('are billed to the cent on 1 December', async () => {
    await app.advanceTo('2023-12-01T12:00:00Z')
    await expectNovemberBills(app)
  })
})
