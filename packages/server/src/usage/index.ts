import type { Domain } from '../platform/module.ts'
import { usageRoutes } from './routes.ts'

export { type ChargeUsage, type CurrentUsage, currentUsageOf, getCurrentUsage } from './current-usage.ts'
export { type BilledLevel, keepLevels } from './levels.ts'
export {
  serializeChargeUsage,
  serializeCurrentUsage,
  type UsageCharge,
  type UsageFee,
  usageHead,
} from './serialize.ts'
export { type MeteredSubscription, pricingUnitOf, readUsage, type UsageQuestion } from './snapshot.ts'
export { taxedUsageFees, taxesOfUsage } from './taxes.ts'

export const usage: Domain = { routes: usageRoutes }
