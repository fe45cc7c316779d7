import { lookup } from 'node:dns'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { withoutNul } from '../platform/validation/text.ts'
import { isPrivateAddress } from './private-networks.ts'

export interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly allowPrivateNetworks: boolean
  /** How long connecting, writing or reading may stand still, in milliseconds. */
  readonly timeoutMs?: number
}

/** What came of one attempt. `response` is the answer's body, or why there was none. */
export type Attempt =
  | { readonly outcome: 'answered'; readonly httpStatus: number; readonly response: string }
  | { readonly outcome: 'unreachable'; readonly response: string }
  /** The address is private and private addresses are not allowed: nothing was sent. */
  | { readonly outcome: 'refused'; readonly response: string }

const TIMEOUT_MS = 30_000
/** Connect, write, read. */
const PHASES = 3
/** Bytes of the answer that are kept. */
const RESPONSE_LIMIT = 16_384

class PrivateAddressError extends Error {
  constructor(host: string, address: string) {
    const where = host === address ? address : `${host} (${address})`
    super(
      `${where} is an address of a private network, which webhooks may not reach; ` +
        'start the server with WEIR_WEBHOOK_PRIVATE_NETWORKS=allow to deliver there',
    )
  }
}

class TimeoutError extends Error {
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} seconds`)
  }
}

/**
 * Sends one webhook with HTTP POST. Redirects are not followed, and the connection goes to the very address that was
 * checked, so that a name cannot point to another one in between. Never throws for what the receiver does.
 */
export async function sendWebhook(request: WebhookRequest): Promise<Attempt> {
  const timeoutMs = request.timeoutMs ?? TIMEOUT_MS
  try {
    const answer = await post(request, timeoutMs)
    return { outcome: 'answered', httpStatus: answer.statusCode ?? 0, response: await readStart(answer) }
  } catch (error) {
    if (error instanceof PrivateAddressError) return { outcome: 'refused', response: error.message }
    return { outcome: 'unreachable', response: describe(error, timeoutMs) }
  }
}

async function post(request: WebhookRequest, timeoutMs: number): Promise<IncomingMessage> {
  const url = new URL(request.url)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  // A literal address is connected to without a lookup.
  if (!request.allowPrivateNetworks && isIP(host) !== 0 && isPrivateAddress(host)) {
    throw new PrivateAddressError(host, host)
  }
  const body = Buffer.from(request.body, 'utf8')
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const outgoing = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: 'POST',
    headers: { ...request.headers, 'content-length': body.length },
    // A connection of its own for each attempt: one that was kept may have been closed by the receiver meanwhile.
    agent: false,
    timeout: timeoutMs,
    // An answer that drips cannot stretch the limit of its phase forever.
    signal: AbortSignal.timeout(PHASES * timeoutMs),
    ...(request.allowPrivateNetworks ? {} : { lookup: lookupPublicAddress }),
  })
  let answer: IncomingMessage | undefined
  outgoing.on('response', incoming => {
    answer = incoming
    resolve(incoming)
  })
  outgoing.on('error', reject)
  outgoing.on('timeout', () => (answer ?? outgoing).destroy(new TimeoutError(timeoutMs)))
  outgoing.end(body)
  return promise
}

/** Resolves a name like the system does, and fails when any of its addresses is private. */
const lookupPublicAddress: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, '')
    const refused = addresses.find(({ address }) => isPrivateAddress(address))
    if (refused !== undefined) return callback(new PrivateAddressError(hostname, refused.address), '')
    if (options.all === true) return callback(null, addresses)
    callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
  })
}

/** The beginning of the answer's body as text that the database can hold. */
async function readStart(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of answer) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= RESPONSE_LIMIT) break
  }
  return withoutNul(Buffer.concat(chunks).subarray(0, RESPONSE_LIMIT).toString('utf8'))
}

function describe(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'AbortError') return new TimeoutError(PHASES * timeoutMs).message
  // A host with several addresses fails with one error for each of them.
  if (error instanceof AggregateError) return error.errors.map(each => String(each?.message ?? each)).join('; ')
  return error.message
}
