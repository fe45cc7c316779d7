import type { Ctx } from '../platform/context.ts'
import { type ErrorDetails, validation } from '../platform/errors.ts'
import type { AppendResult, UsageEvent } from './event-store.ts'
import { hasKeys, readEvent, receptionOf } from './read-event.ts'

/** Stores events, and resolves when they are durable with what became of each. */
export type Append = (events: readonly UsageEvent[]) => Promise<AppendResult[]>

const ALREADY_EXISTS = { transaction_id: ['value_already_exist'] }

/**
 * Receives one event. Nothing about its code or subscription is checked: what will not count can be found later.
 *
 * @param append leaves duplicates out
 * @throws 422 `invalid_format` of the timestamp, `expression_evaluation_failed: …` instead of details by field,
 *   `value_is_mandatory`, `value_already_exist`
 */
export async function createEvent(
  ctx: Ctx,
  append: Append,
  input: Readonly<Record<string, unknown>>,
): Promise<UsageEvent> {
  const read = readEvent(input, await receptionOf(ctx))
  if ('errors' in read) throw validation(read.failure ?? read.errors)
  if ((await append([read.event])).includes('duplicate')) throw validation(ALREADY_EXISTS)
  return read.event
}

/**
 * Receives a batch: all of its events, or none.
 *
 * @param append stores nothing if there are duplicates
 * @throws 422 `no_events`, `too_many_events`, or what is wrong by the place of the event in the batch
 */
export async function createEvents(ctx: Ctx, append: Append, input: unknown): Promise<UsageEvent[]> {
  if (!Array.isArray(input) || input.length === 0) throw validation({ events: ['no_events'] })
  if (input.length > ctx.config.eventsBatchLimit) throw validation({ events: ['too_many_events'] })

  const reception = await receptionOf(ctx)
  const events: UsageEvent[] = []
  const refusals: ErrorDetails = {}
  for (const [place, item] of input.entries()) {
    const read = readEvent(item, reception)
    if ('errors' in read) refusals[place] = hasKeys(read.errors) ? read.errors : read.failure
    else events.push(read.event)
  }
  if (events.length < input.length) throw validation(refusals)

  const results = await append(events)
  for (const [place, result] of results.entries()) if (result === 'duplicate') refusals[place] = ALREADY_EXISTS
  if (Object.keys(refusals).length > 0) throw validation(refusals)
  return events
}
