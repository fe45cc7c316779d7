import type { Domain } from '../platform/module.ts'
import { clockTasks } from './clock.ts'
import { claimEventEpoch } from './postgres/epoch.ts'
import { eventRoutes } from './routes.ts'

export type { AggregateQuery, EventBound, EventFilters, EventStore, EventsQuery, MetricQuery, UsageEvent } from './event-store.ts'
export { type EventProperties, eventProperties } from './event-properties.ts'
export { formatMicroseconds } from './event-time.ts'
export { forgetKeptUsage } from './postgres/stored-cells.ts'
export { eventStore } from './store.ts'

/** What happened: usage events, received once and kept as they were sent. */
export const events: Domain = { routes: eventRoutes, prepare: claimEventEpoch, clockTasks }
