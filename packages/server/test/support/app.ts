import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'lago-javascript-client'
import { createOrganization } from '../../src/accounts/index.ts'
import { readConfig } from '../../src/platform/config.ts'
import type { Ctx } from '../../src/platform/context.ts'
import { createLogger } from '../../src/platform/logging.ts'
import { type RunningServer, startServer } from '../../src/server.ts'
import { checkAgainstContract } from './contract.ts'
import { createTestDatabase } from './database.ts'

export interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
  readonly body: any
  readonly headers: Headers
}

/** The HTTP API with one organization's key; every documented answer is checked against the wire contract. */
export interface Api {
  readonly url: string
  readonly apiKey: string
  get(path: string, headers?: Record<string, string>): Promise<Answer>
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  put(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  patch(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  delete(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

export interface Tenant {
  readonly organizationId: string
  readonly ctx: Ctx
  readonly api: Api
  /** The official client, pointed at this server with this organization's key. */
  readonly client: ReturnType<typeof Client>
  /** Sets and freezes the organization's time. */
  setClock(now: string): Promise<void>
  /** Moves time forward through everything that falls due; answers with what it caused. */
  advanceTo(to: string): Promise<Record<string, unknown>>
  /** Waits for all background work of the organization; fails the test when a job failed. */
  settle(): Promise<void>
}

export interface TestApp extends Tenant {
  readonly server: RunningServer
  readonly databaseUrl: string
  newOrganization(options?: { name?: string; sandbox?: boolean }): Promise<Tenant>
  stop(): Promise<void>
}

function onFailure(error: Error): never {
  throw error
}

/** A whole server on a database of its own, with one sandbox organization. */
export async function startTestApp(env: Record<string, string> = {}): Promise<TestApp> {
  const database = await createTestDatabase()
  const dataDir = await mkdtemp(join(tmpdir(), 'weir-files-'))
  const config = readConfig({
    DATABASE_URL: database.url,
    WEIR_DATA_DIR: dataDir,
    PORT: '0',
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
    WEIR_SECRET: 'a secret that only tests know',
    WEIR_WEBHOOK_PRIVATE_NETWORKS: 'allow',
    // Printing takes longer than billing, and few tests read what is printed.
    WEIR_DOCUMENTS: 'on_demand',
    // Built once, by the tests that look at its pages.
    WEIR_CONSOLE: 'off',
    ...env,
  })
  const server = await startServer({ config, version: '0.0.0-test', log: createLogger(config.logLevel), onFailure })
  const newOrganization: TestApp['newOrganization'] = options => createTenant(server, options)
  return {
    ...(await newOrganization()),
    server,
    databaseUrl: database.url,
    newOrganization,
    async stop() {
      await server.stop()
      await database.drop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

async function createTenant(
  server: RunningServer,
  options: { name?: string; sandbox?: boolean } = {},
): Promise<Tenant> {
  const { ctx, apiKey } = await createOrganization(server.app.system, {
    name: options.name ?? 'Northwind',
    sandbox: options.sandbox ?? true,
  })
  const api = createApi(server.url, apiKey)
  return {
    organizationId: ctx.org.id,
    ctx,
    api,
    client: Client(apiKey, { baseUrl: `${server.url}/api/v1`, customFetch: checkedFetch }),
    setClock: async now => void (await succeed(api.put('/test_clock', { test_clock: { now } }))),
    async advanceTo(to) {
      const { test_clock: result } = await succeed(api.post('/test_clock/advance', { test_clock: { to } }))
      refuseFailures(result.failed)
      return result
    },
    async settle() {
      const { test_clock: result } = await succeed(api.post('/test_clock/settle'))
      refuseFailures(result.failed)
    },
  }
}

/** The official client's answers are checked against the wire contract too. */
const checkedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  const { pathname } = new URL(input instanceof Request ? input.url : input)
  const method = init?.method ?? 'GET'
  const text = await response.clone().text()
  refuseViolations(method, pathname.replace('/api/v1', ''), response.status, text)
  return response
}

function refuseViolations(method: string, path: string, status: number, text: string): void {
  const violations = checkAgainstContract(method, path, status, parsedBody(text))
  if (violations.length === 0) return
  throw new Error(`${method} ${path} breaks the contract:\n${violations.join('\n')}\n${text.slice(0, 2000)}`)
}

async function succeed(answer: Promise<Answer>) {
  const { status, body } = await answer
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(body)}`)
  return body
}

function refuseFailures(failed: unknown[]): void {
  if (failed.length > 0) throw new Error(`background work failed: ${JSON.stringify(failed)}`)
}

export function createApi(url: string, apiKey: string): Api {
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    refuseViolations(method, path, response.status, text)
    return { status: response.status, body: parsedBody(text), headers: response.headers }
  }
  return {
    url,
    apiKey,
    get: (path, headers) => call('GET', path, undefined, headers),
    post: (path, body, headers) => call('POST', path, body, headers),
    put: (path, body, headers) => call('PUT', path, body, headers),
    patch: (path, body, headers) => call('PATCH', path, body, headers),
    delete: (path, body, headers) => call('DELETE', path, body, headers),
  }
}

function parsedBody(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return text
  }
}
