import type { BucketUsage, GroupedBy, PresentedUnits } from '../metering/index.ts'
import type { Currency, Decimal } from '../money/index.ts'
import { currencySubunits, decimal, round, truncate, ZERO } from '../money/index.ts'
import type { AmountDetails, ChargeModel } from '../pricing/index.ts'
import { price } from '../pricing/index.ts'
import { type FeeAmounts, feeAmounts, type PricingUnit, precise } from './pricing-unit.ts'

/** What a charge takes for its usage. */
export interface PricedCharge {
  /** The plan's. */
  readonly currency: Currency
  /** Absent where the prices are in the currency itself. */
  readonly pricingUnit?: PricingUnit | null
  /** The model and the properties of the default bucket. */
  readonly chargeModel: ChargeModel
  /** Each filter has its own properties. */
  readonly filters: readonly { readonly id: string; readonly chargeModel: ChargeModel }[]
}

/** A fee for the usage of one bucket and group of a charge in a period. Decimals are text in plain notation. */
export interface ChargeFee extends FeeAmounts {
  /** Null for the default bucket. */
  readonly filterId: string | null
  readonly groupedBy: GroupedBy
  /** Never negative. */
  readonly units: string
  readonly totalAggregatedUnits: string
  readonly eventsCount: number
  readonly amountDetails: AmountDetails
  /** The units, split for display only. */
  readonly presented: readonly PresentedUnits[]
  /** Of a true-up. */
  readonly shortfall?: Shortfall
}

/** What is due at least, and what was billed of it: in cents, or in hundredths of the pricing unit. Decimals are text. */
export interface Shortfall {
  readonly dueCents: string
  readonly billedCents: string
}

/** The least a charge costs in a full period, and how much of one is billed. */
export interface MinimumSpending {
  /** In hundredths of the pricing unit, where the charge has one. */
  readonly minAmountCents: bigint
  /** Days billed; the last day does not count after an upgrade. */
  readonly days: number
  /** Days of the full charge period. */
  readonly fullPeriodDays: number
}

/** A fee for what a charge is short of its minimum, and the fee it belongs to, which is stored even if it is zero. */
export interface TrueUp {
  readonly parent: ChargeFee
  readonly fee: ChargeFee
}

/**
 * The fees of a charge for a period, one for each row of its usage, in the same order. Each amount is rounded once, here.
 * Where the usage or what it costs is negative, units and amounts are 0; the amount details keep what was computed.
 *
 * @example
 * const chargeModel = parseChargeModel('standard', { amount: '0.0333' })
 * chargeFees({ currency: 'USD', chargeModel, filters: [] }, [{ filterId: null, groupedBy: {}, units: decimal('12.5'), eventsCount: 2 }])
 * // [{ units: '12.5', amountCents: 42n, preciseAmountCents: '41.625', unitAmountCents: 3n, … }]
 */
export function chargeFees(charge: PricedCharge, rows: readonly BucketUsage[]): ChargeFee[] {
  return rows.map(row => chargeFee(chargeModelOf(charge, row.filterId), row, charge))
}

/** The model that prices a bucket of a charge; null for the default bucket. */
export function chargeModelOf(charge: PricedCharge, filterId: string | null): ChargeModel {
  if (filterId === null) return charge.chargeModel
  const filter = charge.filters.find(({ id }) => id === filterId)
  if (filter === undefined) throw new Error(`Usage of filter ${filterId}, which its charge does not have.`)
  return filter.chargeModel
}

/**
 * What a charge in arrears is short of its minimum spending, or null if nothing is due.
 *
 * The minimum is prorated by days, in double precision. The fees of all buckets and groups count with their rounded cents.
 * The parent is the first fee of the default bucket; the true-up is one unit of it. Where the charge is priced in a pricing
 * unit, the minimum and what counts towards it are in hundredths of it, and what is missing is converted as any fee.
 *
 * @param fees all fees of the charge, zero ones too, as they are after any adjustment
 * @example
 * // 100.00 a month, 12 of 31 days: 38.71, of which 15.00 are spent
 * trueUp(fees, { minAmountCents: 10000n, days: 12, fullPeriodDays: 31 }, { currency: 'USD' })
 * // { parent: …, fee: { units: '1', amountCents: 2371n, preciseAmountCents: '2370.967741935484', … } }
 */
export function trueUp(
  fees: readonly ChargeFee[],
  minimum: MinimumSpending,
  charge: Pick<PricedCharge, 'currency' | 'pricingUnit'>,
): TrueUp | null {
  const parent = fees.find(fee => fee.filterId === null)
  if (parent === undefined) return null

  const due = decimal((Number(minimum.minAmountCents) / minimum.fullPeriodDays) * minimum.days)
  const spent = fees.map(fee => fee.pricingUnitUsage ?? fee)
  const billed = decimal(spent.reduce((sum, { amountCents }) => sum + amountCents, 0n))
  const missing = due.minus(billed)
  const amountCents = truncate(round(missing, 0))
  if (amountCents <= 0n) return null

  const preciseMissing = spent.reduce((rest, { preciseAmountCents }) => rest.minus(preciseAmountCents), due)
  const amounts = charge.pricingUnit
    ? feeAmounts(missing.div(100), preciseMissing.div(100), charge.currency, charge.pricingUnit)
    : {
        amountCents,
        preciseAmountCents: precise(preciseMissing),
        unitAmountCents: amountCents,
        preciseUnitAmount: precise(preciseMissing.div(currencySubunits(charge.currency))),
        pricingUnitUsage: null,
      }
  const shortfall = { dueCents: due.toFixed(), billedCents: billed.toFixed() }
  const fee = { ...parent, ...amounts, units: '1', totalAggregatedUnits: '1', eventsCount: 0, presented: [], shortfall }
  return { parent, fee }
}

/**
 * Whether a fee of a period is kept. Without units, amount and events it is dropped, unless something refers to it.
 *
 * @param reference whether the fee was adjusted on its invoice, or has a true-up
 */
export function isStoredFee(fee: ChargeFee, reference: { isAdjusted: boolean; hasTrueUp: boolean }): boolean {
  return reference.isAdjusted || reference.hasTrueUp || !isZeroFee(fee)
}

/**
 * The fees of a charge as current usage shows them: zero fees are left out, but every bucket is represented, if need be by
 * one zero fee with null for each group key.
 */
export function currentUsageFees<Fee extends ChargeFee>(fees: readonly Fee[]): Fee[] {
  const buckets = Map.groupBy(fees, fee => fee.filterId)
  return [...buckets.values()].flatMap(bucket => {
    const used = bucket.filter(fee => !isZeroFee(fee))
    return used.length > 0 ? used : bucket.slice(0, 1).map(withoutGroup)
  })
}

function chargeFee(model: ChargeModel, usage: BucketUsage, { currency, pricingUnit }: PricedCharge): ChargeFee {
  const { amountDetails, ...priced } = price(model, usage, currency)
  const isNegative = usage.units.lessThan(0) || priced.amount.lessThan(0)
  const { units, amount, unitAmount } = isNegative
    ? { units: ZERO, amount: ZERO, unitAmount: ZERO }
    : { units: feeUnits(usage), ...priced }
  return {
    ...feeAmounts(amount, unitAmount, currency, pricingUnit ?? null),
    filterId: usage.filterId,
    groupedBy: usage.groupedBy,
    units: units.toFixed(),
    totalAggregatedUnits: (usage.totalUnits ?? units).toFixed(),
    eventsCount: usage.eventsCount,
    amountDetails,
    presented: usage.presented ?? [],
  }
}

/** The units a fee shows: never less than none, which the database enforces. */
function feeUnits({ units, fullUnits, currentUnits }: BucketUsage): Decimal {
  const shown = currentUnits ?? fullUnits ?? units
  return shown.lessThan(0) ? ZERO : shown
}

function isZeroFee({ units, amountCents, eventsCount }: ChargeFee): boolean {
  return amountCents === 0n && eventsCount === 0 && decimal(units).isZero()
}

function withoutGroup<Fee extends ChargeFee>(fee: Fee): Fee {
  const keys = Object.keys(fee.groupedBy)
  return { ...fee, groupedBy: Object.fromEntries(keys.map(key => [key, null])) }
}
