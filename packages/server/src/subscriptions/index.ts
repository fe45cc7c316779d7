import type { Domain } from '../platform/module.ts'
import { clockTasks } from './clock.ts'
import { entitlementRoutes } from './entitlements/routes.ts'
import { reactions, tasks } from './jobs.ts'
import { subscriptionRoutes } from './routes.ts'
import { webhooks } from './webhooks.ts'

export { begin as beginService } from './activation/activate.ts'
export { cancelActivation, completeActivation } from './activation/resolve.ts'
export { readBillingEntityOverride } from './billing-entity-override.ts'
export { createSubscription } from './create-subscription.ts'
export {
  CUSTOMER_TIME_ZONE,
  type CustomerRef,
  findCustomersToBill,
  findCustomersWithEndedTrials,
  findDueSubscriptions,
  nextBillingDue,
} from './due.ts'
export { getUnitEvents, type UnitEvent } from './fixed-charges/unit-events.ts'
export { type EventMoment, findSubscriptionsToTrack, matchSubscriptions } from './matching.ts'
export { type BilledDay, movedBillingAt, nextBillingAt, scheduleNextBilling } from './next-billing.ts'
export { getSelected, readSelection } from './overrides/selection.ts'
export type { Replacement } from './plan-change/end-replaced.ts'
export { switchToNext } from './plan-change/replace.ts'
export { presentForWebhook, presentRecords, presentWithPlans } from './present.ts'
export { NewSubscriptionInput } from './schema.ts'
export {
  findActiveRecord,
  findSubscriptionsByIds,
  initialStarts,
  loadSubscriptionRecords,
  type Subscription,
  type SubscriptionRecord,
  termsOf,
} from './store.ts'
export { terminateSubscription } from './terminate-subscription.ts'
export { billingSchedule, billingTerms, type PlanTerms } from './terms.ts'
export { getApplicableThresholds } from './thresholds.ts'
export { endTrial, findEndedTrials, nextTrialEnd } from './trials.ts'
export {
  checkPurchaseOrderNumber,
  readBillableInstant,
  readPurchaseOrderNumber,
} from './validate.ts'

/** Who has what, since when, and when it is billed next. */
export const subscriptions: Domain = {
  routes(api) {
    subscriptionRoutes(api)
    entitlementRoutes(api)
  },
  tasks,
  clockTasks,
  reactions,
  webhooks,
}
