import {
  type AssembledInvoice,
  assembleInvoice,
  type BillingTerms,
  type Boundaries,
  billingBoundaries,
  coversSamePeriods,
  type InvoicingReason,
  type SubscriptionFeeInput,
  type SubscriptionSnapshot,
  terminationBoundaries,
  trialEnd,
} from '@weir/engine'
import { getPlans, type PlanSnapshot } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { initialStarts, type Subscription, type SubscriptionRecord, termsOf } from '../../subscriptions/index.ts'
import { type AppliedTax, applicableTaxes, getTaxesOfCustomers, type Taxpayer } from '../../taxes/index.ts'
import { loadAdjustments } from '../adjusted-fees/store.ts'
import { chargesReader } from './charges.ts'
import { loadCommitments } from './commitments.ts'
import { loadFixedCharges } from './fixed-charges.ts'
import { type BillingHistory, loadBillingHistories } from './history.ts'

/**
 * Why an invoice is made. With a plan change it ends one subscription and starts the one that replaces it; others that are
 * shown beside them go on.
 */
export type BillingReason = InvoicingReason | 'plan_change'

/** What is to be billed: some subscriptions of one customer, at one instant, for one reason. */
export interface BillingRequest {
  readonly subscriptions: readonly SubscriptionRecord[]
  readonly taxpayer: Taxpayer
  readonly reason: BillingReason
  /** The billing instant, in whole seconds. */
  readonly at: Temporal.Instant
  /** The applicable time zone of the customer. */
  readonly timeZone: string
  /** Bills no usage: the first invoice of a subscription paid in advance. */
  readonly skipCharges: boolean
  /** Shows fixed charges that cost nothing as well: previews do. */
  readonly keepsZeroFixedCharges?: boolean
  readonly invoiceCreatedAt: Temporal.Instant
}

/** A subscription that an invoice bills, with what decides its periods. */
export interface BilledSubscription {
  readonly subscription: Subscription
  /** Why it is on the invoice. */
  readonly reason: InvoicingReason
  readonly plan: PlanSnapshot
  readonly boundaries: Boundaries
}

/** The same while its fees are being found out. */
export interface BilledNow extends BilledSubscription {
  readonly request: BillingRequest
  readonly terms: BillingTerms
  readonly base: SubscriptionFeeInput
  readonly history: BillingHistory
  /** What the customer brings to fees of which neither the item nor the plan has taxes. */
  readonly customerTaxes: readonly AppliedTax[]
}

export interface ComputedInvoice {
  readonly billed: readonly BilledSubscription[]
  readonly assembled: AssembledInvoice<AppliedTax>
}

/**
 * Reads everything an invoice depends on, once, and computes it again. Nothing is written. A subscription whose period another
 * invoice already bills is left out; the others are billed all the same. Fees that are on no invoice are made once, with the
 * first computation, and are not computed again.
 *
 * @param invoiceId the invoice that is computed again
 * @returns undefined when nobody is left to be billed
 */
export async function computeInvoice(
  tx: Ctx,
  request: BillingRequest,
  invoiceId: string,
): Promise<ComputedInvoice | undefined> {
  const [computed] = await compute(tx, [request], invoiceId)
  return computed
}

/** Computes new invoices, as {@link computeInvoice}: what they have in common is read once. */
export async function computeInvoices(
  tx: Ctx,
  requests: readonly BillingRequest[],
): Promise<(ComputedInvoice | undefined)[]> {
  return compute(tx, requests, null)
}

async function compute(
  tx: Ctx,
  requests: readonly BillingRequest[],
  invoiceId: string | null,
): Promise<(ComputedInvoice | undefined)[]> {
  const billed = await findBilled(tx, requests, invoiceId)
  const all = billed.flat()
  const chargesOf = await chargesReader(tx, all, invoiceId !== null)
  const fixedCharges = await loadFixedCharges(tx, all)
  const commitments = await loadCommitments(tx, all)
  const adjustments = invoiceId === null ? undefined : await loadAdjustments(tx, invoiceId)
  const snapshotOf = async (one: BilledNow): Promise<SubscriptionSnapshot<AppliedTax>> => {
    const charges = await chargesOf(one)
    return {
      subscriptionId: one.subscription.id,
      base: one.base,
      currency: one.plan.amountCurrency,
      taxes: applicableTaxes(one.plan.taxes, one.customerTaxes),
      charges: charges.invoiced,
      renewals: charges.standalone,
      fixedCharges: fixedCharges.get(one.subscription.id) ?? [],
      commitment: commitments.get(one.subscription.id) ?? null,
      keepsZeroFixedCharges: one.request.keepsZeroFixedCharges ?? false,
      adjustments: adjustments?.get(one.subscription.id) ?? [],
    }
  }
  const computed: (ComputedInvoice | undefined)[] = []
  for (const invoice of billed) {
    const snapshots: SubscriptionSnapshot<AppliedTax>[] = []
    for (const one of invoice) snapshots.push(await snapshotOf(one))
    computed.push(invoice.length === 0 ? undefined : { billed: invoice, assembled: assembleInvoice(snapshots) })
  }
  return computed
}

/** The subscriptions of each request that are not billed already. */
export async function findBilled(
  tx: Ctx,
  requests: readonly BillingRequest[],
  invoiceId: string | null,
): Promise<BilledNow[][]> {
  const rows = requests.flatMap(request => request.subscriptions.map(({ subscription }) => subscription))
  const plans = await getPlans(tx, [...new Set(rows.map(subscription => subscription.plan_id))])
  const ids = rows.map(subscription => subscription.id)
  const histories = await loadBillingHistories(tx, ids, invoiceId)
  const starts = await initialStarts(tx, rows)
  const taxes = await getTaxesOfCustomers(
    tx,
    requests.map(request => request.taxpayer),
  )
  return requests.map(request =>
    request.subscriptions.flatMap(record => {
      const { subscription } = record
      const plan = plans.get(subscription.plan_id)
      const history = histories.get(subscription.id)
      const started = termsOf(record)
      if (plan === undefined || history === undefined || started === undefined) {
        throw new Error(`subscription ${subscription.id} has no plan, or has not started`)
      }
      const reason = reasonOf(request, subscription)
      const asPlanned = { ...started, timeZone: request.timeZone, previousUsage: history.previousUsage }
      const terms = isLateChange(request, reason, asPlanned, history)
        ? { ...asPlanned, successor: 'upgrade' as const }
        : asPlanned
      const boundaries = boundariesFor(request, reason, terms, history)
      const isBilled = history.recurring.some(other => coversSamePeriods(terms, other, boundaries))
      if (reason === 'subscription_periodic' && isBilled) return []
      const base: SubscriptionFeeInput = {
        terms,
        at: request.at,
        reason,
        boundaries,
        planAmountCents: plan.amountCents,
        subscriptionCreatedAt: subscription.created_at,
        invoiceCreatedAt: request.invoiceCreatedAt,
        otherFeesBilledAt: history.baseFeesBilledAt,
        hasPreviousSubscription: subscription.previous_subscription_id !== null,
        trialEndsAt: trialEnd(starts.get(subscription.id) ?? terms.startedAt, plan.trialPeriod),
      }
      const customerTaxes = taxes.get(request.taxpayer.customerId) ?? []
      return [{ request, subscription, reason, plan, terms, boundaries, base, history, customerTaxes }]
    }),
  )
}

function reasonOf(
  { reason, subscriptions }: BillingRequest,
  { id, previous_subscription_id: previousId }: Subscription,
): InvoicingReason {
  if (reason !== 'plan_change') return reason
  if (subscriptions.some(({ subscription }) => subscription.previous_subscription_id === id)) {
    return 'subscription_terminating'
  }
  const isReplacing = subscriptions.some(({ subscription }) => subscription.id === previousId)
  return isReplacing ? 'subscription_starting' : 'subscription_periodic'
}

/** A change to a cheaper plan that was paid for late, when the period after which it was planned is billed: it interrupts one. */
function isLateChange(
  { at }: BillingRequest,
  reason: InvoicingReason,
  terms: BillingTerms,
  { recurring }: BillingHistory,
): boolean {
  if (reason !== 'subscription_terminating' || terms.successor !== 'downgrade') return false
  const past = billingBoundaries({ ...terms, terminatedAt: null }, at, 'billing')
  return recurring.some(other => coversSamePeriods(terms, other, past))
}

/** An upgrade interrupts a period; usage that passes a threshold is billed while its period goes on. */
function boundariesFor(
  request: BillingRequest,
  reason: InvoicingReason,
  terms: BillingTerms,
  history: BillingHistory,
): Boundaries {
  const { terminatedAt, successor } = terms
  if (reason === 'progressive_billing') return billingBoundaries(terms, request.at, 'current')
  const isEnd = reason === 'subscription_terminating'
  if (!isEnd || terminatedAt === null) return billingBoundaries(terms, request.at, 'billing')
  if (successor === 'upgrade') return billingBoundaries(terms, request.at, 'current')
  return terminationBoundaries({ ...terms, terminatedAt }, history.recurring)
}
