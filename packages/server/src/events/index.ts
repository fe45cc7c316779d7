import type { Domain } from '../platform/module.ts'
import { processArrivalsLoop } from './arrivals.ts'
import { clockTasks } from './clock.ts'
import { eventErrorWebhook } from './event-errors.ts'
import { claimEventEpoch } from './postgres/epoch.ts'
import { eventsErrorsWebhook, tellEventErrors } from './report.ts'
import { eventRoutes } from './routes.ts'

export { arrivalsOf, arrivedEvents, EVENTS_ARRIVED, eventsAt, haveArrived, processArrivals } from './arrivals.ts'
export { type DerivableEvent, type Derivation, deriveProperties } from './derive.ts'
export { reportEventError } from './event-errors.ts'
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
export { presentPosition } from './postgres/epoch.ts'
export { forgetKeptUsage } from './postgres/stored-cells.ts'
export { readPreciseAmount } from './precise-amount.ts'
export { propertiesText } from './properties.ts'
export { eventStore } from './store.ts'

/** What happened: usage events, received once and kept as they were sent. */
export const events: Domain = {
  routes: eventRoutes,
  prepare: ({ pool }) => claimEventEpoch(pool),
  tasks: [tellEventErrors],
  clockTasks,
  loops: [processArrivalsLoop],
  webhooks: { ...eventErrorWebhook, ...eventsErrorsWebhook },
}
