import type { Ctx } from '../platform/context.ts'
import type { Domain, WebhookObject } from '../platform/module.ts'
import { advanceTasks, onEventsArrived } from './advance/jobs.ts'
import { billFixedChargeIncrease, onFixedChargesRaised } from './billing/fixed-charge-increases.ts'
import {
  billSubscriptionEnd,
  billSubscriptionStart,
  onSubscriptionActivated,
  onSubscriptionEnded,
} from './billing/life-events.ts'
import { billMissedDays, onBillingMissed } from './billing/missed-days.ts'
import { billCustomers, billSubscriptions } from './billing/periodic.ts'
import { billPlanChange, onSubscriptionReplaced } from './billing/plan-change.ts'
import { billEndedTrials, endTrials } from './billing/trials.ts'
import { draftTasks, finalizeInvoices, refreshDraftInvoices } from './drafts/clock.ts'
import { flagTasks, onBillableMetricChanged, onPlanPricesChanged } from './drafts/flag.ts'
import {
  onBillingEntityTaxesChanged,
  onCustomerTaxesChanged,
  onTaxChanged,
  onTaxDeleted,
  taxTasks,
} from './drafts/flag-taxes.ts'
import { onPlanDeleted, planDeletionTasks } from './drafts/plan-deletion.ts'
import { onBillingEntitySettingsChanged, onCustomerSettingsChanged, rescheduleTasks } from './drafts/reschedule.ts'
import { estimateRoutes } from './estimates/routes.ts'
import { feeRoutes } from './fee-routes.ts'
import { findFee } from './fees-store.ts'
import { pastUsageRoutes } from './past-usage/routes.ts'
import { presentInvoiceForWebhook } from './present.ts'
import {
  billAdvanceCharges,
  onSubscriptionEndedRegroup,
  onSubscriptionReplacedRegroup,
  regroupingTasks,
} from './regrouping/jobs.ts'
import { invoiceRoutes } from './routes.ts'
import { serializeFee } from './serialize-fee.ts'
import { countInvoicesSince, findVisibleInvoice } from './store.ts'

export { isAdvancePeriodInvoiced } from './billing/advance-period.ts'
export { type BilledUsage, loadBilledUsage } from './past-usage/billed-usage.ts'

const invoiceWebhook: WebhookObject = {
  objectType: 'invoice',
  async serialize(ctx: Ctx, invoiceId: string) {
    const invoice = await findVisibleInvoice(ctx, invoiceId)
    return invoice && presentInvoiceForWebhook(ctx, invoice)
  },
}

const feeWebhook: WebhookObject = {
  objectType: 'fee',
  async serialize(ctx: Ctx, feeId: string) {
    const fee = await findFee(ctx, feeId)
    return fee && serializeFee(fee)
  },
}

export const invoices: Domain = {
  routes(api) {
    invoiceRoutes(api)
    feeRoutes(api)
    estimateRoutes(api)
    pastUsageRoutes(api)
  },
  tasks: [
    billCustomers,
    endTrials,
    billSubscriptionStart,
    billSubscriptionEnd,
    billMissedDays,
    billPlanChange,
    ...advanceTasks,
    ...regroupingTasks,
    billFixedChargeIncrease,
    ...draftTasks,
    ...rescheduleTasks,
    ...flagTasks,
    ...planDeletionTasks,
    ...taxTasks,
  ],
  clockTasks: [billSubscriptions, billEndedTrials, billAdvanceCharges, finalizeInvoices, refreshDraftInvoices],
  reactions: {
    'events.arrived': onEventsArrived,
    'subscription.activated': onSubscriptionActivated,
    async 'subscription.ended'(tx, events) {
      await onSubscriptionEnded(tx, events)
      await onSubscriptionEndedRegroup(tx, events)
    },
    'subscription.billing_missed': onBillingMissed,
    async 'subscription.replaced'(tx, events) {
      await onSubscriptionReplaced(tx, events)
      await onSubscriptionReplacedRegroup(tx, events)
    },
    'fixed_charges.raised': onFixedChargesRaised,
    'customer.billing_settings_changed': onCustomerSettingsChanged,
    'billing_entity.billing_settings_changed': onBillingEntitySettingsChanged,
    'plan.prices_changed': onPlanPricesChanged,
    'plan.deletion_completed': onPlanDeleted,
    'billable_metric.changed': onBillableMetricChanged,
    'customer.taxes_changed': onCustomerTaxesChanged,
    'billing_entity.taxes_changed': onBillingEntityTaxesChanged,
    'tax.changed': onTaxChanged,
    'tax.deleted': onTaxDeleted,
  },
  webhooks: {
    'fee.created': feeWebhook,
    'invoice.drafted': invoiceWebhook,
    'invoice.ready_to_finalize': invoiceWebhook,
    'invoice.created': invoiceWebhook,
  },
  counters: { invoices_created: countInvoicesSince },
}
