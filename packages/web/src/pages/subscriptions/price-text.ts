import type { Properties } from '../../api/plans.ts'
import { formatPrice } from '../../format/money.ts'
import { formatRate, formatUnits } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'

/** A price as people read it, a line each. */
export type PriceLines = readonly string[]

interface Range {
  readonly from_value: number | string
  readonly to_value: number | string | null
  readonly per_unit_amount?: string
  readonly flat_amount?: string
  readonly rate?: string
}

/** The properties of a charge in words. */
export function priceLines(model: string, properties: Properties, currency: string): PriceLines {
  const price = (value: unknown) => formatPrice(textOf(value), currency)
  const has = (key: string) => properties[key] != null && properties[key] !== '' && Number(properties[key]) !== 0
  switch (model) {
    case 'standard':
      return [t('sub.price.unit', { price: price(properties.amount) })]
    case 'package':
      return [
        t('sub.price.package', { price: price(properties.amount), size: formatUnits(textOf(properties.package_size)) }),
        ...(has('free_units') ? [t('sub.price.free', { units: formatUnits(textOf(properties.free_units)) })] : []),
      ]
    case 'percentage':
      return [
        t('sub.price.percentage', { rate: formatRate(textOf(properties.rate)) }),
        ...(has('fixed_amount') ? [t('sub.price.per_event', { price: price(properties.fixed_amount) })] : []),
        ...(has('free_units_per_events')
          ? [t('sub.price.free_events', { units: formatUnits(textOf(properties.free_units_per_events)) })]
          : []),
        ...(has('free_units_per_total_aggregation')
          ? [t('sub.price.free_amount', { price: price(properties.free_units_per_total_aggregation) })]
          : []),
        ...(has('per_transaction_min_amount')
          ? [t('sub.price.least', { price: price(properties.per_transaction_min_amount) })]
          : []),
        ...(has('per_transaction_max_amount')
          ? [t('sub.price.most', { price: price(properties.per_transaction_max_amount) })]
          : []),
      ]
    case 'graduated':
      return rangesOf(properties.graduated_ranges).map(range => rangeLine(range, currency))
    case 'volume':
      return rangesOf(properties.volume_ranges).map(range => rangeLine(range, currency))
    case 'graduated_percentage':
      return rangesOf(properties.graduated_percentage_ranges).map(range => rangeLine(range, currency))
    case 'dynamic':
      return [t('sub.price.dynamic')]
    default:
      return [t('sub.price.custom')]
  }
}

function rangeLine(range: Range, currency: string): string {
  const { from_value: from, to_value: to, per_unit_amount: unit, flat_amount: flat, rate } = range
  const span =
    to === null ? t('sub.price.from', { from: formatUnits(from) }) : `${formatUnits(from)} – ${formatUnits(to)}`
  const parts = [
    rate !== undefined ? formatRate(rate) : t('sub.price.unit', { price: formatPrice(textOf(unit), currency) }),
    Number(flat ?? 0) !== 0 && t('sub.price.flat', { price: formatPrice(textOf(flat), currency) }),
  ].filter(part => part !== false)
  return `${span}: ${parts.join(' + ')}`
}

function rangesOf(value: unknown): readonly Range[] {
  return Array.isArray(value) ? (value as Range[]) : []
}

function textOf(value: unknown): string {
  return value == null || value === '' ? '0' : String(value)
}
