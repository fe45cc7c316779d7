import {
  type AssembledInvoice,
  assembleInvoice,
  type BillingTerms,
  type Boundaries,
  billingBoundaries,
  type InvoicingReason,
  type SubscriptionSnapshot,
  terminationBoundaries,
  trialEnd,
} from '@weir/engine'
import { getPlans, type PlanSnapshot } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { initialStarts, type Subscription, type SubscriptionRecord, termsOf } from '../../subscriptions/index.ts'
import { readUsage } from '../../usage/index.ts'
import { type BillingHistory, loadBillingHistories } from './history.ts'

/** What is to be billed: some subscriptions of one customer, at one instant, for one reason. */
export interface BillingRequest {
  readonly subscriptions: readonly SubscriptionRecord[]
  readonly reason: InvoicingReason
  /** The billing instant, in whole seconds. */
  readonly at: Temporal.Instant
  /** The applicable time zone of the customer. */
  readonly timeZone: string
  /** Bills no usage: the first invoice of a subscription paid in advance. */
  readonly skipCharges: boolean
  readonly invoiceCreatedAt: Temporal.Instant
}

export interface BilledSubscription {
  readonly subscription: Subscription
  readonly plan: PlanSnapshot
  readonly boundaries: Boundaries
}

export interface ComputedInvoice {
  readonly billed: readonly BilledSubscription[]
  readonly assembled: AssembledInvoice
}

/** What invoices depend on beside the subscriptions and their usage. */
interface Background {
  readonly plans: ReadonlyMap<string, PlanSnapshot>
  readonly histories: ReadonlyMap<string, BillingHistory>
  readonly starts: ReadonlyMap<string, Temporal.Instant>
}

/**
 * Reads everything an invoice depends on, once, and computes it again. Nothing is written. A subscription whose period another
 * invoice already bills is left out; the others are billed all the same.
 *
 * @param invoiceId the invoice that is computed again
 * @returns undefined when nobody is left to be billed
 */
export async function computeInvoice(
  tx: Ctx,
  request: BillingRequest,
  invoiceId: string,
): Promise<ComputedInvoice | undefined> {
  return compute(tx, request, await loadBackground(tx, request.subscriptions, invoiceId))
}

/** Computes new invoices, as {@link computeInvoice}: what they have in common is read once. */
export async function computeInvoices(
  tx: Ctx,
  requests: readonly BillingRequest[],
): Promise<(ComputedInvoice | undefined)[]> {
  const subscriptions = requests.flatMap(request => request.subscriptions)
  const background = await loadBackground(tx, subscriptions, null)
  const computed: (ComputedInvoice | undefined)[] = []
  for (const request of requests) computed.push(await compute(tx, request, background))
  return computed
}

async function loadBackground(
  tx: Ctx,
  records: readonly SubscriptionRecord[],
  invoiceId: string | null,
): Promise<Background> {
  const rows = records.map(({ subscription }) => subscription)
  const ids = rows.map(subscription => subscription.id)
  return {
    plans: await getPlans(tx, [...new Set(rows.map(subscription => subscription.plan_id))]),
    histories: await loadBillingHistories(tx, ids, invoiceId),
    starts: await initialStarts(tx, rows),
  }
}

async function compute(
  tx: Ctx,
  request: BillingRequest,
  { plans, histories, starts }: Background,
): Promise<ComputedInvoice | undefined> {
  const billed: BilledSubscription[] = []
  const snapshots: SubscriptionSnapshot[] = []
  for (const record of request.subscriptions) {
    const { subscription } = record
    const plan = plans.get(subscription.plan_id)
    const history = histories.get(subscription.id)
    const started = termsOf(record)
    if (plan === undefined || history === undefined || started === undefined) {
      throw new Error(`subscription ${subscription.id} has no plan, or has not started`)
    }
    const terms = { ...started, timeZone: request.timeZone, previousUsage: history.previousUsage }
    const boundaries = boundariesFor(request, terms, history)
    if (request.reason === 'subscription_periodic' && isBilled(history, boundaries)) continue
    billed.push({ subscription, plan, boundaries })
    snapshots.push({
      subscriptionId: subscription.id,
      base: {
        terms,
        at: request.at,
        reason: request.reason,
        boundaries,
        planAmountCents: plan.amountCents,
        subscriptionCreatedAt: subscription.created_at,
        invoiceCreatedAt: request.invoiceCreatedAt,
        otherFeesCreatedAt: history.baseFeesCreatedAt,
        hasPreviousSubscription: subscription.previous_subscription_id !== null,
        trialEndsAt: trialEnd(starts.get(subscription.id) ?? terms.startedAt, plan.trialPeriod),
      },
      charges: request.skipCharges ? [] : await chargesOf(tx, subscription, plan, terms, boundaries),
    })
  }
  return billed.length === 0 ? undefined : { billed, assembled: assembleInvoice(snapshots) }
}

function boundariesFor(request: BillingRequest, terms: BillingTerms, history: BillingHistory): Boundaries {
  const { terminatedAt } = terms
  return request.reason === 'subscription_terminating' && terminatedAt !== null
    ? terminationBoundaries({ ...terms, terminatedAt }, history.recurring)
    : billingBoundaries(terms, request.at, 'billing')
}

function isBilled(history: BillingHistory, { base, charges }: Boundaries): boolean {
  return history.recurring.some(
    other =>
      other.base.from.equals(base.from) &&
      other.base.to.equals(base.to) &&
      (charges === null || other.charges === null || other.charges.from.equals(charges.from)),
  )
}

/** The usage of the charges that are billed by the period, read for its window; none when the window is empty. */
async function chargesOf(
  tx: Ctx,
  subscription: Subscription,
  plan: PlanSnapshot,
  terms: BillingTerms,
  { charges: period, chargesDuration: fullDays }: Boundaries,
) {
  if (period === null || Temporal.Instant.compare(period.from, period.to) >= 0) return []
  const charges = plan.charges.filter(charge => charge.invoiceable && !charge.payInAdvance)
  const usage = await readUsage(tx, {
    subscription: {
      externalId: subscription.external_id,
      startedAt: terms.startedAt,
      hasPrevious: subscription.previous_subscription_id !== null,
    },
    plan,
    charges,
    span: { ...period, fullDays, timeZone: terms.timeZone, endedByUpgrade: terms.successor === 'upgrade' },
  })
  return usage.map(({ snapshot }) => snapshot)
}
