import { isCurrency, price } from '@weir/engine'
import type { ChargeDraft } from './charge-draft.ts'
import { type PriceDraft, readDecimal } from './price-draft.ts'
import { isTooMuch, modelOf, usageOf } from './tried-usage.ts'

/** A point of the curve of a price: for drawing only, so in doubles. */
export interface PricePoint {
  readonly units: number
  readonly amount: number
  readonly average: number
}

const POINTS = 48

/** What a charge or filter costs from nothing to so many units. */
export function priceCurve(charge: ChargeDraft, draft: PriceDraft, currency: string, most: number): PricePoint[] {
  const model = modelOf(charge.model, draft)
  if (model === undefined || !isCurrency(currency) || charge.model === 'dynamic') return []
  if (isTooMuch(charge, model, { units: String(most * POINTS) })) return []
  return Array.from({ length: POINTS + 1 }, (_, index) => {
    const units = (most * index) / POINTS
    const usage = usageOf({ ...charge, prorated: false }, model, currency, { units: String(units), events: '1' })
    const { amount, unitAmount } = price(model, usage, currency)
    return { units, amount: amount.toNumber(), average: unitAmount.toNumber() }
  })
}

/** As far as the curve of a price is worth looking at: past the last tier, and past what is tried. */
export function curveEnd(model: string, draft: PriceDraft, units: string): number {
  const tried = readDecimal(units)?.toNumber() ?? 0
  const tiers = model === 'standard' || model === 'package' || model === 'percentage' ? [] : draft.tiers
  const last = Math.max(0, ...tiers.map(tier => readDecimal(tier.to)?.toNumber() ?? 0))
  const packages =
    model === 'package'
      ? (readDecimal(draft.freeUnits)?.toNumber() ?? 0) + 4 * (readDecimal(draft.packageSize)?.toNumber() ?? 0)
      : 0
  return Math.max(last * 1.5, tried * 1.5, packages) || 100
}
