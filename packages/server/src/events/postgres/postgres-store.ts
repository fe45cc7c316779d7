import type { Ctx } from '../../platform/context.ts'
import type { EventStore } from '../event-store.ts'
import { aggregateEvents, readMeteredEvents } from './aggregate.ts'
import { appendEvents } from './append.ts'
import { arrivedEvents, getEvent, listEvents } from './read.ts'
import { removeEvents } from './remove.ts'
import { aggregateKept } from './stored-cells.ts'

/** Events in the database of everything else: the default store. Reads take part in the transaction of the ctx. */
export function postgresStore(ctx: Ctx): EventStore {
  return {
    append: (events, onDuplicate) => appendEvents(ctx.pool, events, onDuplicate),
    aggregate: query => (query.again === true ? aggregateKept(ctx, query) : aggregateEvents(ctx, query)),
    events: query => readMeteredEvents(ctx, query),
    arrived: (arrivals, codes) => arrivedEvents(ctx, arrivals, codes),
    list: (filters, page) => listEvents(ctx, filters, page),
    get: (transactionId, externalSubscriptionId) => getEvent(ctx, transactionId, externalSubscriptionId),
    remove: (code, externalSubscriptionIds, position) => removeEvents(ctx, code, externalSubscriptionIds, position),
  }
}
