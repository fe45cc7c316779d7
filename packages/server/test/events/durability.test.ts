import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runningDatabaseUrl } from '../../src/platform/embedded-postgres/index.ts'
import { endAll, startProcess, type WeirProcess } from '../resilience/processes.ts'
import type { Api } from '../support/app.ts'

const SENDERS = 8
const BATCH = 20
const ACKNOWLEDGED_BEFORE_THE_KILL = 1500

let dataDir: string
let running: WeirProcess[] = []

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'weir-durability-'))
})
afterEach(async () => {
  await endAll(running)
  running = []
  // The last server was killed, and its database with it.
  await killDatabase().catch(() => {})
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 })
})

/** The server as it comes, on its embedded database. */
async function start(): Promise<WeirProcess> {
  const weir = await startProcess('', { role: 'all', env: { WEIR_DATA_DIR: dataDir } })
  running.push(weir)
  return weir
}

/** Ends all processes of the embedded PostgreSQL at once, as a power cut does. */
async function killDatabase(): Promise<void> {
  const [postmaster = ''] = (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')
  const client = new pg.Client({ connectionString: (await runningDatabaseUrl(dataDir)) ?? '' })
  client.on('error', () => {})
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('select pid from pg_stat_activity where pid <> pg_backend_pid()')
  process.kill(Number(postmaster), 'SIGKILL')
  for (const { pid } of rows) process.kill(pid, 'SIGKILL')
  await client.end().catch(() => {})
}

/** What was sent, request by request, and what was answered before the end. */
interface Stream {
  readonly sent: string[][]
  readonly acknowledged: Set<string>
}

/** Sends single events and batches side by side until the server no longer answers. */
async function sendUntilTheEnd(api: Api, stream: Stream, onAcknowledged: (count: number) => void): Promise<void> {
  let number = 0
  const send = async (size: number) => {
    for (;;) {
      const ids = Array.from({ length: size }, () => `event-${number++}`)
      stream.sent.push(ids)
      const answer = await post(api, ids).catch(() => undefined)
      if (answer?.status !== 200) return
      for (const id of ids) stream.acknowledged.add(id)
      onAcknowledged(stream.acknowledged.size)
    }
  }
  await Promise.all(Array.from({ length: SENDERS }, (_, index) => send(index % 2 === 0 ? 1 : BATCH)))
}

function post(api: Api, ids: readonly string[]) {
  const events = ids.map(id => ({ transaction_id: id, external_subscription_id: 'sub', code: 'c', timestamp: 1 }))
  return events.length === 1 ? api.post('/events', { event: events[0] }) : api.post('/events/batch', { events })
}

async function storedIds(api: Api): Promise<string[]> {
  const { body } = await api.get('/events?per_page=100000')
  return body.events.map((event: { transaction_id: string }) => event.transaction_id)
}

/** Runs the stream into the kill. */
async function interrupted(api: Api, kill: () => void | Promise<void>): Promise<Stream> {
  const stream: Stream = { sent: [], acknowledged: new Set() }
  let killed: void | Promise<void> | undefined
  let done = false
  await sendUntilTheEnd(api, stream, count => {
    if (done || count < ACKNOWLEDGED_BEFORE_THE_KILL) return
    done = true
    killed = kill()
  })
  await killed
  return stream
}

async function expectNothingLost(api: Api, { sent, acknowledged }: Stream): Promise<void> {
  expect(acknowledged.size).toBeGreaterThanOrEqual(ACKNOWLEDGED_BEFORE_THE_KILL)
  const stored = await storedIds(api)
  expect(new Set(stored).size).toBe(stored.length)
  expect(acknowledged.difference(new Set(stored))).toEqual(new Set())

  for (const ids of sent) {
    const known = ids.filter(id => stored.includes(id))
    // All of a batch is there, or nothing of it.
    expect([0, ids.length]).toContain(known.length)
    const { status, body } = await post(api, ids)
    expect(status).toBe(known.length === 0 ? 200 : 422)
    if (status === 422) expect(JSON.stringify(body.error_details)).toContain('value_already_exist')
  }
  const all = await storedIds(api)
  expect(all.toSorted()).toEqual(sent.flat().toSorted())
}

test('every acknowledged event survives the kill of the server, once', async () => {
  const weir = await start()
  const stream = await interrupted(weir.api, () => weir.signal('SIGKILL'))
  await weir.ended
  await expectNothingLost((await start()).api, stream)
})

test('every acknowledged event survives the kill of the database, once', async () => {
  const weir = await start()
  const stream = await interrupted(weir.api, killDatabase)
  await expect.poll(async () => (await fetch(`${weir.url}/ready`)).status, { timeout: 60_000 }).toBe(200)
  await expectNothingLost(weir.api, stream)
})
