import type { FastifyInstance } from 'fastify'
import type { Ctx } from '../platform/context.ts'
import type { Domain, WebhookObject } from '../platform/module.ts'
import { markOverdue, markOverdueInvoices } from './actions/overdue.ts'
import { PAYMENT_SETTLED } from './actions/payment-status.ts'
import { actionRoutes } from './actions/routes.ts'
import type { VoidCredits } from './actions/void-invoice.ts'
import { activationReactions, activationTasks } from './activation/index.ts'
import { adjustedFeeRoutes } from './adjusted-fees/routes.ts'
import { advanceTasks, onEventsArrived } from './advance/jobs.ts'
import { completeTaxes, onTaxesKnown } from './awaiting-taxes/complete.ts'
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
import { checkInvoices, checkInvoicesAgain, onInvoiceIssued } from './checks/check-invoices.ts'
import { discrepancyGauge, discrepancyRoutes } from './checks/discrepancies.ts'
import { draftTasks, finalizeInvoices, refreshDraftInvoices } from './drafts/clock.ts'
import { finalizeDraftsOfDeletedCustomers } from './drafts/deleted-customers.ts'
import { flagTasks, onBillableMetricChanged, onPlanPricesChanged } from './drafts/flag.ts'
import {
  onBillingEntityTaxesChanged,
  onCustomerTaxesChanged,
  onTaxChanged,
  onTaxDeleted,
  taxTasks,
} from './drafts/flag-taxes.ts'
import { onPlanDeleted, onPlanSubscriptionsEnded, planDeletionTasks } from './drafts/plan-deletion.ts'
import { onBillingEntitySettingsChanged, onCustomerSettingsChanged, rescheduleTasks } from './drafts/reschedule.ts'
import { estimateRoutes } from './estimates/routes.ts'
import { explainRoutes } from './explain/routes.ts'
import { feeRoutes } from './fee-routes.ts'
import { findFee } from './fees-store.ts'
import { pastUsageRoutes } from './past-usage/routes.ts'
import type { CreditEnded } from './preview/preview.ts'
import { progressiveWebhooks } from './progressive/webhooks.ts'
import { regenerationRoutes } from './regeneration/routes.ts'
import {
  billAdvanceCharges,
  onSubscriptionEndedRegroup,
  onSubscriptionReplacedRegroup,
  regroupingTasks,
} from './regrouping/jobs.ts'
import { invoiceRoutes } from './routes.ts'
import { serializeFee } from './serialize-fee.ts'
import { countInvoicesSince } from './store.ts'
import { topUpReactions, topUpTasks } from './top-ups/index.ts'
import { planUsesRoutes } from './uses/plan-routes.ts'
import { usesRoutes } from './uses/routes.ts'
import { invoiceWebhooks } from './webhooks.ts'

export { lockInvoiceWithCustomer, lockVisibleInvoice } from './actions/lock.ts'
export { loseDispute } from './actions/lose-dispute.ts'
export {
  noteAttempt,
  PAYMENT_SETTLED,
  PAYMENT_WANTED,
  type PaymentOutcome,
  type PaymentStatus,
  receivePayment,
  setPaymentStatus,
} from './actions/payment-status.ts'
export { isCollectable } from './actions/retry.ts'
export type { VoidCredits } from './actions/void-invoice.ts'
export { presentFeeTaxes, presentInvoiceTaxes } from './applied-taxes.ts'
export { isAdvancePeriodInvoiced } from './billing/advance-period.ts'
export { checkVoidCredit, creditVoidedInvoice, voidCreditNote } from './crediting/credit-voided.ts'
export { isUnpaid, type LeftOnInvoice, loadLeftOnInvoice, loadLeftOnInvoices } from './crediting/creditable.ts'
export { type CreditedInvoice, loadCreditedInvoice } from './crediting/credited-invoice.ts'
export { amountsOf, issueCreditNote, type NoteItem, type NoteRequest } from './crediting/issue-note.ts'
export { countFees, type FeeRow, listFeeIds, loadFeesByIds, loadInvoiceFees } from './fees-store.ts'
export { loadFileUrls } from './files.ts'
export { presentAppliedSections, presentAppliedThresholds } from './invoice-parts.ts'
export { readInvoiceFilters } from './list-invoices.ts'
export { type BilledUsage, loadBilledUsage } from './past-usage/billed-usage.ts'
export { presentFeesOfInvoices, presentInvoiceBase, presentInvoiceBases, presentInvoices } from './present.ts'
export { billProgressively, type PassedUsage } from './progressive/bill.ts'
export { findProgressiveInvoices, type ProgressiveInvoice } from './progressive/find.ts'
export { serializeFee } from './serialize-fee.ts'
export {
  findInvoice,
  findInvoicesByIds,
  findVisibleInvoice,
  type Invoice,
  type InvoiceSubscription,
  loadEarlierInvoiceSubscriptions,
  loadInvoiceSubscriptions,
  lockInvoice,
  VISIBLE_STATUSES,
} from './store.ts'
export { countInvoices, type InvoicePlace, listInvoicesAfter, placeOfInvoice } from './walk-invoices.ts'
export { invoiceWith } from './webhooks.ts'

const feeWebhook: WebhookObject = {
  objectType: 'fee',
  async serialize(ctx: Ctx, feeId: string) {
    const fee = await findFee(ctx, feeId)
    return fee && serializeFee(fee)
  },
}

/**
 * What is owed.
 *
 * @param voidCredits what credit notes, which are above, do for an invoice that is voided; null where there are none
 * @param creditEnded what they do for a subscription that has ended
 */
export function invoicesDomain(voidCredits: VoidCredits | null, creditEnded: CreditEnded | null = null): Domain {
  return { ...invoices, routes: api => invoicesRoutes(api, voidCredits, creditEnded) }
}

function invoicesRoutes(api: FastifyInstance, voidCredits: VoidCredits | null, creditEnded: CreditEnded | null): void {
  invoiceRoutes(api)
  actionRoutes(api, voidCredits, creditEnded)
  adjustedFeeRoutes(api)
  regenerationRoutes(api)
  discrepancyRoutes(api)
  explainRoutes(api)
  feeRoutes(api)
  estimateRoutes(api)
  pastUsageRoutes(api)
  usesRoutes(api)
  planUsesRoutes(api)
}

const invoices: Domain = {
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
    ...topUpTasks,
    ...activationTasks,
    completeTaxes,
    markOverdue,
    checkInvoices,
  ],
  clockTasks: [
    billSubscriptions,
    billEndedTrials,
    billAdvanceCharges,
    finalizeInvoices,
    finalizeDraftsOfDeletedCustomers,
    refreshDraftInvoices,
    markOverdueInvoices,
    checkInvoicesAgain,
  ],
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
    'plan.subscriptions_ended': onPlanSubscriptionsEnded,
    'billable_metric.changed': onBillableMetricChanged,
    'customer.taxes_changed': onCustomerTaxesChanged,
    'customer.taxes_known': onTaxesKnown,
    'billing_entity.taxes_changed': onBillingEntityTaxesChanged,
    'tax.changed': onTaxChanged,
    'tax.deleted': onTaxDeleted,
    ...activationReactions,
    ...topUpReactions,
    'invoice.created': onInvoiceIssued,
    'invoice.one_off_created': onInvoiceIssued,
    'invoice.paid_credit_added': onInvoiceIssued,
    async [PAYMENT_SETTLED](tx, events) {
      await topUpReactions[PAYMENT_SETTLED]?.(tx, events)
      await activationReactions[PAYMENT_SETTLED](tx, events)
    },
  },
  webhooks: {
    'fee.created': feeWebhook,
    ...invoiceWebhooks,
    ...progressiveWebhooks,
  },
  gauges: [discrepancyGauge],
  counters: { invoices_created: countInvoicesSince },
}
