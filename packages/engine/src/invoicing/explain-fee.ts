import {
  type Currency,
  currencySubunits,
  type Decimal,
  decimal,
  formatDecimal,
  round,
  toCents,
  truncate,
  ZERO,
} from '../money/index.ts'
import type { Shortfall } from './charge-fee.ts'
import { feeTaxes, type Tax } from './taxes.ts'

/** A fee as it was stored, with what it was computed from. Decimals are text. */
export interface StoredFee {
  readonly kind: 'charge' | 'fixed_charge' | 'subscription' | 'commitment' | 'add_on' | 'credit' | 'product'
  readonly currency: Currency
  readonly units: string
  readonly amountCents: bigint
  readonly preciseAmountCents: string
  readonly unitAmountCents: bigint
  /** In units of the currency. */
  readonly preciseUnitAmount: string
  readonly preciseCouponsAmountCents: string
  readonly isTrueUp: boolean
  /** Of true-ups and minimum commitments, unless they were stored without. */
  readonly shortfall: Shortfall | null
  readonly chargeModel: string | null
  readonly properties: Readonly<Record<string, unknown>>
  readonly amountDetails: Readonly<Record<string, unknown>>
  readonly planAmountCents: bigint | null
  /** Of the whole period that a base fee may be a part of. */
  readonly periodDays: number | null
  readonly adjusted: { readonly units: string; readonly unitPreciseAmount: string | null } | null
  readonly pricingUnit: { readonly shortName: string; readonly conversionRate: string } | null
  readonly taxes: readonly Tax[]
}

/** One step of the arithmetic. `unrounded` follows from the steps before it; `rounded` is null where nothing is rounded. */
export interface ExplainedStep {
  readonly name: string
  readonly formula: string
  readonly unrounded: string
  readonly rounded: string | null
}

export interface ExplainedFee {
  readonly steps: readonly ExplainedStep[]
  /** Computed again from what was stored. */
  readonly amountCents: bigint
  readonly taxesAmountCents: bigint
}

type Details = Readonly<Record<string, unknown>>

const TIERS = ['graduated_ranges', 'graduated_percentage_ranges']

/**
 * How a fee came to its amount, in the order of the arithmetic, from what was stored with it: what the units cost, what was
 * weighed by time, the rounding to cents, the share of discounts, the taxes.
 *
 * @example
 * explainFee({ chargeModel: 'standard', properties: { amount: '0.0333' }, units: '12.5', currency: 'USD', … }).steps
 * // units: '12.5 × 0.0333' = 0.41625; amount: '0.41625 × 100', 41.625 rounded to 42; …
 */
export function explainFee(fee: StoredFee): ExplainedFee {
  const priced = priceSteps(fee)
  const amount = amountStep(fee, sum(priced))
  const coupons = decimal(fee.preciseCouponsAmountCents)
  const subTotal = decimal(amount.cents).minus(coupons)
  const discount = coupons.isZero()
    ? []
    : [step('sub_total_excluding_taxes', `${amount.cents} - ${coupons.toFixed()}`, subTotal, round(subTotal, 0))]
  const taxation = feeTaxes(
    {
      amountCents: amount.cents,
      preciseAmountCents: fee.preciseAmountCents,
      preciseCouponsAmountCents: fee.preciseCouponsAmountCents,
    },
    fee.taxes,
  )
  const taxes = taxation.taxes.map(({ tax, amountCents }) =>
    step(
      `tax ${tax.code}`,
      `${subTotal.toFixed()} × ${tax.rate} %`,
      subTotal.times(tax.rate).div(100),
      decimal(amountCents),
    ),
  )
  const total = step(
    'total',
    `${amount.cents} + ${taxation.taxesAmountCents}`,
    decimal(amount.cents + taxation.taxesAmountCents),
  )
  const taxTotal = step(
    'taxes',
    fee.taxes.map(tax => `${subTotal.toFixed()} × ${tax.rate} %`).join(' + ') || '0',
    fee.taxes.reduce((rest, tax) => rest.plus(subTotal.times(tax.rate).div(100)), ZERO),
    decimal(taxation.taxesAmountCents),
  )
  return {
    steps: [...priced, ...amount.steps, ...discount, ...taxes, taxTotal, total],
    amountCents: amount.cents,
    taxesAmountCents: taxation.taxesAmountCents,
  }
}

/** A step of a computation; not rounded where `rounded` is left out. */
export function step(name: string, formula: string, unrounded: Decimal, rounded?: Decimal): ExplainedStep {
  return {
    name,
    formula,
    unrounded: formatDecimal(unrounded),
    rounded: rounded === undefined ? null : formatDecimal(rounded),
  }
}

function sum(steps: readonly ExplainedStep[]): Decimal {
  return steps.reduce((total, { unrounded }) => total.plus(unrounded), ZERO)
}

/** What the parts of the fee cost, in units of the currency or of the pricing unit; they add up to the price. */
function priceSteps(fee: StoredFee): ExplainedStep[] {
  if (fee.kind === 'subscription') return baseSteps(fee)
  if (fee.adjusted?.unitPreciseAmount != null) {
    return [product('units', fee.adjusted.units, fee.adjusted.unitPreciseAmount)]
  }
  if (isShortfall(fee)) return [shortfallStep(fee)]
  if (fee.kind === 'add_on') return [product('units', fee.units, fee.preciseUnitAmount)]
  const steps = modelSteps(fee)
  return steps === undefined ? [pricedAs('price', 'as the events were priced', fee)] : weighed(steps, fee)
}

function isShortfall({ isTrueUp, kind }: StoredFee): boolean {
  return isTrueUp || kind === 'commitment'
}

/** What is missing counts what was billed in whole cents. */
function shortfallStep({ shortfall, adjusted, pricingUnit, currency, ...fee }: StoredFee): ExplainedStep {
  const subunits = currencySubunits(currency)
  if (adjusted !== null) return product('units', adjusted.units, fee.preciseUnitAmount)
  if (shortfall === null) {
    return step('missing', 'what is short of the minimum', decimal(fee.unitAmountCents).div(subunits))
  }
  const { dueCents, billedCents } = shortfall
  const parts = pricingUnit === null ? subunits : 100
  return step('missing', `(${dueCents} - ${billedCents}) ÷ ${parts}`, decimal(dueCents).minus(billedCents).div(parts))
}

/** The steps of a charge model that the stored details tell; undefined where they do not. */
function modelSteps({ chargeModel, properties, amountDetails, units }: StoredFee): ExplainedStep[] | undefined {
  const tiers = TIERS.map(key => amountDetails[key]).find(Array.isArray)
  if (tiers !== undefined) return tiers.flatMap((tier: Details) => tierSteps(tier))
  switch (chargeModel) {
    case 'standard':
      return [product('units', units, text(properties.amount))]
    case 'volume':
      return [
        product('units', units, text(amountDetails.per_unit_amount)),
        ...flat('flat amount', amountDetails.flat_unit_amount),
      ]
    case 'package':
      return packageSteps(properties, amountDetails)
    case 'percentage':
      return percentageSteps(amountDetails)
    default:
      return undefined
  }
}

function tierSteps(tier: Details): ExplainedStep[] {
  const name = `tier ${text(tier.from_value)} to ${tier.to_value === null ? '∞' : text(tier.to_value)}`
  const units = decimal(text(tier.units))
  const priced =
    tier.rate === undefined
      ? product(name, units.toFixed(), text(tier.per_unit_amount))
      : share(name, units, text(tier.rate))
  return [priced, ...flat(`${name}, flat amount`, tier.flat_unit_amount)]
}

function packageSteps(properties: Details, details: Details): ExplainedStep[] {
  const paid = decimal(text(details.paid_units))
  const size = Number(properties.package_size ?? 1)
  const packages = paid.isZero() ? 0 : Math.ceil(paid.toNumber() / size)
  const amount = decimal(text(properties.amount))
  return [step('packages', `⌈${paid.toFixed()} ÷ ${size}⌉ × ${amount.toFixed()}`, amount.times(packages))]
}

function percentageSteps(details: Details): ExplainedStep[] {
  const events = product('events', text(details.paid_events), text(details.fixed_fee_unit_amount))
  const charged = decimal(text(details.fixed_fee_total_amount))
  return [
    share('units', decimal(text(details.paid_units)), text(details.rate)),
    // Events without any units cost nothing.
    charged.equals(events.unrounded) ? events : step('events', 'no fixed amounts without units', charged),
    ...flat('bounds of single events', details.min_max_adjustment_total_amount),
  ]
}

/** Units that were in force for a part of the period only, and days paid before, change what they cost. */
function weighed(steps: readonly ExplainedStep[], fee: StoredFee): ExplainedStep[] {
  if (fee.pricingUnit !== null) return [...steps]
  const stored = decimal(fee.preciseAmountCents).div(currencySubunits(fee.currency))
  const difference = stored.minus(sum(steps))
  // Precise amounts keep 15 decimals of a cent.
  if (difference.abs().lessThan('1e-12')) return [...steps]
  return [
    ...steps,
    step('time', 'the part of the period that the units were in force, and was not paid before', difference),
  ]
}

/** A part of the plan's price: by days, each at the price of the plan divided by the days of its period. */
function baseSteps(fee: StoredFee): ExplainedStep[] {
  const subunits = currencySubunits(fee.currency)
  const { adjusted, planAmountCents: plan, periodDays } = fee
  if (adjusted?.unitPreciseAmount != null) return [product('units', adjusted.units, adjusted.unitPreciseAmount)]
  if (adjusted !== null) return [product('units', adjusted.units, fee.preciseUnitAmount)]
  const stored = decimal(fee.preciseAmountCents)
  if (plan === null || stored.equals(plan.toString()) || periodDays === null || plan === 0n) {
    return [step('plan', 'the price of the plan', stored.div(subunits))]
  }
  const days = Math.round((stored.toNumber() * periodDays) / Number(plan))
  const formula = `${days} of ${periodDays} days × ${decimal(plan).div(subunits).toFixed()}`
  return [step('plan', formula, stored.div(subunits))]
}

function amountStep(fee: StoredFee, price: Decimal): { steps: ExplainedStep[]; cents: bigint } {
  const subunits = currencySubunits(fee.currency)
  const { pricingUnit } = fee
  if (pricingUnit !== null) {
    const rounded = round(price, 2)
    const converted = rounded.times(pricingUnit.conversionRate)
    const cents = toCents(converted, fee.currency)
    return {
      cents,
      steps: [
        step(`price in ${pricingUnit.shortName}`, 'the sum of the above', price, rounded),
        step(
          'amount',
          `${rounded.toFixed()} × ${pricingUnit.conversionRate} × ${subunits}`,
          converted.times(subunits),
          decimal(cents),
        ),
      ],
    }
  }
  const unrounded = price.times(subunits)
  // A price that is negative costs nothing.
  const cents = unrounded.isNegative()
    ? 0n
    : isRoundedInUnits(fee)
      ? toCents(round(price, 15), fee.currency)
      : truncate(round(unrounded, 0))
  return { cents, steps: [step('amount', `${price.toFixed()} × ${subunits}`, unrounded, decimal(cents))] }
}

/** What a model prices is rounded to the decimals of the currency before it is counted in its smallest unit. */
function isRoundedInUnits({ kind, adjusted, isTrueUp }: StoredFee): boolean {
  return (kind === 'charge' || kind === 'fixed_charge') && adjusted?.unitPreciseAmount == null && !isTrueUp
}

function pricedAs(name: string, formula: string, fee: StoredFee): ExplainedStep {
  return step(name, formula, decimal(fee.preciseAmountCents).div(currencySubunits(fee.currency)))
}

function product(name: string, units: string, price: string): ExplainedStep {
  return step(name, `${decimal(units).toFixed()} × ${decimal(price).toFixed()}`, decimal(units).times(price))
}

function share(name: string, units: Decimal, rate: string): ExplainedStep {
  return step(name, `${units.toFixed()} × ${decimal(rate).toFixed()} %`, units.times(rate).div(100))
}

function flat(name: string, amount: unknown): ExplainedStep[] {
  const value = decimal(text(amount))
  return value.isZero() ? [] : [step(name, value.toFixed(), value)]
}

function text(value: unknown): string {
  return value === undefined || value === null ? '0' : String(value)
}
