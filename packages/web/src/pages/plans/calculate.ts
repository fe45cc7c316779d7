import {
  type ChargeFee,
  type ChargeModel,
  type Currency,
  chargeFees,
  commitmentShortfall,
  decimal,
  type ExplainedStep,
  explainFee,
  fixedChargeFee,
  invoiceTaxes,
  isCurrency,
  type PricingUnit,
  trueUp,
  ZERO,
} from '@weir/engine'
import type { PlanTax } from '../../api/plans.ts'
import { parseMinor, parseMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { type ChargeDraft, type FixedChargeDraft, minimumDecimals } from './charge-draft.ts'
import { chargeName, fixedChargeName } from './describe.ts'
import { filterName } from './filter-name.ts'
import type { PlanDraft } from './plan-draft.ts'
import { type PriceDraft, propertiesOf, readDecimal } from './price-draft.ts'
import { type Asked, asksOf, isTooMuch, modelOf, type Tried, usageOf } from './tried-usage.ts'

/** The part of a tier in what a line costs. */
export interface TierShare {
  readonly from: string
  readonly to: string
  readonly units: string
  /** In units of the currency or pricing unit. */
  readonly amount: string
  /** Of the line's amount: 0 to 1. */
  readonly share: number
}

export interface CalculatedLine {
  readonly key: string
  readonly kind: 'subscription' | 'charge' | 'fixed_charge' | 'true_up' | 'commitment'
  readonly name: string
  readonly note?: string
  readonly cents: bigint
  /** In the currency; absent where there are no units. */
  readonly unitPrice?: string
  readonly units?: string
  /** What is typed for it: only the first of several groups has the fields. */
  readonly asks: readonly Asked[]
  /** Whether more groups can be added. */
  readonly splits: boolean
  readonly tiers: readonly TierShare[]
  readonly steps: readonly ExplainedStep[]
  /** Why its price cannot be worked out. */
  readonly fault?: 'unfinished' | 'too_many'
}

export interface Calculation {
  readonly lines: readonly CalculatedLine[]
  readonly feesCents: bigint
  readonly taxes: readonly { readonly name: string; readonly rate: number; readonly cents: bigint }[]
  readonly totalCents: bigint
}

interface TaxedLine {
  readonly line: CalculatedLine
  readonly precise: string
  readonly taxCodes: readonly string[]
}

/**
 * What an invoice of one whole period would say for the usage that is tried, by the engine that makes the invoices. Whoever has
 * no taxes of their own pays those of the charge, the plan, or the organization.
 *
 * @param tried by the key of the line: `<charge>`, `<charge>/<filter>`
 */
export function calculate(
  plan: PlanDraft,
  tried: Readonly<Record<string, Tried>>,
  { taxes, unitName }: { readonly taxes: readonly PlanTax[]; readonly unitName: (code: string) => string },
): Calculation {
  const currency: Currency = isCurrency(plan.currency) ? plan.currency : 'USD'
  const fee = BigInt(parseMoney(plan.amount, currency) ?? 0)
  const lines: TaxedLine[] = [
    {
      line: {
        ...EMPTY_LINE,
        key: 'fee',
        kind: 'subscription',
        name: plan.displayName.trim() || plan.name.trim() || t('plans.fee'),
        cents: fee,
      },
      precise: fee.toString(),
      taxCodes: [],
    },
    ...plan.charges.flatMap(charge => chargeLines(charge, currency, tried, unitName)),
    ...plan.fixedCharges.map(charge => fixedLine(charge, currency, tried)),
  ]
  lines.push(...commitmentLine(plan, currency, lines))
  const feesCents = lines.reduce((sum, { line }) => sum + line.cents, 0n)
  const taxesOf = (codes: readonly string[]) => {
    const chosen = codes.length > 0 ? codes : plan.taxCodes
    return taxes.filter(tax => (chosen.length > 0 ? chosen.includes(tax.code) : tax.applied_to_organization === true))
  }
  const levied = invoiceTaxes(
    lines.map(({ line, taxCodes }) => ({ amountCents: line.cents, taxes: taxesOf(taxCodes) })),
    feesCents,
  )
  return {
    lines: lines.map(({ line }) => line),
    feesCents,
    taxes: levied.taxes.map(({ tax, amountCents }) => ({ name: tax.name, rate: tax.rate, cents: amountCents })),
    totalCents: feesCents + levied.taxesAmountCents,
  }
}

const EMPTY_LINE = { asks: [], splits: false, tiers: [], steps: [] } as const

/** The fees of a charge: the default price, each filter, further groups, and what is missing to the minimum. */
function chargeLines(
  charge: ChargeDraft,
  currency: Currency,
  tried: Readonly<Record<string, Tried>>,
  unitName: (code: string) => string,
): TaxedLine[] {
  const name = chargeName(charge)
  const buckets = [
    {
      key: charge.key,
      filterId: null,
      name,
      price: charge.price,
      note: charge.filters.length > 0 ? t('plans.filters.other') : '',
    },
    ...charge.filters.map(filter => ({
      key: `${charge.key}/${filter.key}`,
      filterId: filter.key,
      name,
      price: filter.price,
      note: filterName(filter),
    })),
  ]
  const parsed = new Map(buckets.map(bucket => [bucket.filterId, modelOf(charge.model, bucket.price)]))
  const pricingUnit = pricingUnitOf(charge, unitName)
  const priced = (model: ChargeModel) => ({ currency, pricingUnit, chargeModel: model, filters: [] })
  const fees: ChargeFee[] = []
  const lines: TaxedLine[] = []
  for (const bucket of buckets) {
    const model = parsed.get(bucket.filterId)
    const typed = tried[bucket.key] ?? {}
    const amounts = [typed.units ?? '', ...(typed.groups ?? [])]
    for (const [group, units] of amounts.entries()) {
      const key = group === 0 ? bucket.key : `${bucket.key}#${group}`
      const shared = {
        ...EMPTY_LINE,
        key,
        kind: 'charge' as const,
        name: bucket.name,
        ...(bucket.note !== '' && { note: bucket.note }),
        asks: asksOf(charge, model),
        splits: bucket.price.groupKeys.length > 0,
      }
      const fault =
        model === undefined ? 'unfinished' : isTooMuch(charge, model, { ...typed, units }) ? 'too_many' : undefined
      if (model === undefined || fault !== undefined) {
        lines.push({
          line: { ...shared, cents: 0n, fault: fault ?? 'unfinished' },
          precise: '0',
          taxCodes: charge.taxCodes,
        })
        continue
      }
      const row = usageOf(charge, model, currency, { ...typed, units })
      const [fee] = chargeFees(priced(model), [row])
      if (fee === undefined) continue
      fees.push({ ...fee, filterId: bucket.filterId })
      lines.push({
        line: {
          ...shared,
          cents: fee.amountCents,
          units: fee.units,
          unitPrice: fee.preciseUnitAmount,
          tiers: tierShares(fee.amountDetails),
          steps: stepsOf(charge.model, bucket.price, fee, currency),
        },
        precise: fee.preciseAmountCents,
        taxCodes: charge.taxCodes,
      })
    }
  }
  const minimum = parseMinor(charge.minAmount, minimumDecimals(charge.unit, currency)) ?? 0
  const completed =
    minimum > 0 && !charge.payInAdvance
      ? trueUp(fees, { minAmountCents: BigInt(minimum), days: 1, fullPeriodDays: 1 }, { currency, pricingUnit })
      : null
  if (completed === null) return lines
  return [
    ...lines,
    {
      line: {
        ...EMPTY_LINE,
        key: `${charge.key}!minimum`,
        kind: 'true_up',
        name,
        note: t('plans.calculator.true_up'),
        cents: completed.fee.amountCents,
      },
      precise: completed.fee.preciseAmountCents,
      taxCodes: charge.taxCodes,
    },
  ]
}

function fixedLine(charge: FixedChargeDraft, currency: Currency, tried: Readonly<Record<string, Tried>>): TaxedLine {
  const model = modelOf(charge.model, charge.price)
  const units = readDecimal(tried[charge.key]?.units ?? charge.units) ?? ZERO
  const shared = {
    ...EMPTY_LINE,
    key: charge.key,
    kind: 'fixed_charge' as const,
    name: fixedChargeName(charge),
    asks: ['units'] as const,
    units: units.toFixed(),
  }
  if (model === undefined || units.isNegative()) {
    return { line: { ...shared, cents: 0n, fault: 'unfinished' }, precise: '0', taxCodes: charge.taxCodes }
  }
  const fee = fixedChargeFee({ currency, chargeModel: model, prorated: charge.prorated }, { units, fullUnits: units })
  return {
    line: {
      ...shared,
      cents: fee.amountCents,
      unitPrice: fee.preciseUnitAmount,
      tiers: tierShares(fee.amountDetails),
      steps: stepsOf(charge.model, charge.price, fee, currency),
    },
    precise: fee.preciseAmountCents,
    taxCodes: charge.taxCodes,
  }
}

function commitmentLine(plan: PlanDraft, currency: Currency, lines: readonly TaxedLine[]): TaxedLine[] {
  const target = parseMoney(plan.commitment.amount, currency)
  if (target === undefined) return []
  const billed = lines.map(({ line, precise }) => ({ amountCents: line.cents, preciseAmountCents: precise }))
  const fee = commitmentShortfall(decimal(target), billed, currency)
  if (fee === null) return []
  const name = plan.commitment.displayName.trim() || t('plans.commitment')
  return [
    {
      line: {
        ...EMPTY_LINE,
        key: 'commitment',
        kind: 'commitment',
        name,
        note: t('plans.calculator.commitment'),
        cents: fee.amountCents,
      },
      precise: fee.preciseAmountCents,
      taxCodes: plan.commitment.taxCodes,
    },
  ]
}

function pricingUnitOf({ unit }: ChargeDraft, unitName: (code: string) => string): PricingUnit | null {
  const rate = unit === null ? undefined : readDecimal(unit.rate)
  if (unit === null || rate === undefined) return null
  return { id: unit.code, code: unit.code, shortName: unitName(unit.code), conversionRate: rate.toFixed() }
}

type Details = Readonly<Record<string, unknown>>

/** The tiers that the units reach, as the engine tells them with a fee. */
function tierShares(details: Details): TierShare[] {
  const tiers = [details.graduated_ranges, details.graduated_percentage_ranges].find(Array.isArray) as
    | Details[]
    | undefined
  if (tiers === undefined) return []
  const total = tiers.reduce((sum, tier) => sum.plus(String(tier.total_with_flat_amount)), ZERO)
  return tiers.map(tier => {
    const amount = String(tier.total_with_flat_amount)
    return {
      from: String(tier.from_value),
      to: tier.to_value === null ? '' : String(tier.to_value),
      units: String(tier.units),
      amount,
      share: total.isZero() ? 0 : decimal(amount).div(total).toNumber(),
    }
  })
}

/** The arithmetic down to the cents, as invoices explain it. */
function stepsOf(
  model: string,
  draft: PriceDraft,
  fee: Pick<
    ChargeFee,
    | 'units'
    | 'amountCents'
    | 'preciseAmountCents'
    | 'unitAmountCents'
    | 'preciseUnitAmount'
    | 'amountDetails'
    | 'pricingUnitUsage'
  >,
  currency: Currency,
): ExplainedStep[] {
  const { steps } = explainFee({
    kind: 'charge',
    currency,
    units: fee.units,
    amountCents: fee.amountCents,
    preciseAmountCents: fee.preciseAmountCents,
    unitAmountCents: fee.unitAmountCents,
    preciseUnitAmount: fee.preciseUnitAmount,
    preciseCouponsAmountCents: '0',
    isTrueUp: false,
    shortfall: null,
    chargeModel: model,
    properties: propertiesOf(model, draft),
    amountDetails: fee.amountDetails,
    planAmountCents: null,
    periodDays: null,
    adjusted: null,
    pricingUnit: fee.pricingUnitUsage?.pricingUnit ?? null,
    taxes: [],
  })
  return steps.filter(({ name }) => name !== 'taxes' && name !== 'total')
}
