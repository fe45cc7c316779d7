import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Api, createApi } from '../support/app.ts'

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
const HASTY = fileURLToPath(new URL('hasty-weir.ts', import.meta.url))

/** The key of the sandbox organization that the first process creates. */
export const SANDBOX_KEY = 'sandbox-key-of-the-resilience-tests'

export interface Ending {
  readonly code: number | null
  readonly signal: string | null
}

/** A server in a process of its own. */
export interface WeirProcess {
  readonly pid: number
  readonly url: string
  /** The API with the key of the sandbox organization. */
  readonly api: Api
  /** Everything it has printed. */
  output(): string
  signal(name: NodeJS.Signals): void
  /** How the process ended, once it has. */
  readonly ended: Promise<Ending>
}

export interface ProcessOptions {
  readonly role: 'all' | 'api' | 'worker'
  readonly env?: Record<string, string>
  /** Takes over the jobs of killed processes after two seconds. */
  readonly hasty?: boolean
}

/** Starts the server as its users do, on a database, and waits until it says that it is up. It prints no documents unasked. */
export async function startProcess(databaseUrl: string, options: ProcessOptions): Promise<WeirProcess> {
  const child = spawn(process.execPath, [options.hasty === true ? HASTY : MAIN], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: databaseUrl,
      PORT: '0',
      LOG_LEVEL: 'error',
      // One process after the other reads the same code.
      NODE_COMPILE_CACHE: join(tmpdir(), 'weir-compiled'),
      WEIR_CONSOLE: 'off',
      WEIR_DOCUMENTS: 'on_demand',
      WEIR_ROLE: options.role,
      WEIR_SECRET: 'a secret that only tests know',
      WEIR_SANDBOX_API_KEY: SANDBOX_KEY,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const up = Promise.withResolvers<string>()
  const take = (chunk: Buffer) => {
    output += chunk.toString()
    // A worker answers for its own health alone.
    const url = /^ {2}(?:API +(\S+)\/api\/v1|Health +(\S+)\/health)$/m.exec(output)?.slice(1).find(Boolean)
    if (url !== undefined) up.resolve(url)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const ended = once(child, 'close').then(([code, signal]): Ending => {
    up.reject(new Error(`the server did not start:\n${output}`))
    return { code, signal }
  })
  const url = await up.promise
  return {
    pid: child.pid ?? 0,
    url,
    api: createApi(url, SANDBOX_KEY),
    output: () => output,
    signal: name => void child.kill(name),
    ended,
  }
}

/** Ends processes of a test, however far they got. */
export async function endAll(processes: readonly WeirProcess[]): Promise<void> {
  for (const one of processes) one.signal('SIGKILL')
  await Promise.all(processes.map(one => one.ended))
}
