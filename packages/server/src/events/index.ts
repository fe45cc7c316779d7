import type { Domain } from '../platform/module.ts'
import { processArrivalsLoop } from './arrivals.ts'
import { clockTasks } from './clock.ts'
import { claimEventEpoch } from './postgres/epoch.ts'
import { eventRoutes } from './routes.ts'

export { EVENTS_ARRIVED, eventsAt, hasArrivals, processArrivals } from './arrivals.ts'
export { type EventProperties, eventProperties } from './event-properties.ts'
export type {
  AggregateQuery,
  Arrival,
  EventBound,
  EventFilters,
  EventStore,
  EventsQuery,
  MetricQuery,
  UsageEvent,
} from './event-store.ts'
export { parseUnixSeconds } from './event-time.ts'
export { forgetKeptUsage } from './postgres/stored-cells.ts'
export { readPreciseAmount } from './precise-amount.ts'
export { propertiesText } from './properties.ts'
export { eventStore } from './store.ts'

/** What happened: usage events, received once and kept as they were sent. */
export const events: Domain = {
  routes: eventRoutes,
  prepare: claimEventEpoch,
  clockTasks,
  loops: [processArrivalsLoop],
}
