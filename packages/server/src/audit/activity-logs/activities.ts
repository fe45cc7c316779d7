import type { DomainEvent } from '../../platform/domain-events.ts'
import { appliedCoupons, customers, subscriptions, wallets, walletTransactions } from './customer-subjects.ts'
import {
  creditNotes,
  deletedInvoices,
  invoices,
  MAILED,
  paymentRequests,
  payments,
  receipts,
} from './money-subjects.ts'
import { billingEntities, coupons, features, metrics, plans } from './price-book-subjects.ts'
import type { FindSubjects } from './subjects.ts'

function each(find: FindSubjects, ...types: readonly string[]): Record<string, FindSubjects> {
  return Object.fromEntries(types.map(type => [type, find]))
}

/** The domain events that are activities, and how the object of each is found. */
const ACTIVITIES: Readonly<Record<string, FindSubjects>> = {
  ...each(metrics, 'billable_metric.created', 'billable_metric.updated', 'billable_metric.deleted'),
  ...each(plans, 'plan.created', 'plan.updated', 'plan.deleted'),
  ...each(coupons, 'coupon.created', 'coupon.updated', 'coupon.deleted'),
  ...each(features, 'feature.created', 'feature.updated', 'feature.deleted'),
  ...each(billingEntities, 'billing_entities.created', 'billing_entities.updated', 'billing_entities.deleted'),
  ...each(customers, 'customer.created', 'customer.updated', 'customer.deleted'),
  ...each(
    subscriptions,
    'subscription.canceled',
    'subscription.incomplete',
    'subscription.started',
    'subscription.terminated',
    'subscription.updated',
  ),
  ...each(wallets, 'wallet.created', 'wallet.updated'),
  ...each(
    walletTransactions,
    'wallet_transaction.created',
    'wallet_transaction.updated',
    'wallet_transaction.payment_failure',
  ),
  ...each(appliedCoupons, 'applied_coupon.created', 'applied_coupon.deleted'),
  ...each(
    invoices,
    'invoice.drafted',
    'invoice.ready_to_finalize',
    'invoice.failed',
    'invoice.created',
    'invoice.one_off_created',
    'invoice.paid_credit_added',
    'invoice.generated',
    'invoice.payment_status_updated',
    'invoice.payment_overdue',
    'invoice.payment_failure',
    'invoice.voided',
    'invoice.regenerated',
  ),
  ...each(deletedInvoices, 'invoice.deleted'),
  ...each(creditNotes, 'credit_note.created', 'credit_note.generated', 'credit_note.refund_failure'),
  ...each(payments, 'payment.recorded'),
  ...each(receipts, 'payment_receipt.created', 'payment_receipt.generated'),
  ...each(paymentRequests, 'payment_request.created'),
}

/** How the object of an event is found; undefined for events that are no activities. */
export function finderOf({ type, data }: Pick<DomainEvent, 'type' | 'data'>): FindSubjects | undefined {
  return type === 'email.sent' ? MAILED[String(data?.document)] : ACTIVITIES[type]
}

/** What changed is told of these. */
export function isUpdate(activityType: string): boolean {
  return activityType.includes('updated')
}
