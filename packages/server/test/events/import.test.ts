import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestApp, type Tenant, type TestApp } from '../support/app.ts'
import { sharedFile } from '../support/shared.ts'

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

let app: TestApp
let tenant: Tenant
let directory: string

beforeAll(async () => {
  app = await startTestApp()
  directory = await mkdtemp(join(tmpdir(), 'weir-import-'))
})
afterAll(async () => {
  await app.stop()
  await rm(directory, { recursive: true, force: true })
})
beforeEach(async () => {
  tenant = await app.newOrganization({ sandbox: false })
})

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** `weir events import FILE …` as a user runs it. */
function run(file: string, args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const all = { PATH: process.env.PATH, WEIR_URL: app.api.url, WEIR_API_KEY: tenant.api.apiKey, ...env }
  return new Promise(resolve => {
    const words = [MAIN, 'events', 'import', file, ...args]
    const child = execFile(process.execPath, words, { env: all }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
}

async function write(name: string, text: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, text)
  return path
}

async function stored(): Promise<Record<string, unknown>[]> {
  const { body } = await tenant.api.get('/events?per_page=1000')
  return body.events.toReversed()
}

const rows = (count: number) => Array.from({ length: count }, (_, row) => `${row + 1},call-${row + 1},c`).join('\n')

describe('importing a CSV file', () => {
  it('maps columns, constants and templates to events', async () => {
    const file = await write(
      'trace.csv',
      'TIMESTAMP,ContextTokens,Ratio,Zip,Note\n2023-11-16 18:15:46.6805909,374,0.25,01234,"a, ""b"""\n2023-11-16T19:15:47+01:00,,12345678901234567890,1,\n',
    )
    const { code, out } = await run(file, [
      ...['--code', 'tokens', '--subscription', 'acme', '--text', 'Zip', '--map', 'timestamp=TIMESTAMP'],
      ...['--map', 'transaction_id={file}:{row}', '--map', 'properties.tokens=ContextTokens'],
      ...['--map', 'properties.ratio=Ratio', '--map', 'properties.zip=Zip', '--map', 'properties.note=Note'],
      ...['--map', 'properties.kind==chat'],
    ])
    expect(code).toBe(0)
    expect(out).toMatch(/2 stored\n {2}0 stored before\n {2}0 refused\n$/)
    expect(await stored()).toMatchObject([
      {
        transaction_id: 'trace.csv:1',
        code: 'tokens',
        external_subscription_id: 'acme',
        timestamp: '2023-11-16T18:15:46.680Z',
        properties: { tokens: 374, ratio: 0.25, zip: '01234', note: 'a, "b"', kind: 'chat' },
      },
      { transaction_id: 'trace.csv:2', timestamp: '2023-11-16T18:15:47.000Z', properties: { zip: '1', kind: 'chat' } },
    ])
    const { rows: times } = await app.server.database.pool.query(
      `select extract(epoch from timestamp)::text as seconds, properties ->> 'ratio' as ratio from events
       where organization_id = $1 order by timestamp`,
      [tenant.organizationId],
    )
    expect(times).toEqual([
      { seconds: '1700158546.680590', ratio: '0.25' },
      { seconds: '1700158547.000000', ratio: '12345678901234567890' },
    ])
  })

  it('takes what is not mapped from the columns of the same name', async () => {
    const file = await write(
      'named.csv',
      '\ufefftransaction_id;code;external_subscription_id;timestamp;precise_total_amount_cents;properties.n\r\nx;c;s;1700000000.5;12.5;3\r\n',
    )
    expect((await run(file, ['--delimiter', ';'])).code).toBe(0)
    expect(await stored()).toMatchObject([
      {
        transaction_id: 'x',
        code: 'c',
        external_subscription_id: 's',
        timestamp: '2023-11-14T22:13:20.500Z',
        precise_total_amount_cents: '12.5',
        properties: { n: 3 },
      },
    ])
  })

  it('can be repeated: what is stored already is counted as such', async () => {
    const file = await write('again.csv', `n,transaction_id,code\n${rows(250)}\n`)
    const args = ['--subscription', 's', '--map', 'properties.n=n']
    await run(await write('part.csv', `n,transaction_id,code\n${rows(130)}\n`), args)
    expect((await run(file, args)).out).toMatch(/120 stored\n {2}130 stored before\n {2}0 refused/)
    expect((await run(file, args)).out).toMatch(/0 stored\n {2}250 stored before\n {2}0 refused/)
    expect(await stored()).toHaveLength(250)
  })

  it('sets refused lines aside with their reasons, and stores the others', async () => {
    const file = await write(
      'faulty.csv',
      'transaction_id,code,timestamp,properties.n\na,c,1700000000,1\n,c,1700000000,2\nb,c,soon,3\nc,c,1700000000\nd,c,,5\ne,c,1e99,6\nf,c,99999999999999,7\n',
    )
    const { code, out } = await run(file, [])
    expect(code).toBe(1)
    expect(out).toMatch(/1 stored\n {2}0 stored before\n {2}6 refused, with the reasons in .*faulty\.csv\.refused\.csv/)
    const refused = (await readFile(`${file}.refused.csv`, 'utf8')).trim().split('\n')
    expect(refused[0]).toBe('_line,_reason,transaction_id,code,timestamp,properties.n')
    expect(refused.slice(1).toSorted()).toEqual([
      '3,transaction_id is empty,,c,1700000000,2',
      '4,timestamp is no time: soon,b,c,soon,3',
      expect.stringMatching(/^5,.*Invalid Record Length.*"c,c,1700000000"$/),
      '6,timestamp is empty,d,c,,5',
      '7,timestamp is no time: 1e99,e,c,1e99,6',
      '8,timestamp: invalid_format,f,c,99999999999999,7',
    ])
    expect(await stored()).toHaveLength(1)
  })

  it('stores events of different subscriptions that share a transaction id', async () => {
    const file = await write('shared.csv', 'transaction_id,code,external_subscription_id\nx,c,s1\nx,c,s2\nx,c,s2\n')
    expect((await run(file, [])).out).toMatch(/2 stored\n {2}1 stored before/)
  })

  it('makes its batches as small as the server wants them', async () => {
    const file = await write('large.csv', `n,transaction_id,code\n${rows(250)}\n`)
    expect((await run(file, ['--batch', '250'])).out).toMatch(/250 stored/)
    expect(await stored()).toHaveLength(250)
  })

  it.each([
    [['--map', 'transaction_id==x', '--map', 'code=Missing'], /the file has no column Missing; it has a, b/],
    [['--code', 'c'], /the file has no column transaction_id/],
    [['--map', 'colour=a'], /--map colour=a: write FIELD=SOURCE/],
    [['--batch', 'many'], /--batch many/],
    [['--speed', '9'], /Unknown option '--speed'/],
  ])('stops at once with %j', async (args, message) => {
    const { code, err } = await run(await write('plain.csv', 'a,b\n1,2\n'), args)
    expect(code).toBe(1)
    expect(err).toMatch(message)
    expect(await stored()).toEqual([])
  })

  it('stops at once when the key is refused', async () => {
    const file = await write('key.csv', `n,transaction_id,code\n${rows(1000)}\n`)
    const { code, err } = await run(file, ['--api-key', 'nobody'])
    expect(code).toBe(1)
    expect(err).toMatch(/refuses the API key/)
  })

  it('shows the first events without sending them', async () => {
    const file = await write('dry.csv', `n,transaction_id,code\n${rows(9)}\n`)
    const { code, out } = await run(file, ['--dry-run', '--map', 'properties.n=n'])
    expect(code).toBe(0)
    expect(out).toContain('"transaction_id": "call-3"')
    expect(out).not.toContain('call-4')
    expect(await stored()).toEqual([])
  })
})

describe('the address of the server', () => {
  it.each([
    ['nonsense', /^weir: --url is "nonsense": it must be an address such as http:\/\/localhost:3000\n$/],
    ['localhost:3000', /^weir: --url is "localhost:3000": it must be/],
    [
      'http://127.0.0.1:2',
      /^weir: no Weir answers at http:\/\/127.0.0.1:2 \(--url, ECONNREFUSED\); start one with npm start, or give its address with --url or WEIR_URL\n$/,
    ],
  ])('is refused in one line when it is wrong: %s', async (url, message) => {
    const file = await write('lost.csv', `n,transaction_id,code\n${rows(1000)}\n`)
    const { code, err } = await run(file, ['--url', url])
    expect(code).toBe(1)
    expect(err).toMatch(message)
  })

  it('is told with where it comes from', async () => {
    const file = await write('env.csv', `n,transaction_id,code\n${rows(1)}\n`)
    expect((await run(file, [], { WEIR_URL: 'weir.example' })).err).toMatch(/^weir: WEIR_URL is "weir.example"/)
    expect((await run(file, [], { WEIR_URL: `${app.api.url}/elsewhere` })).err).toMatch(
      /elsewhere \(WEIR_URL\) answered 404/,
    )
  })

  it('may end as that of the API does', async () => {
    const file = await write('api.csv', `n,transaction_id,code\n${rows(1)}\n`)
    expect((await run(file, ['--subscription', 's', '--url', `${app.api.url}/api/v1/`])).out).toMatch(/1 stored/)
  })
})

describe('importing an NDJSON file', () => {
  it('sends each line as the event that it is', async () => {
    const file = await write(
      'events.ndjson',
      '{"transaction_id":"a","code":"c","external_subscription_id":"s","timestamp":1700000000.5,"properties":{"n":12345678901234567890,"t":"5"}}\n\n{"broken\n{"transaction_id":"b","code":"c","timestamp":"2026-01-01"}\n',
    )
    const { code, out } = await run(file, [])
    expect(code).toBe(1)
    expect(out).toMatch(/2 stored\n {2}0 stored before\n {2}1 refused/)
    const { rows } = await app.server.database.pool.query(
      'select transaction_id, properties::text as properties from events where organization_id = $1 order by timestamp',
      [tenant.organizationId],
    )
    expect(rows).toEqual([
      { transaction_id: 'a', properties: '{"n": 12345678901234567890, "t": "5"}' },
      { transaction_id: 'b', properties: '{}' },
    ])
  })

  it('reaches into objects', async () => {
    const file = await write('deep.jsonl', '{"id":7,"usage":{"total":9},"who":{"sub":"s"}}\n')
    const maps = ['transaction_id=id', 'external_subscription_id=who.sub', 'properties.n=usage.total']
    expect((await run(file, ['--code', 'c', ...maps.flatMap(map => ['--map', map])])).code).toBe(0)
    expect(await stored()).toMatchObject([{ transaction_id: '7', external_subscription_id: 's', properties: { n: 9 } }])
  })
})

describe('importing while the server has troubles', () => {
  let proxy: Server
  let requests = 0

  beforeAll(async () => {
    proxy = createServer(async (request, response) => {
      requests += 1
      // Each trouble meets a few batches, in turn.
      const trouble = requests <= 12 ? requests % 4 : undefined
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      if (trouble === 1) return response.writeHead(503).end()
      if (trouble === 2) return request.socket.destroy()
      const { authorization = '' } = request.headers
      const answer = await fetch(`${app.api.url}${request.url}`, {
        method: 'POST',
        headers: { authorization },
        body: Buffer.concat(chunks),
      })
      // The events are stored, and nobody hears of it.
      if (trouble === 3) return request.socket.destroy()
      if (trouble === 0) return response.writeHead(429, { 'x-ratelimit-reset': '1' }).end()
      response.writeHead(answer.status).end(await answer.text())
    })
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => proxy.close())

  it('stores every line once', async () => {
    const file = await write('troubled.csv', `n,transaction_id,code\n${rows(700)}\n`)
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    const { code, out, err } = await run(file, ['--subscription', 's', '--url', url])
    expect(code).toBe(0)
    expect(err).toContain('trying again')
    expect(out).toMatch(/700 lines/)
    expect(await stored()).toHaveLength(700)
  })
})

describe.skipIf(sharedFile('data/llm-trace-code.csv') === undefined)('a trace of real LLM requests', () => {
  it('is imported whole, twice as if once', async () => {
    const file = sharedFile('data/llm-trace-code.csv') ?? ''
    const args = [
      ...['--code', 'completion_tokens', '--subscription', 'coding', '--map', 'transaction_id={file}:{row}'],
      ...['--map', 'timestamp=TIMESTAMP', '--map', 'properties.completion_tokens=GeneratedTokens'],
      ...['--refused', join(directory, 'none.csv')],
    ]
    expect((await run(file, args)).out).toMatch(/8,819 stored/)
    expect((await run(file, args)).out).toMatch(/8,819 stored before/)
    const { rows } = await app.server.database.pool.query(
      `select count(*)::int, sum((properties ->> 'completion_tokens')::numeric)::int from events
       where organization_id = $1`,
      [tenant.organizationId],
    )
    expect(rows).toEqual([{ count: 8819, sum: 245_896 }])
  })
})
