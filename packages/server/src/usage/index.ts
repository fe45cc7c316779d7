import type { Domain } from '../platform/module.ts'
import { usageRoutes } from './routes.ts'

export { type BilledLevel, keepLevels } from './levels.ts'
export { type MeteredSubscription, readUsage, type UsageQuestion } from './snapshot.ts'

export const usage: Domain = { routes: usageRoutes }
