import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { tooManyRequests } from '../errors.ts'

/** What organizations have budgets for. */
type Kind = 'events' | 'current_usage' | 'others'

/** Requests of an organization in a second, whatever its keys. */
export const BUDGETS: Readonly<Record<Kind, number>> = { events: 500, current_usage: 200, others: 50 }

const WINDOW_MS = 1000

/** Counts the requests of organizations in fixed windows of a second, those of this process. */
export class RateLimiter {
  readonly #now: () => number
  #window = 0
  #used = new Map<string, number>()

  /** @param now milliseconds of real time: limits do not follow a test clock */
  constructor(now: () => number = () => Temporal.Now.instant().epochMilliseconds) {
    this.#now = now
  }

  /** Counts one request. @returns how many are left in this window, below zero where it was one too many, and its seconds */
  take(organizationId: string, kind: Kind): { readonly left: number; readonly resetSeconds: number } {
    const now = this.#now()
    const window = Math.floor(now / WINDOW_MS)
    if (window !== this.#window) this.#used = new Map()
    this.#window = window
    const key = `${kind} ${organizationId}`
    const used = (this.#used.get(key) ?? 0) + 1
    this.#used.set(key, used)
    return { left: BUDGETS[kind] - used, resetSeconds: Math.ceil(((window + 1) * WINDOW_MS - now) / 1000) }
  }
}

/**
 * Refuses requests with an API key beyond the budget of its organization with 429, and tells in each answer what is left of
 * it. People who are signed in have no budget. The API's clients wait by the headers, and expect either all of them or none.
 */
export function limitRates(api: FastifyInstance, limiter: RateLimiter = new RateLimiter()): void {
  api.addHook('onRequest', async (request, reply) => {
    if (request.ctx.actor.type !== 'api_key') return
    const kind = kindOf(request)
    const { left, resetSeconds } = limiter.take(request.ctx.org.id, kind)
    tell(reply, BUDGETS[kind], Math.max(left, 0), resetSeconds)
    if (left < 0) throw tooManyRequests()
  })
}

function kindOf({ method, routeOptions: { url = '' } }: FastifyRequest): Kind {
  if (method === 'POST' && url.startsWith('/api/v1/events')) return 'events'
  return url.endsWith('/current_usage') ? 'current_usage' : 'others'
}

function tell(reply: FastifyReply, limit: number, remaining: number, resetSeconds: number): void {
  reply.header('x-ratelimit-limit', limit)
  reply.header('x-ratelimit-remaining', remaining)
  reply.header('x-ratelimit-reset', resetSeconds)
}
