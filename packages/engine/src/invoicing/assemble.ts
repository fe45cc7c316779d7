import { countDays, isClosed, type Period } from '../calendar/index.ts'
import {
  type BucketUsage,
  bucketUsage,
  type GroupedBy,
  type MeteredCharge,
  type Metric,
  type MetricUsage,
  type UsageSpan,
} from '../metering/index.ts'
import {
  type Adjustment,
  adjustedChargeFee,
  adjustedFixedChargeFee,
  adjustedSubscriptionFee,
  adjustmentOf,
  emptyChargeFee,
} from './adjustment.ts'
import { type ChargeFee, chargeFees, isStoredFee, type PricedCharge, trueUp } from './charge-fee.ts'
import { type BilledAmount, type CommitmentFee, type CommitmentSpan, commitmentFee, isWithin } from './commitment.ts'
import {
  creditEarlierFee,
  type FixedChargeFee,
  fixedChargeFee,
  isStoredFixedChargeFee,
  type PaidFixedCharge,
  type PricedFixedCharge,
} from './fixed-charge-fee.ts'
import { fixedChargeUnits, type UnitsDecision, type UnitsSpan } from './fixed-charge-units.ts'
import {
  isSubscriptionFeeDue,
  type SubscriptionFee,
  type SubscriptionFeeInput,
  subscriptionFee,
} from './subscription-fee.ts'
import { type FeeTaxes, feeTaxes, type InvoiceTaxes, invoiceTaxes, type Tax } from './taxes.ts'
import { type InvoiceTotals, invoiceTotals } from './totals.ts'

/** A charge of the plan with the usage it is billed for, as they were when the invoice was computed. */
export interface ChargeSnapshot {
  readonly chargeId: string
  readonly metric: Metric
  readonly metered: MeteredCharge
  readonly priced: PricedCharge
  /** The least the charge costs in a full period; 0 for no minimum. */
  readonly minAmountCents: bigint
  readonly usage: MetricUsage
  readonly span: UsageSpan
}

/** A charge that is billed by the period. */
export interface BilledCharge<T extends Tax> extends ChargeSnapshot {
  /** What its fees are for: the period of the usage, or in advance the one that it is carried into. */
  readonly period: Period
  readonly taxes: readonly T[]
}

/** A fixed charge with the history of its units. */
export interface FixedChargeSnapshot<T extends Tax> {
  readonly fixedChargeId: string
  readonly priced: PricedFixedCharge
  /** In the order they were made. */
  readonly decisions: readonly UnitsDecision[]
  readonly span: UnitsSpan
  /** What was paid for the same days before an upgrade. */
  readonly paidBefore: PaidFixedCharge | null
  readonly taxes: readonly T[]
}

/** A minimum commitment, and what was billed on other invoices of what counts towards it. */
export interface CommitmentSnapshot<T extends Tax> {
  readonly commitmentId: string
  readonly amountCents: bigint
  readonly span: CommitmentSpan
  readonly billedBefore: BilledAmount
  readonly taxes: readonly T[]
}

/** One subscription on the invoice, with everything its fees depend on. */
export interface SubscriptionSnapshot<T extends Tax = Tax> {
  readonly subscriptionId: string
  readonly base: SubscriptionFeeInput
  readonly currency: PricedCharge['currency']
  /** Of the base fee. */
  readonly taxes: readonly T[]
  /** The charges whose usage this invoice bills; none where usage is not billed now. */
  readonly charges: readonly BilledCharge<T>[]
  /** Charges in advance whose usage is carried into the next period by fees that are on no invoice. */
  readonly renewals: readonly BilledCharge<T>[]
  readonly fixedCharges: readonly FixedChargeSnapshot<T>[]
  /** Null where none is due. */
  readonly commitment: CommitmentSnapshot<T> | null
  /** Whether fixed charges that cost nothing are shown, as previews show them. */
  readonly keepsZeroFixedCharges?: boolean
  /** Edits of its lines. */
  readonly adjustments?: readonly Adjustment[]
}

type Line<Kind extends string, Fee, T extends Tax> = {
  readonly kind: Kind
  readonly subscriptionId: string
  readonly fee: Fee
  /** What the fee is for. */
  readonly period: Period
  /** Those that apply to it. */
  readonly taxes: readonly T[]
  /** Set where somebody edited the line. */
  readonly adjustment?: Adjustment | undefined
}

/** The event that a fee is for. */
export interface FeeEvent {
  /** Null for one that is only thought of. */
  readonly id: string | null
  readonly transactionId: string
}

export type AssembledFee<T extends Tax = Tax> =
  | Line<'subscription', SubscriptionFee, T>
  | (Line<'charge', ChargeFee, T> & {
      readonly chargeId: string
      /** Set on a true-up: the place, among the fees, of the one that it completes. */
      readonly trueUpOf: number | null
      /** Set on the fee of one event that is charged at once. */
      readonly event?: FeeEvent
    })
  | (Line<'fixed_charge', FixedChargeFee, T> & { readonly fixedChargeId: string })
  | (Line<'commitment', CommitmentFee, T> & { readonly commitmentId: string })

export type TaxedFee<T extends Tax = Tax> = AssembledFee<T> & { readonly taxation: FeeTaxes<T> }

/** The level that a time-weighted sum had at the end of a period, which the next one begins with. */
export interface ClosingLevel {
  readonly subscriptionId: string
  readonly chargeId: string
  readonly filterId: string | null
  readonly groupedBy: GroupedBy
  /** A decimal as text. */
  readonly level: string
  readonly since: Temporal.Instant
  /** What was aggregated. */
  readonly span: Period
}

export interface CompletedInvoice<T extends Tax = Tax> {
  readonly fees: readonly TaxedFee<T>[]
  readonly taxes: InvoiceTaxes<T>
  readonly totals: InvoiceTotals
}

export interface AssembledInvoice<T extends Tax = Tax> extends CompletedInvoice<T> {
  /** Fees that are on no invoice. */
  readonly standalone: readonly TaxedFee<T>[]
  readonly levels: readonly ClosingLevel[]
}

/**
 * Computes an invoice from its snapshot: of each subscription the base fee where it is due, then its usage fees charge by
 * charge with their true-ups, its fixed charges and what it is short of its minimum commitment; then taxes and totals. The
 * same snapshot always gives the same invoice.
 */
export function assembleInvoice<T extends Tax>(subscriptions: readonly SubscriptionSnapshot<T>[]): AssembledInvoice<T> {
  const fees: AssembledFee<T>[] = []
  const standalone: AssembledFee<T>[] = []
  const levels: ClosingLevel[] = []
  for (const subscription of subscriptions) {
    const { subscriptionId, base, taxes } = subscription
    const first = fees.length
    if (isSubscriptionFeeDue(base)) {
      const period = base.boundaries.base
      const adjustment = editOf(subscription, { kind: 'subscription', itemId: null, period })
      const computed = subscriptionFee(base)
      const fee = adjustment ? adjustedSubscriptionFee(computed, adjustment, subscription.currency) : computed
      fees.push({ kind: 'subscription', subscriptionId, fee, period, taxes, adjustment })
    }
    for (const charge of subscription.charges) addChargeFees(fees, levels, subscription, charge)
    for (const charge of subscription.fixedCharges) fees.push(...fixedChargeFees(subscription, charge))
    for (const charge of subscription.renewals) standalone.push(...renewalFees(subscriptionId, charge))
    fees.push(...commitmentFees(subscription, fees.slice(first)))
  }
  return { ...completeInvoice(fees), standalone: standalone.map(taxed), levels }
}

/** The taxes and the totals of an invoice with these fees. */
export function completeInvoice<T extends Tax>(fees: readonly AssembledFee<T>[]): CompletedInvoice<T> {
  const feesAmountCents = fees.reduce((sum, { fee }) => sum + fee.amountCents, 0n)
  const taxable = fees.map(({ fee, taxes }) => ({ amountCents: fee.amountCents, taxes }))
  const taxes = invoiceTaxes(taxable, feesAmountCents)
  return { fees: fees.map(taxed), taxes, totals: invoiceTotals(feesAmountCents, taxes) }
}

function taxed<T extends Tax>(line: AssembledFee<T>): TaxedFee<T> {
  return { ...line, taxation: feeTaxes(line.fee, line.taxes) }
}

function addChargeFees<T extends Tax>(
  fees: AssembledFee<T>[],
  levels: ClosingLevel[],
  subscription: SubscriptionSnapshot<T>,
  charge: BilledCharge<T>,
): void {
  const usage = usageOf(charge)
  levels.push(...closingLevels(subscription.subscriptionId, charge, usage))
  const lines = editedLines(subscription, charge, chargeFees(charge.priced, usage))
  const edited = lines.map(({ fee }) => fee)
  const completion = trueUpOf(subscription, charge, edited)
  const line = (fee: ChargeFee, trueUpOf: number | null, adjustment?: Adjustment) =>
    ({ ...chargeLine(subscription.subscriptionId, charge), fee, trueUpOf, adjustment }) as const
  let parent: number | null = null
  for (const { fee, adjustment } of lines) {
    const hasTrueUp = completion?.parent === fee
    if (!isStoredFee(fee, { isAdjusted: adjustment !== undefined, hasTrueUp })) continue
    if (hasTrueUp) parent = fees.length
    fees.push(line(fee, null, adjustment))
  }
  if (completion !== null) fees.push(line(completion.fee, parent))
}

interface EditedLine {
  readonly fee: ChargeFee
  readonly adjustment?: Adjustment
}

/** The fees of a charge as somebody edited them, with lines for edits of what had no usage. */
function editedLines<T extends Tax>(
  { adjustments = [] }: SubscriptionSnapshot<T>,
  { chargeId, priced, period }: BilledCharge<T>,
  computed: readonly ChargeFee[],
): EditedLine[] {
  const own = adjustments.filter(one => one.kind === 'charge' && one.itemId === chargeId)
  if (own.length === 0) return computed.map(fee => ({ fee }))
  const lines = computed.map((fee): EditedLine => {
    const { filterId, groupedBy } = fee
    const adjustment = adjustmentOf(own, { kind: 'charge', itemId: chargeId, filterId, groupedBy, period })
    return adjustment === undefined ? { fee } : { fee: adjustedChargeFee(priced, fee, adjustment), adjustment }
  })
  const met = new Set(lines.map(({ adjustment }) => adjustment))
  const added = own
    .filter(one => !met.has(one) && isOfPeriod(one, period))
    .map(adjustment => {
      const empty = emptyChargeFee(priced, adjustment.filterId, adjustment.groupedBy)
      return { fee: adjustedChargeFee(priced, empty, adjustment), adjustment }
    })
  return [...lines, ...added]
}

function isOfPeriod({ period: own }: Adjustment, period: Period): boolean {
  return own === null || (own.from.equals(period.from) && own.to.equals(period.to))
}

function editOf(
  { adjustments = [] }: Pick<SubscriptionSnapshot, 'adjustments'>,
  line: Pick<Adjustment, 'kind' | 'itemId' | 'period'>,
): Adjustment | undefined {
  return adjustmentOf(adjustments, { ...line, filterId: null, groupedBy: {} })
}

/** Those of a renewal are kept whatever they are. */
function renewalFees<T extends Tax>(subscriptionId: string, charge: BilledCharge<T>): AssembledFee<T>[] {
  return chargeFees(charge.priced, usageOf(charge)).map(fee => ({
    ...chargeLine(subscriptionId, charge),
    fee,
    trueUpOf: null,
  }))
}

function chargeLine<T extends Tax>(subscriptionId: string, { chargeId, period, taxes }: BilledCharge<T>) {
  return { kind: 'charge', subscriptionId, chargeId, period, taxes } as const
}

function usageOf({ metered, metric, usage, span }: ChargeSnapshot): BucketUsage[] {
  return bucketUsage(metered, metric, usage, span)
}

/** Of metrics that carry over; a level is kept even where its fee is not. */
function closingLevels(subscriptionId: string, charge: ChargeSnapshot, usage: readonly BucketUsage[]): ClosingLevel[] {
  const { chargeId, metric, span } = charge
  if (metric.recurring !== true) return []
  return usage.flatMap(({ filterId, groupedBy, totalUnits, levelSince }) =>
    totalUnits === undefined || levelSince === undefined
      ? []
      : [{ subscriptionId, chargeId, filterId, groupedBy, level: totalUnits.toFixed(), since: levelSince, span }],
  )
}

function trueUpOf<T extends Tax>(
  { base }: SubscriptionSnapshot<T>,
  charge: ChargeSnapshot,
  fees: readonly ChargeFee[],
) {
  const { charges: period, chargesDuration } = base.boundaries
  if (charge.minAmountCents === 0n || period === null) return null
  const days = countDays(period.from, period.to, base.terms.timeZone)
  const upgradeDay = isClosed(base.terms, base.at) && base.terms.successor === 'upgrade' ? 1 : 0
  const minimum = {
    minAmountCents: charge.minAmountCents,
    days: Math.max(days - upgradeDay, 0),
    fullPeriodDays: chargesDuration,
  }
  return trueUp(fees, minimum, charge.priced)
}

function fixedChargeFees<T extends Tax>(
  subscription: SubscriptionSnapshot<T>,
  charge: FixedChargeSnapshot<T>,
): AssembledFee<T>[] {
  const { fixedChargeId, priced, decisions, span, paidBefore, taxes } = charge
  const { subscriptionId } = subscription
  const computed = fixedChargeFee(priced, fixedChargeUnits(decisions, span, priced.prorated))
  const credited = paidBefore === null ? computed : creditEarlierFee(computed, span, paidBefore)
  const period = { from: span.from, to: span.to }
  const adjustment = editOf(subscription, { kind: 'fixed_charge', itemId: fixedChargeId, period })
  const fee = adjustment ? adjustedFixedChargeFee(priced, credited, adjustment) : credited
  const isKept = isStoredFixedChargeFee(fee) || subscription.keepsZeroFixedCharges === true
  if (adjustment === undefined && !isKept) return []
  return [{ kind: 'fixed_charge', subscriptionId, fixedChargeId, fee, period, taxes, adjustment }]
}

function commitmentFees<T extends Tax>(
  { subscriptionId, commitment, currency }: SubscriptionSnapshot<T>,
  fees: readonly AssembledFee<T>[],
): AssembledFee<T>[] {
  if (commitment === null) return []
  const { commitmentId, amountCents, span, billedBefore, taxes } = commitment
  const counted = fees.filter(({ period }) => isWithin(period, span.period)).map(({ fee }) => fee)
  const fee = commitmentFee(amountCents, span, [billedBefore, ...counted], currency)
  return fee === null ? [] : [{ kind: 'commitment', subscriptionId, commitmentId, fee, period: span.billed, taxes }]
}
