import type { FastifyInstance } from 'fastify'
import type { Pool } from 'pg'
import type { ClockTask } from './clock/clock-tasks.ts'
import type { Ctx } from './context.ts'
import type { DomainEvent } from './domain-events.ts'
import type { Loop } from './jobs/loops.ts'
import type { TaskDefinition } from './jobs/tasks.ts'

/** How the object of a webhook is printed when its message is made. */
export interface WebhookObject {
  /** The key under which the object is sent: `object_type`. */
  readonly objectType: string
  /** Undefined when the object is gone or must not be told of: no message is made. */
  serialize(ctx: Ctx, objectId: string): Promise<Record<string, unknown> | undefined>
}

/** What follows from an event: it runs in the transaction of the fact, so it may only read and enqueue jobs. */
export type Reaction = (ctx: Ctx, events: readonly DomainEvent[]) => Promise<void>

/** A number that monitoring reads of the whole installation. */
export interface MetricGauge {
  readonly name: string
  readonly help: string
  read(pool: Pool): Promise<number>
}

/** What a domain gives to the application. Only `app.ts` knows all of them. */
export interface Domain {
  /** Puts right what must be before anything is served, once the database is migrated. It may be repeated. */
  readonly prepare?: (system: Omit<Ctx, 'org'>) => Promise<void>
  /** Routes under /api/v1, behind an API key. */
  readonly routes?: (api: FastifyInstance) => void
  /** Background work. */
  readonly tasks?: readonly TaskDefinition[]
  /** Background work of every worker process that never ends. */
  readonly loops?: readonly Loop[]
  /** Work that time causes. */
  readonly clockTasks?: readonly ClockTask[]
  /** By domain event of a lower domain, e.g. `subscription.activated`. */
  readonly reactions?: Readonly<Record<string, Reaction>>
  /** By webhook type, e.g. `customer.created`. */
  readonly webhooks?: Readonly<Record<string, WebhookObject>>
  /** What `/metrics` tells beside what every process does. */
  readonly gauges?: readonly MetricGauge[]
  /** What a simulation reports to have made, by name, e.g. `invoices_created`. */
  readonly counters?: Readonly<Record<string, (ctx: Ctx, sinceId: string) => Promise<number>>>
}
