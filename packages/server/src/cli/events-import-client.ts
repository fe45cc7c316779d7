import { setTimeout as delay } from 'node:timers/promises'
import { isRecord } from '../platform/http/input.ts'
import { StartupError } from '../platform/startup-error.ts'
import { type Address, nobodyThere } from './address.ts'

export interface Target {
  readonly address: Address
  readonly apiKey: string
  /** Whether the server has answered at all: until then, an address where nobody listens is taken for a wrong one. */
  hasAnswered: boolean
  /** Told when the server does not answer as it should, and how long it is waited for. */
  onTrouble(reason: string, seconds: number): void
}

/** What a batch was answered: `refused` has the details by place in the batch. */
export type BatchAnswer = 'stored' | 'too large' | { readonly refused: ReadonlyMap<number, unknown> }

const FIRST_WAIT_SECONDS = 0.25
const LONGEST_WAIT_SECONDS = 10
/** Of being unreachable, overloaded or down: enough for a restart, an upgrade, a failover. */
const PATIENCE_SECONDS = 600
/** Of nobody listening at an address that has never answered. */
const FIRST_CONTACT_SECONDS = 4
const ANSWER_TIMEOUT_MS = 60_000

/**
 * Sends a batch, again and again while the server is unreachable, busy or failing: events are stored once, however often
 * they are sent.
 *
 * @throws StartupError when the key is refused, the address is no Weir, where nobody listens from the beginning, or the
 * server stays away for ten minutes
 */
export async function sendBatch(target: Target, events: readonly unknown[]): Promise<BatchAnswer> {
  const body = JSON.stringify({ events })
  let waited = 0
  for (let attempt = 0; ; attempt += 1) {
    const answer = await attemptBatch(target, body)
    if (!('trouble' in answer)) {
      target.hasAnswered = true
      return readAnswer(target, answer)
    }
    const backOff = Math.min(FIRST_WAIT_SECONDS * 2 ** attempt, LONGEST_WAIT_SECONDS)
    const seconds = (answer.wait ?? backOff) + Math.random() * 0.1
    waited += seconds
    const isAbsent = answer.nobody !== undefined && !target.hasAnswered
    if (isAbsent && waited > FIRST_CONTACT_SECONDS) throw nobodyThere(target.address, answer.nobody)
    if (waited > PATIENCE_SECONDS) {
      const { url } = target.address
      throw new StartupError(`${url}: ${answer.trouble}. What is stored is kept: run the same command to go on.`)
    }
    if (!isAbsent) target.onTrouble(answer.trouble, seconds)
    await delay(seconds * 1000)
  }
}

type Attempt =
  | { readonly status: number; readonly body: unknown }
  | {
      readonly trouble: string
      readonly wait?: number | undefined
      /** The system's word for it when nobody listens at the address. */
      readonly nobody?: string | undefined
    }

const NOBODY = ['ECONNREFUSED', 'ENOTFOUND']

async function attemptBatch(target: Target, body: string): Promise<Attempt> {
  const { address, apiKey } = target
  const { url } = address
  try {
    const response = await fetch(`${url}/api/v1/events/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    })
    const text = await response.text()
    const { status, headers } = response
    if (status !== 429 && status < 500) return { status, body: parsed(text) }
    target.hasAnswered = true
    return { trouble: `${url} answered ${status}`, wait: secondsToWait(headers) }
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } }
    const code = cause?.code
    const trouble = `${url} (${address.from}) cannot be reached (${code ?? String(error)})`
    return { trouble, nobody: NOBODY.find(each => each === code) }
  }
}

function secondsToWait(headers: Headers): number | undefined {
  const seconds = Number(headers.get('x-ratelimit-reset') ?? headers.get('retry-after') ?? 0)
  return seconds > 0 ? Math.min(seconds, 20) : undefined
}

function readAnswer({ address }: Target, { status, body }: { status: number; body: unknown }): BatchAnswer {
  const url = `${address.url} (${address.from})`
  if (status === 200) return 'stored'
  if (status === 413) return 'too large'
  if (status === 401) throw new StartupError(`${url} refuses the API key`)
  const details = isRecord(body) ? body.error_details : undefined
  if (status === 422 && isRecord(details)) {
    if ('events' in details) return 'too large'
    return { refused: new Map(Object.entries(details).map(([place, reason]) => [Number(place), reason])) }
  }
  throw new StartupError(`${url} answered ${status}: ${JSON.stringify(body).slice(0, 500)}`)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
