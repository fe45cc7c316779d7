import type { Domain } from '../platform/module.ts'
import { eventRoutes } from './routes.ts'

export type { AggregateQuery, EventFilters, EventStore, MetricQuery, UsageEvent } from './event-store.ts'
export { eventStore } from './store.ts'

/** What happened: usage events, received once and kept as they were sent. */
export const events: Domain = { routes: eventRoutes }
