import type { Domain } from '../platform/module.ts'
import { clockTasks } from './clock.ts'
import { claimEventEpoch } from './postgres/epoch.ts'
import { eventRoutes } from './routes.ts'

export type { AggregateQuery, EventFilters, EventStore, EventsQuery, MetricQuery, UsageEvent } from './event-store.ts'
export { forgetKeptUsage } from './postgres/stored-cells.ts'
export { eventStore } from './store.ts'

/** What happened: usage events, received once and kept as they were sent. */
export const events: Domain = { routes: eventRoutes, prepare: claimEventEpoch, clockTasks }
