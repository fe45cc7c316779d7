import { EVENTS_ARRIVED } from '../events/index.ts'
import type { Ctx } from '../platform/context.ts'
import type { DomainEvent } from '../platform/domain-events.ts'
import { addJob, addJobs, type NewJob } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import type { Reaction } from '../platform/module.ts'
import type { CustomerRef } from './due.ts'
import { endSubscriptionsOfCustomer, endSubscriptionsOfPlan } from './end-subscriptions.ts'
import { onUnitsOfPlanChanged, recordUnitsOfPlan } from './fixed-charges/units-of-plan.ts'
import { onBillableMetricDeleted, removeMetricEvents } from './metric-deletion.ts'
import { onPlanAmountChanged, reviewPlanChanges } from './plan-change/price-edits.ts'
import { noteReceivedEvents, onEventsArrived as onEventsToNote } from './received-events.ts'
import { rescheduleBillingEntity, rescheduleCustomer } from './reschedule.ts'
import { activateDueSubscriptions, expireActivations, terminateEndedSubscriptions } from './run-due.ts'
import { checkTargetWallets, onEventsArrived as onEventsToCheck } from './target-wallets.ts'
import { alertSubscriptions } from './termination-alerts.ts'

const ACTIVATE = 'activate_customer_subscriptions'
const TERMINATE = 'terminate_customer_subscriptions'
const EXPIRE = 'expire_customer_activations'
const END_OF_CUSTOMER = 'end_subscriptions_of_customer'
const END_OF_PLAN = 'end_subscriptions_of_plan'
const RESCHEDULE_CUSTOMER = 'reschedule_customer_billing'
const RESCHEDULE_BILLING_ENTITY = 'reschedule_billing_entity'

export const tasks: readonly TaskDefinition[] = [
  noteReceivedEvents,
  checkTargetWallets,
  removeMetricEvents,
  {
    name: ACTIVATE,
    run: (ctx, { customerId, tick }) =>
      activateDueSubscriptions(ctx, String(customerId), Temporal.Instant.from(String(tick))),
  },
  {
    name: TERMINATE,
    run: (ctx, { customerId, tick }) =>
      terminateEndedSubscriptions(ctx, String(customerId), Temporal.Instant.from(String(tick))),
  },
  {
    name: EXPIRE,
    run: (ctx, { customerId, tick }) => expireActivations(ctx, String(customerId), Temporal.Instant.from(String(tick))),
  },
  { name: END_OF_CUSTOMER, run: (ctx, { customerId }) => endSubscriptionsOfCustomer(ctx, String(customerId)) },
  {
    name: END_OF_PLAN,
    async run(ctx, { planId }) {
      const { more } = await endSubscriptionsOfPlan(ctx, String(planId))
      if (more) await addJob(ctx.db, endOfPlan(ctx.org.id, String(planId)))
    },
  },
  { name: RESCHEDULE_CUSTOMER, run: (ctx, { customerId }) => rescheduleCustomer(ctx, String(customerId)) },
  {
    name: RESCHEDULE_BILLING_ENTITY,
    run: (ctx, { billingEntityId }) => rescheduleBillingEntity(ctx, String(billingEntityId)),
  },
  recordUnitsOfPlan,
  reviewPlanChanges,
  alertSubscriptions,
]

/** What follows here from what happens to events, metrics, plans, customers and billing entities. */
export const reactions: Readonly<Record<string, Reaction>> = {
  async [EVENTS_ARRIVED](ctx, happenings) {
    await onEventsToNote(ctx, happenings)
    await onEventsToCheck(ctx, happenings)
  },
  'billable_metric.deleted': onBillableMetricDeleted,
  'customer.deleted': enqueue(({ organizationId, objectId }) => ({
    task: END_OF_CUSTOMER,
    payload: { organizationId, customerId: objectId },
    queue: objectId,
  })),
  'plan.deletion_requested': enqueue(({ organizationId, objectId }) => endOfPlan(organizationId, objectId)),
  'plan.amount_changed': onPlanAmountChanged,
  'plan.fixed_charge_units_changed': onUnitsOfPlanChanged,
  'customer.time_zone_changed': enqueue(({ organizationId, objectId }) => ({
    task: RESCHEDULE_CUSTOMER,
    payload: { organizationId, customerId: objectId },
    queue: objectId,
  })),
  'billing_entity.time_zone_changed': enqueue(({ organizationId, objectId }) => ({
    task: RESCHEDULE_BILLING_ENTITY,
    payload: { organizationId, billingEntityId: objectId },
    queue: objectId,
  })),
}

function enqueue(job: (event: DomainEvent) => NewJob): Reaction {
  return (ctx: Ctx, events) => addJobs(ctx.db, events.map(job))
}

function endOfPlan(organizationId: string, planId: string): NewJob {
  return { task: END_OF_PLAN, payload: { organizationId, planId }, queue: planId }
}

/** Starts what is due for a customer, at a tick of the clock. */
export function activationJob(customer: CustomerRef, tick: Temporal.Instant): NewJob {
  return customerJob(ACTIVATE, customer, tick)
}

/** Ends what is due for a customer, at a tick of the clock. */
export function terminationJob(customer: CustomerRef, tick: Temporal.Instant): NewJob {
  return customerJob(TERMINATE, customer, tick)
}

/** Gives up what a customer did not pay for in time, at a tick of the clock. */
export function expirationJob(customer: CustomerRef, tick: Temporal.Instant): NewJob {
  return customerJob(EXPIRE, customer, tick)
}

function customerJob(task: string, { organizationId, customerId }: CustomerRef, tick: Temporal.Instant): NewJob {
  return {
    task,
    payload: { organizationId, customerId, tick: tick.toString() },
    queue: customerId,
    key: `${task}:${customerId}`,
  }
}
