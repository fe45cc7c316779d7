import type { Db } from '../platform/context.ts'
import type { EventSubscriber } from '../platform/domain-events.ts'
import type { Domain } from '../platform/module.ts'
import { activityLogRoutes } from './activity-logs/routes.ts'
import { activitySubscriber } from './activity-logs/subscribe.ts'
import { recordActivityTask, writeActivitiesLoop } from './activity-logs/unwritten.ts'
import { apiLogRoutes } from './api-logs/routes.ts'
import { clockTasks } from './clock.ts'
import { securitySubscriber } from './security-logs/record.ts'
import { securityLogRoutes } from './security-logs/routes.ts'

export { hasUnwrittenActivities, writeActivities } from './activity-logs/unwritten.ts'

/** What was done, by whom, and what it changed. */
export const audit: Domain = {
  routes(api) {
    activityLogRoutes(api)
    apiLogRoutes(api)
    securityLogRoutes(api)
  },
  tasks: [recordActivityTask],
  loops: [writeActivitiesLoop],
  clockTasks,
}

/**
 * Those who write what is told to the logs.
 *
 * @param committed connections that no transaction holds while it waits for another: what they see is how things were before
 */
export function auditSubscribers(committed: Db): readonly EventSubscriber[] {
  return [activitySubscriber(committed), securitySubscriber(committed)]
}
