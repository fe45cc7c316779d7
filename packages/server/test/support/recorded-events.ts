import type { Ctx } from '../../src/platform/context.ts'
import type { DomainEvent } from '../../src/platform/domain-events.ts'

/** The same ctx, whose domain events nobody acts on: they are only written down. */
export function recordEvents(ctx: Ctx): { ctx: Ctx; events: DomainEvent[] } {
  const events: DomainEvent[] = []
  const subscriber = { enqueue: async (_ctx: Ctx, emitted: readonly DomainEvent[]) => void events.push(...emitted) }
  return { ctx: { ...ctx, subscribers: [subscriber] }, events }
}
