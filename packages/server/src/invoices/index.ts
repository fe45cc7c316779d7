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
import { billCustomers, billSubscriptions } from './billing/periodic.ts'
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
import { billAdvanceCharges, onSubscriptionEndedRegroup, regroupingTasks } from './regrouping/jobs.ts'
import { invoiceRoutes } from './routes.ts'
import { serializeFee } from './serialize-fee.ts'
import { countInvoicesSince, findVisibleInvoice } from './store.ts'
import { topUpReactions, topUpTasks } from './top-ups/index.ts'

export { checkVoidCredit, creditVoidedInvoice, voidCreditNote } from './crediting/credit-voided.ts'
export { isUnpaid, type LeftOnInvoice, loadLeftOnInvoice, loadLeftOnInvoices } from './crediting/creditable.ts'
export { type CreditedInvoice, loadCreditedInvoice } from './crediting/credited-invoice.ts'
export { amountsOf, issueCreditNote, type NoteItem, type NoteRequest } from './crediting/issue-note.ts'
export { loadFeesByIds } from './fees-store.ts'
export { type BilledUsage, loadBilledUsage } from './past-usage/billed-usage.ts'
export { serializeFee } from './serialize-fee.ts'
export { findVisibleInvoice, type Invoice, lockInvoice } from './store.ts'

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
    ...advanceTasks,
    ...regroupingTasks,
    billFixedChargeIncrease,
    ...draftTasks,
    ...rescheduleTasks,
    ...flagTasks,
    ...planDeletionTasks,
    ...taxTasks,
    ...topUpTasks,
  ],
  clockTasks: [billSubscriptions, billEndedTrials, billAdvanceCharges, finalizeInvoices, refreshDraftInvoices],
  reactions: {
    'events.arrived': onEventsArrived,
    'subscription.activated': onSubscriptionActivated,
    async 'subscription.ended'(tx, events) {
      await onSubscriptionEnded(tx, events)
      await onSubscriptionEndedRegroup(tx, events)
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
    ...topUpReactions,
  },
  webhooks: {
    'fee.created': feeWebhook,
    'invoice.drafted': invoiceWebhook,
    'invoice.ready_to_finalize': invoiceWebhook,
    'invoice.created': invoiceWebhook,
    'invoice.paid_credit_added': invoiceWebhook,
  },
  counters: { invoices_created: countInvoicesSince },
}
