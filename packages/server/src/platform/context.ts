import type { Kysely, Transaction } from 'kysely'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { type Clock, frozenClock } from './clock/clock.ts'
import type { Config } from './config.ts'
import type { DB } from './db/types.ts'
import type { DomainEvent, EventSubscriber } from './domain-events.ts'

/** A database handle: the pool, or the transaction under way. */
export type Db = Kysely<DB> | Transaction<DB>

/** The organization on whose behalf something happens. Every query carries its id. */
export interface OrganizationRef {
  readonly id: string
  readonly sandbox: boolean
  /** True while the organization's time is steered by its users. */
  readonly testClock: boolean
}

/** Who caused it: an API key, a user of the console, or background work. */
export type Actor = { readonly type: 'api_key' | 'user'; readonly id: string } | { readonly type: 'system' }

/** Where a request came from. */
export interface Caller {
  readonly userAgent: string | null
  readonly address: string
}

/** The configuration of a process that is up: its secret is known. */
export type ResolvedConfig = Config & { readonly secret: string }

/** What every use case gets as its first argument. Plain data and handles: no hidden globals. */
export interface Ctx {
  readonly db: Db
  /** For statements outside of any transaction that have to be fast: the store of events. */
  readonly pool: Pool
  readonly org: OrganizationRef
  readonly clock: Clock
  readonly log: Logger
  readonly actor: Actor
  /** Where the actor's request came from; absent in background work. Read when it is needed. */
  readonly caller?: () => Caller
  readonly config: ResolvedConfig
  /** Who acts on what happens: webhooks, and whatever else `app.ts` subscribes. */
  readonly subscribers: readonly EventSubscriber[]
  /** What was told in the transaction under way, for those who act at its end. */
  readonly told?: DomainEvent[]
}

/**
 * Runs `work` in one transaction; its ctx carries the transaction, so that everything it calls takes part. A ctx that is
 * already in a transaction is used as it is: the outermost call commits.
 */
export async function transaction<T>(ctx: Ctx, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  if (ctx.db.isTransaction) return work(ctx)
  return ctx.db.transaction().execute(async db => {
    const told: DomainEvent[] = []
    const tx = { ...ctx, db, told }
    const answer = await work(tx)
    if (told.length > 0) for (const subscriber of ctx.subscribers) await subscriber.beforeCommit?.(tx, told)
    return answer
  })
}

/**
 * Does `work` for its answer alone: in a transaction that is rolled back, and nobody is told. What it answers must not need
 * the transaction any more.
 */
export async function rehearse<T>(ctx: Ctx, work: (ctx: Ctx) => Promise<T>): Promise<T> {
  const undone = new Error('nothing of a rehearsal is kept')
  let answer: { readonly value: T } | undefined
  try {
    await transaction({ ...ctx, subscribers: [] }, async tx => {
      answer = { value: await work(tx) }
      throw undone
    })
  } catch (error) {
    if (error !== undone || answer === undefined) throw error
  }
  if (answer === undefined) throw undone
  return answer.value
}

/** The same ctx with its clock stopped: all that follows happens at one instant. */
export function atOnce(ctx: Ctx): Ctx {
  return { ...ctx, clock: frozenClock(ctx.clock.now()) }
}
