import type { Domain } from '../platform/module.ts'
import { usageRoutes } from './routes.ts'

export { type ChargeUsage, type CurrentUsage, getCurrentUsage } from './current-usage.ts'
export { type BilledLevel, keepLevels } from './levels.ts'
export { serializeCurrentUsage } from './serialize.ts'
export { type MeteredSubscription, readUsage, type UsageQuestion } from './snapshot.ts'

export const usage: Domain = { routes: usageRoutes }
