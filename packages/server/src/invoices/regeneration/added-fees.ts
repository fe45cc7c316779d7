import {
  type Adjustment,
  type AssembledFee,
  adjustedChargeFee,
  adjustedFixedChargeFee,
  emptyChargeFee,
  parseChargeModel,
} from '@weir/engine'
import type { Charge, FixedCharge } from '../../catalog/index.ts'
import { notFound, validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { type AppliedTax, applicableTaxes } from '../../taxes/index.ts'
import { pricingUnitOf } from '../../usage/index.ts'
import { isPricedByUnits } from '../adjusted-fees/values.ts'
import type { BilledSubscription } from '../billing/compute.ts'
import { pricedFixedCharge } from '../billing/fixed-charges.ts'
import type { AddedLine } from './lines.ts'

type Fee = AssembledFee<AppliedTax>

/**
 * A line that the voided invoice did not have: a charge or a fixed charge of a subscription that was on it, at the prices of
 * its plan now.
 *
 * @throws 404 for what is not there; 422 `charge: invalid_charge_model` for models that units alone do not price
 */
export function addedFee(
  { input, edit }: AddedLine,
  billed: readonly BilledSubscription[],
  customerTaxes: readonly AppliedTax[],
): Fee {
  const one = billed.find(candidate => candidate.subscription.id === input.subscription_id)
  if (one === undefined) throw notFound('subscription')
  const adjustment = { ...edit, groupedBy: {}, period: null }
  if (!isBlank(input.fixed_charge_id)) {
    const charge = one.plan.fixedCharges.find(candidate => candidate.id === input.fixed_charge_id)
    if (charge === undefined) throw notFound('fixed_charge')
    const taxes = applicableTaxes(charge.taxes, one.plan.taxes, customerTaxes)
    const line = { ...adjustment, kind: 'fixed_charge', itemId: charge.id, filterId: null } as const
    return fixedChargeLine(one, charge, line, taxes)
  }
  const charge = one.plan.charges.find(candidate => candidate.id === input.charge_id)
  if (charge === undefined) throw notFound('charge')
  const filterId = isBlank(input.charge_filter_id) ? null : (input.charge_filter_id ?? null)
  if (filterId !== null && !charge.filters.some(filter => filter.id === filterId)) throw notFound('charge_filter')
  const taxes = applicableTaxes(charge.taxes, one.plan.taxes, customerTaxes)
  return usageLine(one, charge, { ...adjustment, kind: 'charge', itemId: charge.id, filterId }, taxes)
}

function usageLine(
  { subscription, plan, boundaries }: BilledSubscription,
  charge: Charge,
  adjustment: Adjustment,
  taxes: readonly AppliedTax[],
): Fee {
  requirePrice(charge, adjustment)
  const priced = {
    currency: plan.amountCurrency,
    pricingUnit: pricingUnitOf(charge),
    chargeModel: parseChargeModel(charge.chargeModel, charge.properties),
    filters: charge.filters.map(({ id, properties }) => ({
      id,
      chargeModel: parseChargeModel(charge.chargeModel, properties),
    })),
  }
  const empty = emptyChargeFee(priced, adjustment.filterId, {})
  return {
    kind: 'charge',
    subscriptionId: subscription.id,
    chargeId: charge.id,
    fee: adjustedChargeFee(priced, empty, adjustment),
    trueUpOf: null,
    period: boundaries.charges ?? boundaries.base,
    taxes,
    adjustment,
  }
}

function fixedChargeLine(
  { subscription, plan, boundaries }: BilledSubscription,
  charge: FixedCharge,
  adjustment: Adjustment,
  taxes: readonly AppliedTax[],
): Fee {
  requirePrice(charge, adjustment)
  const priced = pricedFixedCharge(charge, plan)
  const none = {
    amountCents: 0n,
    preciseAmountCents: '0',
    unitAmountCents: 0n,
    preciseUnitAmount: '0',
    pricingUnitUsage: null,
    units: '0',
    amountDetails: {},
  }
  return {
    kind: 'fixed_charge',
    subscriptionId: subscription.id,
    fixedChargeId: charge.id,
    fee: adjustedFixedChargeFee(priced, none, adjustment),
    period: boundaries.fixedCharges ?? boundaries.base,
    taxes,
    adjustment,
  }
}

function requirePrice(charge: Charge | FixedCharge, { units, unitPreciseAmount }: Adjustment): void {
  if (units !== null && unitPreciseAmount === null && !isPricedByUnits(charge)) {
    throw validation({ charge: ['invalid_charge_model'] })
  }
}
