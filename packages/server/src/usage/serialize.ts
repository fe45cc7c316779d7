import { type ChargeFee, type Currency, formatDecimal, type Period, type PresentedUnits, ZERO } from '@weir/engine'
import type { Charge } from '../catalog/index.ts'
import { formatCents, formatInstant } from '../platform/wire.ts'
import type { CurrentUsage } from './current-usage.ts'
import type { ProjectedFee } from './projected-usage.ts'

/** What of a fee is told, computed or stored. */
export type UsageFee = Pick<
  ChargeFee,
  'filterId' | 'groupedBy' | 'units' | 'totalAggregatedUnits' | 'eventsCount' | 'amountCents' | 'presented'
> & { readonly pricingUnitUsage: { readonly amountCents: bigint } | null }

/** What of a charge is told. */
export type UsageCharge = Pick<Charge, 'id' | 'code' | 'chargeModel' | 'invoiceDisplayName'> & {
  readonly metric: Pick<Charge['metric'], 'id' | 'name' | 'code' | 'aggregationType'>
  readonly appliedPricingUnit: Pick<NonNullable<Charge['appliedPricingUnit']>, 'shortName' | 'conversionRate'> | null
  readonly filters: readonly Pick<Charge['filters'][number], 'id' | 'invoiceDisplayName' | 'values'>[]
  /** Of what was billed, where no fee of a filter need be left of them. */
  readonly hasFilters?: boolean
}

/** Current usage as the API gives it. Only whole cents are added up: each row was rounded by itself. */
export function serializeCurrentUsage(usage: CurrentUsage, taxesAmountCents = 0n) {
  const amountCents = sumCents(usage.charges.flatMap(({ fees }) => fees))
  return {
    ...usageHead(usage.period, usage.plan.amountCurrency, amountCents, taxesAmountCents),
    charges_usage: usage.charges.map(({ charge, fees }) =>
      serializeChargeUsage(charge, fees, usage.plan.amountCurrency),
    ),
  }
}

/** Projected usage as the API gives it: without totals of levels and without the charges' codes. */
export function serializeProjectedUsage(usage: CurrentUsage<ProjectedFee>, taxesAmountCents = 0n) {
  const amountCents = sumCents(usage.charges.flatMap(({ fees }) => fees))
  const projected = usage.charges.flatMap(({ charge, fees }) => projectedOf(charge, fees))
  return {
    ...usageHead(usage.period, usage.plan.amountCurrency, amountCents, taxesAmountCents),
    projected_amount_cents: formatCents(sumProjected(projected)),
    charges_usage: usage.charges.map(({ charge, fees }) => {
      const { code: _, ...about } = describeCharge(charge)
      return {
        ...shapeUsage(charge, fees, projectedShape(charge), usage.plan.amountCurrency),
        charge: about,
        billable_metric: describeMetric(charge),
      }
    }),
  }
}

/** The usage of one charge. */
export function serializeChargeUsage(charge: UsageCharge, fees: readonly UsageFee[], currency: Currency) {
  return {
    ...shapeUsage(charge, fees, currentShape(charge), currency),
    charge: describeCharge(charge),
    billable_metric: describeMetric(charge),
  }
}

/** What is told of all usage together. */
export function usageHead(
  { from, to }: Period,
  currency: string,
  amountCents: bigint,
  taxesAmountCents: bigint,
  invoice: { readonly id: string; readonly issuingDate: string } | null = null,
) {
  return {
    from_datetime: formatInstant(from),
    to_datetime: formatInstant(to),
    issuing_date: invoice?.issuingDate ?? to.toZonedDateTimeISO('UTC').toPlainDate().toString(),
    currency,
    amount_cents: formatCents(amountCents),
    total_amount_cents: formatCents(amountCents + taxesAmountCents),
    taxes_amount_cents: formatCents(taxesAmountCents),
    lago_invoice_id: invoice?.id ?? null,
  }
}

/** What is told of some rows together, at every level alike. */
interface Shape<Fee, Sums, Breakdowns> {
  sums(fees: readonly Fee[]): Sums
  /** Of the whole charge. */
  totals(fees: readonly Fee[]): Sums
  breakdowns(fees: readonly Fee[]): Breakdowns
}

function currentShape(charge: UsageCharge) {
  const sums = (fees: readonly UsageFee[]) => ({
    units: sumUnits(fees.map(fee => fee.units)),
    total_aggregated_units: sumUnits(fees.map(fee => fee.totalAggregatedUnits)),
    events_count: sumEvents(fees),
    amount_cents: formatCents(sumCents(fees)),
    pricing_unit_details: pricingUnitDetails(charge, fees),
  })
  const breakdowns = (fees: readonly UsageFee[]) => ({ presentation_breakdowns: fees.flatMap(presentedBy) })
  return { sums, totals: sums, breakdowns }
}

function projectedShape(charge: UsageCharge) {
  const sumsOf = (fees: readonly ProjectedFee[], projected: readonly ProjectedFee[]) => {
    const unit = pricingUnitDetails(charge, fees)
    return {
      units: sumUnits(fees.map(fee => fee.units)),
      projected_units: sumUnits(projected.map(fee => fee.projection.units)),
      events_count: sumEvents(fees),
      amount_cents: formatCents(sumCents(fees)),
      projected_amount_cents: formatCents(sumProjected(projected)),
      pricing_unit_details: unit && {
        ...unit,
        projected_amount_cents: formatCents(
          projected.reduce((sum, fee) => sum + (fee.projection.pricingUnitAmountCents ?? 0n), 0n),
        ),
      },
    }
  }
  return {
    sums: (fees: readonly ProjectedFee[]) => sumsOf(fees, fees),
    totals: (fees: readonly ProjectedFee[]) => sumsOf(fees, projectedOf(charge, fees)),
    breakdowns: (fees: readonly ProjectedFee[]) => ({
      presentation_breakdowns: fees.flatMap(presentedBy),
      projected_presentation_breakdowns: fees.flatMap(fee => presentedBy(fee.projection)),
    }),
  }
}

/** The projection of a charge with filters leaves out what matches none of them. */
function projectedOf(charge: UsageCharge, fees: readonly ProjectedFee[]): readonly ProjectedFee[] {
  return charge.filters.length === 0 ? fees : fees.filter(fee => fee.filterId !== null)
}

function shapeUsage<Fee extends UsageFee, Sums extends object, Breakdowns extends object>(
  charge: UsageCharge,
  fees: readonly Fee[],
  shape: Shape<Fee, Sums, Breakdowns>,
  currency: Currency,
) {
  const isGrouped = fees.some(isOfGroup)
  return {
    ...shape.totals(fees),
    amount_currency: currency,
    filters: shapeFilters(charge, fees, shape),
    grouped_usage: isGrouped ? shapeGroups(charge, fees, shape) : [],
    ...shape.breakdowns(fees.filter(fee => !isOfGroup(fee) && fee.filterId === null)),
  }
}

/** One item a bucket, the default bucket last; none where the charge has no filters. */
function shapeFilters<Fee extends UsageFee, Sums extends object, Breakdowns extends object>(
  charge: UsageCharge,
  fees: readonly Fee[],
  shape: Shape<Fee, Sums, Breakdowns>,
) {
  if (!(charge.hasFilters ?? charge.filters.length > 0)) return []
  const buckets = Map.groupBy(fees, fee => fee.filterId)
  const shown = [...charge.filters, { id: null, invoiceDisplayName: null, values: null }]
  return shown.flatMap(({ id, invoiceDisplayName, values }) => {
    const bucket = buckets.get(id)
    if (bucket === undefined) return []
    return [{ ...shape.sums(bucket), invoice_display_name: invoiceDisplayName, values, ...shape.breakdowns(bucket) }]
  })
}

/** One item a combination of group values; rows of several buckets are merged and told apart in its filters. */
function shapeGroups<Fee extends UsageFee, Sums extends object, Breakdowns extends object>(
  charge: UsageCharge,
  fees: readonly Fee[],
  shape: Shape<Fee, Sums, Breakdowns>,
) {
  const groups = Map.groupBy(fees, fee => JSON.stringify(Object.entries(fee.groupedBy).toSorted()))
  return [...groups.values()].sort(byGroup).map(group => ({
    ...shape.sums(group),
    grouped_by: group[0]?.groupedBy ?? {},
    filters: shapeFilters(charge, group, shape),
    ...shape.breakdowns(group.filter(fee => isOfGroup(fee) && fee.filterId === null)),
  }))
}

/** By values ascending, those without a value last; what has fewer keys, or none, after what has more. */
function byGroup([a]: readonly UsageFee[], [b]: readonly UsageFee[]): number {
  const [one, other] = [Object.values(a?.groupedBy ?? {}), Object.values(b?.groupedBy ?? {})]
  if (one.length !== other.length) return other.length - one.length
  const place = one.findIndex((value, index) => value !== other[index])
  if (place === -1) return 0
  const [first, second] = [one[place] ?? null, other[place] ?? null]
  if (first === null) return 1
  return second === null || first < second ? -1 : 1
}

function isOfGroup(fee: UsageFee): boolean {
  return Object.keys(fee.groupedBy).length > 0
}

function describeCharge(charge: UsageCharge) {
  return {
    lago_id: charge.id,
    code: charge.code,
    charge_model: charge.chargeModel,
    invoice_display_name: charge.invoiceDisplayName,
  }
}

function describeMetric({ metric }: UsageCharge) {
  return { lago_id: metric.id, name: metric.name, code: metric.code, aggregation_type: metric.aggregationType }
}

function pricingUnitDetails({ appliedPricingUnit: unit }: UsageCharge, fees: readonly UsageFee[]) {
  if (unit === null) return null
  return {
    amount_cents: formatCents(fees.reduce((sum, fee) => sum + (fee.pricingUnitUsage?.amountCents ?? 0n), 0n)),
    short_name: unit.shortName,
    conversion_rate: formatDecimal(unit.conversionRate),
  }
}

function presentedBy({ presented }: { readonly presented: readonly PresentedUnits[] }) {
  return presented.map(part => ({ presentation_by: part.presentedBy, units: formatDecimal(part.units) }))
}

function sumUnits(units: readonly string[]): string {
  return formatDecimal(units.reduce((sum, one) => sum.plus(one), ZERO))
}

function sumEvents(fees: readonly UsageFee[]): number {
  return fees.reduce((sum, fee) => sum + fee.eventsCount, 0)
}

function sumCents(fees: readonly UsageFee[]): bigint {
  return fees.reduce((sum, fee) => sum + fee.amountCents, 0n)
}

function sumProjected(fees: readonly ProjectedFee[]): bigint {
  return fees.reduce((sum, fee) => sum + fee.projection.amountCents, 0n)
}
