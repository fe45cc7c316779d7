import {
  currencyExponent,
  type Decimal,
  decimal,
  formatDecimal,
  instantEstimate,
  parseChargeModel,
  roundUnits,
} from '@weir/engine'
import type { Charge } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { validation } from '../../platform/errors.ts'
import { bucketOf, type ChargedEvent, isNumber } from '../advance/event-fee.ts'
import { filterDisplayName } from '../serialize-fee.ts'
import { type EstimatedSubscription, findRunning, type GivenEvent, imaginedEvent } from './given-event.ts'

/** Models whose events have a price of their own. */
const INSTANT_MODELS = ['standard', 'percentage']

const NO_CHARGE = { code: ['does_not_match_an_instant_charge'] }

/**
 * What an event costs by itself, without a look at any other: quick, and without taxes.
 *
 * @throws 404 `subscription_not_found`; 422 `does_not_match_an_instant_charge`, `value_is_not_valid_number`
 */
export async function estimateInstantFees(ctx: Ctx, given: GivenEvent) {
  const target = await findRunning(ctx, given.externalSubscriptionId)
  const fees = await instantFees(ctx, target, given)
  if (fees.length === 0) throw validation(NO_CHARGE)
  return fees
}

/** As {@link estimateInstantFees}, for many: by subscription, in the order in which they come up. */
export async function batchEstimateInstantFees(ctx: Ctx, given: readonly GivenEvent[]) {
  if (given.length === 0) throw validation({ events: ['no_events'] })
  const fees: object[] = []
  for (const [externalId, events] of Map.groupBy(given, event => event.externalSubscriptionId)) {
    const target = await findRunning(ctx, externalId)
    if (!target.plan.charges.some(isInstant)) throw validation(NO_CHARGE)
    for (const event of events) fees.push(...(await instantFees(ctx, target, event)))
  }
  return fees
}

function isInstant(charge: Charge): boolean {
  return charge.payInAdvance && INSTANT_MODELS.includes(charge.chargeModel)
}

async function instantFees(ctx: Ctx, target: EstimatedSubscription, given: GivenEvent): Promise<object[]> {
  const charges = target.plan.charges.filter(charge => isInstant(charge) && charge.metric.code === given.code)
  if (charges.length === 0) return []
  const event = await imaginedEvent(ctx, given)
  return charges.map(charge => instantFee(target, charge, event))
}

function instantFee(target: EstimatedSubscription, charge: Charge, event: ChargedEvent) {
  const currency = target.plan.amountCurrency
  const { filterId } = bucketOf(charge, event)
  const filter = charge.filters.find(candidate => candidate.id === filterId)
  const units = unitsOf(charge, event)
  const chargeModel = parseChargeModel(charge.chargeModel, filter?.properties ?? charge.properties)
  const estimate = instantEstimate(chargeModel, units, currency)
  if (estimate === null) throw new Error(`charge ${charge.id} has no price for an event by itself`)
  const isWhole = currencyExponent(currency) === 0 || units.lessThan(0)
  const amountCents = isWhole ? Number(estimate.amountCents) : formatDecimal(estimate.amountCents)
  const amount = formatDecimal(estimate.amount)
  return {
    lago_id: null,
    lago_charge_id: charge.id,
    lago_charge_filter_id: filterId,
    lago_invoice_id: null,
    lago_true_up_fee_id: null,
    lago_true_up_parent_fee_id: null,
    lago_subscription_id: target.subscription.id,
    external_subscription_id: target.subscription.external_id,
    lago_customer_id: target.subscription.customer_id,
    external_customer_id: target.externalCustomerId,
    item: {
      type: 'charge',
      code: charge.metric.code,
      name: charge.metric.name,
      description: charge.metric.description,
      invoice_display_name: charge.invoiceDisplayName || charge.metric.name,
      filters: filter?.values ?? null,
      filter_invoice_display_name:
        filter === undefined
          ? null
          : filterDisplayName({ values: filter.values, invoice_display_name: filter.invoiceDisplayName }),
      lago_item_id: charge.metric.id,
      item_type: 'BillableMetric',
      grouped_by: {},
    },
    pay_in_advance: true,
    invoiceable: charge.invoiceable,
    amount_cents: amountCents,
    amount_currency: currency,
    precise_amount: amount,
    precise_total_amount: amount,
    taxes_amount_cents: 0,
    taxes_precise_amount: 0,
    taxes_rate: 0,
    total_amount_cents: amountCents,
    total_amount_currency: currency,
    units: formatDecimal(estimate.units),
    description: null,
    precise_unit_amount: formatDecimal(estimate.unitAmountCents),
    precise_coupons_amount_cents: '0.0',
    events_count: 1,
    payment_status: 'pending',
    created_at: null,
    succeeded_at: null,
    failed_at: null,
    refunded_at: null,
    amount_details: null,
    event_transaction_id: event.transactionId,
  }
}

/** Rounded as the metric rounds; one where the metric looks at no property. */
function unitsOf({ metric }: Charge, { properties }: ChargedEvent): Decimal {
  if (metric.fieldName === null) return decimal(1)
  const text = properties.textOf(metric.fieldName)
  if (text !== null && !isNumber(text)) throw validation({ properties: ['value_is_not_valid_number'] })
  const rounding =
    metric.roundingFunction === null ? null : { function: metric.roundingFunction, precision: metric.roundingPrecision }
  return roundUnits(decimal(text ?? 0), rounding)
}
