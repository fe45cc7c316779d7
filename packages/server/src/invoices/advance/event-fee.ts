import {
  type AdvanceAggregation,
  type AdvanceUnits,
  type AssembledFee,
  advanceFee,
  advanceUnits,
  type BillingTerms,
  billingBoundaries,
  bucketOfEvent,
  type ChargeModel,
  costsTheSameAlways,
  currentUsagePeriod,
  decimal,
  type EventBucket,
  type EventPosition,
  type EventPrice,
  formatDecimal,
  groupUsage,
  type PresentedUnits,
  type PricedUsage,
  parseChargeModel,
  presentationGroupKeys,
  priceOfEvent,
  priceOfNextEvent,
  pricingGroupKeys,
  type RunningTotals,
  ZERO,
} from '@weir/engine'
import type { Charge, PlanSnapshot } from '../../catalog/index.ts'
import type { EventProperties } from '../../events/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { type Subscription, type SubscriptionRecord, termsOf } from '../../subscriptions/index.ts'
import { type AppliedTax, applicableTaxes } from '../../taxes/index.ts'
import { pricingUnitOf, readUsage, type UsageQuestion } from '../../usage/index.ts'
import type { BilledSubscription } from '../billing/compute.ts'
import { findLastTotals } from './running-totals.ts'

/** An event that is charged as it comes. */
export interface ChargedEvent {
  readonly transactionId: string
  /** Microseconds since the epoch. */
  readonly timestamp: bigint
  readonly properties: EventProperties
  /** Cents, a decimal as text; null where the event says nothing. */
  readonly preciseTotalAmountCents: string | null
  /** Null for one that is not stored: it comes after all others. */
  readonly position: EventPosition | null
}

/** A subscription that events are charged to. */
export interface ChargedSubscription {
  readonly subscription: Subscription
  readonly terms: BillingTerms
  readonly plan: PlanSnapshot
  /** What the customer brings to fees of which neither the charge nor the plan has taxes. */
  readonly customerTaxes: readonly AppliedTax[]
}

/** What one event costs by one charge. Nothing of it is stored yet. */
export interface EventFee {
  readonly charge: Charge
  readonly line: AssembledFee<AppliedTax> & { readonly kind: 'charge' }
  /** The subscription as a billing run at the time of the event sees it. */
  readonly billed: BilledSubscription
  /** How far the bucket and group is charged now; null where that is not kept. */
  readonly totals: RunningTotals | null
}

type UsagePeriod = ReturnType<typeof currentUsagePeriod>

const TARGET_WALLET_KEY = 'target_wallet_code'
/** Notation and length of the text that counts as a number in aggregations. */
const NUMBER = /^-?\d+(\.\d+)?$/
const LONGEST_NUMBER = 1000

/** A subscription with its plan, as far as the events of it are charged. */
export function chargedSubscription(
  record: SubscriptionRecord,
  plans: ReadonlyMap<string, PlanSnapshot>,
  customerTaxes: readonly AppliedTax[],
): ChargedSubscription {
  const terms = termsOf(record)
  const plan = plans.get(record.subscription.plan_id)
  if (terms === undefined || plan === undefined) {
    throw new Error(`subscription ${record.subscription.id} has no plan, or has not started`)
  }
  return { subscription: record.subscription, terms, plan, customerTaxes }
}

/**
 * The charges of the plan that take money for an event as it comes. None where the metric needs a property and the event
 * says nothing for it, or no number where numbers are summed: such an event is kept, and never charged.
 */
export function chargesInAdvance(plan: PlanSnapshot, code: string, properties: EventProperties): Charge[] {
  return plan.charges.filter(charge => {
    const { metric } = charge
    if (!charge.payInAdvance || metric.code !== code || metric.deletedAt !== null) return false
    if (metric.aggregationType === 'count_agg') return true
    if (metric.fieldName === null || !properties.isPresent(metric.fieldName)) return false
    if (metric.aggregationType === 'unique_count_agg') return true
    return metric.aggregationType === 'sum_agg' && isNumber(properties.textOf(metric.fieldName))
  })
}

/** Whether a text counts as a number in aggregations. */
export function isNumber(text: string | null): boolean {
  return text !== null && text.length <= LONGEST_NUMBER && NUMBER.test(text)
}

/** The fee of an event by one charge: what it adds to the usage of the period that it lies in. */
export async function computeEventFee(
  ctx: Ctx,
  to: ChargedSubscription,
  charge: Charge,
  event: ChargedEvent,
): Promise<EventFee> {
  const { amountCurrency } = to.plan
  const at = Temporal.Instant.fromEpochNanoseconds(event.timestamp * 1000n)
  const period = currentUsagePeriod(to.terms, at)
  const asked = { ...charge, acceptsTargetWallet: charge.acceptsTargetWallet && namesWallet(event) }
  const bucket = bucketOf(asked, event)
  const question = questionOf(to, asked, event, period)
  const units = await unitsOf(ctx, { charge: asked, event, bucket, question, period })
  const chargeModel = parseChargeModel(charge.chargeModel, propertiesOf(charge, bucket))
  const usage = costsTheSameAlways(chargeModel) ? unitsAlone(units) : await usageOf(ctx, question, bucket)
  const price = priceOf(chargeModel, usage, { units, bucket, event, charge: asked }, amountCurrency)
  const priced = { currency: amountCurrency, pricingUnit: pricingUnitOf(charge) }
  return {
    charge,
    line: {
      kind: 'charge',
      subscriptionId: to.subscription.id,
      chargeId: charge.id,
      fee: advanceFee(bucket, units, price, priced, presentedUnits(charge, event, units)),
      period: { from: period.from, to: period.to },
      taxes: applicableTaxes(charge.taxes, to.plan.taxes, to.customerTaxes),
      trueUpOf: null,
      event: { id: event.position?.id ?? null, transactionId: event.transactionId },
    },
    billed: billedAt(to, at, period),
    totals: units.totals,
  }
}

/** Links carry what a billing run at that time would bill; fees have the window that the event lies in, and its days. */
function billedAt({ subscription, terms, plan }: ChargedSubscription, at: Temporal.Instant, { fullDays }: UsagePeriod) {
  const boundaries = { ...billingBoundaries(terms, at, 'billing'), chargesDuration: fullDays }
  return { subscription, reason: 'in_advance_charge' as const, plan, boundaries }
}

/** What an event is looked at with. */
interface Look {
  readonly charge: Charge
  readonly event: ChargedEvent
  readonly bucket: EventBucket
  readonly question: UsageQuestion
  readonly period: UsagePeriod
}

function namesWallet({ properties }: ChargedEvent): boolean {
  return properties.isPresent(TARGET_WALLET_KEY)
}

/** The bucket and group that an event belongs to in advance. */
export function bucketOf(charge: Charge, { properties }: ChargedEvent): EventBucket {
  const groupKeys = (of: Charge['properties']) => pricingGroupKeys(of, charge.acceptsTargetWallet)
  const metered = {
    pricingGroupKeys: groupKeys(charge.properties),
    filters: charge.filters.map(filter => ({ ...filter, pricingGroupKeys: groupKeys(filter.properties) })),
  }
  const declared = Object.fromEntries(charge.metric.filters.map(filter => [filter.key, filter.values]))
  return bucketOfEvent(metered, declared, key => properties.textOf(key))
}

function propertiesOf(charge: Charge, { filterId }: EventBucket): Charge['properties'] {
  return charge.filters.find(filter => filter.id === filterId)?.properties ?? charge.properties
}

function questionOf(
  { subscription, terms, plan }: ChargedSubscription,
  charge: Charge,
  { timestamp, position }: ChargedEvent,
  period: UsagePeriod,
): UsageQuestion {
  return {
    subscription: {
      externalId: subscription.external_id,
      startedAt: terms.startedAt,
      hasPrevious: subscription.previous_subscription_id !== null,
    },
    plan,
    charges: [charge],
    span: { ...period, timeZone: terms.timeZone, endedByUpgrade: false },
    presentationKeys: [],
    ...(position === null
      ? { until: Temporal.Instant.fromEpochNanoseconds(timestamp * 1000n) }
      : { upTo: { position, isIncluded: true } }),
  }
}

async function unitsOf(ctx: Ctx, look: Look): Promise<AdvanceUnits> {
  const { charge, event, bucket, question, period } = look
  const aggregation = charge.metric.aggregationType as AdvanceAggregation
  const told = {
    value: aggregatedValue(charge, event),
    operation: event.properties.textOf('operation_type'),
    timestamp: event.timestamp,
  }
  return advanceUnits(aggregation, told, {
    billed:
      aggregation === 'count_agg'
        ? null
        : await findLastTotals(ctx, {
            externalSubscriptionId: question.subscription.externalId,
            chargeId: charge.id,
            bucket,
            period,
            exceptTransactionId: event.transactionId,
          }),
    wasPresent: aggregation === 'unique_count_agg' && (await isPresent(ctx, look, told.value)),
    proratedOver: charge.prorated ? { ...period, timeZone: question.span.timeZone } : null,
  })
}

/** Whether a value that is counted once was there just before the event. */
async function isPresent(ctx: Ctx, { charge, event, bucket, question }: Look, value: string | null): Promise<boolean> {
  const { fieldName } = charge.metric
  if (fieldName === null || value === null) return false
  const before = {
    ...question,
    conditions: { [fieldName]: [value] },
    ...(event.position !== null && { upTo: { position: event.position, isIncluded: false } }),
  }
  return (await usageOf(ctx, before, bucket)).eventsCount > 0
}

/**
 * The usage of the event's bucket and group, the event included where it is stored. Metrics do not round what is charged
 * event by event.
 */
async function usageOf(ctx: Ctx, question: UsageQuestion, bucket: EventBucket): Promise<PricedUsage> {
  const [asked] = await readUsage(ctx, question)
  if (asked === undefined) throw new Error('There is no usage of the charge that the event is charged by.')
  const { metered, metric, usage, span } = asked.snapshot
  return groupUsage(metered, { ...metric, rounding: null }, usage, bucket, span)
}

function unitsAlone({ units }: AdvanceUnits): PricedUsage {
  return { units, eventsCount: 1 }
}

interface Added extends Pick<Look, 'charge' | 'event' | 'bucket'> {
  readonly units: AdvanceUnits
}

function priceOf(
  chargeModel: ChargeModel,
  usage: PricedUsage,
  { units: { units }, bucket: { isCounted }, event, charge }: Added,
  currency: PlanSnapshot['amountCurrency'],
): EventPrice {
  const preciseTotalAmountCents = decimal(event.preciseTotalAmountCents ?? 0)
  if (event.position !== null) {
    return priceOfEvent(chargeModel, usage, { units, isCounted, preciseTotalAmountCents }, currency)
  }
  const before = costsTheSameAlways(chargeModel) ? { units: ZERO, eventsCount: 0 } : usage
  const next = { units, value: standsFor(charge, event), preciseTotalAmountCents }
  return { amount: priceOfNextEvent(chargeModel, before, next, currency), amountDetails: {} }
}

/** What the event stands for where events are priced one by one. */
function standsFor(charge: Charge, event: ChargedEvent) {
  return decimal(charge.metric.aggregationType === 'sum_agg' ? (aggregatedValue(charge, event) ?? 0) : 1)
}

/** The text of the aggregated property; null without one. A blank one says nothing where numbers are summed. */
function aggregatedValue(
  { metric: { fieldName, aggregationType } }: Charge,
  { properties }: ChargedEvent,
): string | null {
  if (fieldName === null || (aggregationType === 'sum_agg' && !properties.isPresent(fieldName))) return null
  return properties.textOf(fieldName)
}

/** One part: an event has one value for each key. */
function presentedUnits(charge: Charge, event: ChargedEvent, { fullUnits }: AdvanceUnits): PresentedUnits[] {
  const keys = presentationGroupKeys(charge.properties)
  if (keys.length === 0) return []
  const isUnique = charge.metric.aggregationType === 'unique_count_agg'
  return [
    {
      presentedBy: Object.fromEntries(keys.map(key => [key, event.properties.textOf(key) || null])),
      units: formatDecimal(isUnique ? fullUnits : standsFor(charge, event)),
    },
  ]
}
