import type { Ctx } from './context.ts'
import { newId } from './ids.ts'

/** Something that happened to an object of the business, named like the webhook that tells of it. */
export interface DomainEvent {
  /** Makes every consequence of the event happen once, however often its job is retried. */
  readonly id: string
  readonly type: string
  readonly organizationId: string
  readonly objectId: string
  /** When, in the organization's time. */
  readonly at: Temporal.Instant
  /** What a subscriber could no longer find out by itself, e.g. a setting's previous value. */
  readonly data?: Readonly<Record<string, unknown>>
}

/**
 * Someone who acts on domain events. It runs in the transaction of the fact, so it may only read and enqueue: nothing is
 * sent to the outside before the fact is committed.
 */
export interface EventSubscriber {
  enqueue(ctx: Ctx, events: readonly DomainEvent[]): Promise<void>
  /** Once for everything that a transaction told, as its last step: the objects are as they will be committed. */
  beforeCommit?(ctx: Ctx, events: readonly DomainEvent[]): Promise<void>
}

/** Tells the subscribers, in the caller's transaction, that something happened. */
export async function emit(ctx: Ctx, type: string, objectId: string, data?: DomainEvent['data']): Promise<void> {
  await emitAll(ctx, [data === undefined ? { type, objectId } : { type, objectId, data }])
}

export async function emitAll(
  ctx: Ctx,
  happenings: readonly Pick<DomainEvent, 'type' | 'objectId' | 'data'>[],
): Promise<void> {
  if (happenings.length === 0) return
  const at = ctx.clock.now()
  const events = happenings.map(happening => ({ id: newId(), organizationId: ctx.org.id, at, ...happening }))
  for (const subscriber of ctx.subscribers) await subscriber.enqueue(ctx, events)
  // What is told outside of a transaction has no end to wait for.
  if (ctx.told !== undefined) ctx.told.push(...events)
  else for (const subscriber of ctx.subscribers) await subscriber.beforeCommit?.(ctx, events)
}
