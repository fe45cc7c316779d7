import { type Currency, currencySubunits, decimal } from '@weir/engine'
import { type FeeRow, serializeFee } from '../../invoices/index.ts'
import { formatMoney, formatPrice, formatPricingUnits, formatRate, formatUnits, type Locale } from './locales.ts'
import { isText } from './parties.ts'
import type { Row } from './printed-document.ts'
import type { Say } from './words.ts'

/** What the rows of fees are written with. */
export interface Writing {
  readonly locale: Locale
  readonly say: Say
  readonly taxRates: ReadonlyMap<string, readonly number[]>
}

/** The name of what a fee bills: its name, its group and its filter. */
export function feeName(fee: FeeRow): string {
  const { item } = serializeFee(fee)
  const groups = Object.values(item.grouped_by).filter(isText)
  return [item.invoice_display_name, ...groups, item.filter_invoice_display_name].filter(isText).join(' • ')
}

/** A fee as one row, whatever its price is made of. */
export function plainRow(fee: FeeRow, name: string, { locale, taxRates }: Writing, notes: readonly string[] = []): Row {
  const unitPrice = formatPrice(fee.precise_unit_amount, fee.amount_currency, locale)
  const amount = formatMoney(fee.amount_cents, fee.amount_currency, locale)
  const cells = [name, formatUnits(fee.units, locale), unitPrice, rates(fee, taxRates), amount]
  return { kind: 'item', cells, notes }
}

/** The minimum that was agreed on, and what it adds. */
export function trueUpRow(fee: FeeRow, writing: Writing): Row {
  const { say, locale } = writing
  const properties = fee.computed_from.properties ?? {}
  const minimum = fee.computed_from.commitment_amount_cents ?? properties.min_amount_cents
  const notes =
    typeof minimum === 'number'
      ? [say('minimum_spend', { amount: formatMoney(BigInt(minimum), fee.amount_currency, locale) })]
      : []
  const row = plainRow(fee, say('true_up', { name: feeName(fee) }), writing, notes)
  return { ...row, cells: row.cells.map((cell, place) => (place === 1 ? '1' : cell)) }
}

/** A fee of usage: one row, or the parts of its price and what they come to. */
export function usageRows(fee: FeeRow, writing: Writing): Row[] {
  const { say, locale, taxRates } = writing
  const name = feeName(fee)
  const notes = notesOf(fee, say, locale)
  const parts = fee.amount_cents === 0n ? [] : partsOf(fee, writing)
  const converted = fee.pricing_unit_usage
  if (parts.length === 0 && converted === null) return [plainRow(fee, name, writing, notes)]
  const amount = formatMoney(fee.amount_cents, fee.amount_currency, locale)
  const conversion =
    converted === null
      ? []
      : [
          say('conversion', {
            unit: `1 ${converted.short_name}`,
            fiat: formatPrice(converted.conversion_rate, fee.amount_currency, locale),
          }),
        ]
  const own = parts.length > 0 ? parts : [pricedInUnits(fee, writing)]
  return [
    { kind: 'item', cells: [name, '', '', '', ''], notes },
    ...own,
    { kind: 'sum', cells: [conversion[0] ?? say('subtotal'), '', '', rates(fee, taxRates), amount], notes: [] },
  ]
}

function pricedInUnits(fee: FeeRow, { locale, say }: Writing): Row {
  const price = priceOf(fee, locale)
  const used = fee.pricing_unit_usage
  const total = decimal(used?.amount_cents ?? 0).div(100)
  const cells = [
    say('units'),
    formatUnits(fee.units, locale),
    price(used?.precise_unit_amount ?? '0'),
    '',
    price(total.toString()),
  ]
  return { kind: 'part', cells, notes: [] }
}

/** The tax column: a rate a line, the highest first. */
export function rates(fee: Pick<FeeRow, 'id'>, taxRates: Writing['taxRates']): string {
  const own = taxRates.get(fee.id) ?? []
  return own.length === 0 ? formatRate(0, 1) : own.map(rate => formatRate(rate, 1)).join('\n')
}

function notesOf(fee: FeeRow, say: Say, locale: Locale): string[] {
  const { charge_model: model, aggregation_type: aggregation, prorated } = fee.computed_from
  return [
    ...(aggregation === 'weighted_sum_agg' ? [say('weighted')] : []),
    ...(model === 'percentage' ? [say('total_events', { n: formatUnits(fee.events_count ?? 0, locale) })] : []),
    ...(prorated === true ? [say('prorated')] : []),
  ]
}

interface Tier {
  readonly from_value: number
  readonly to_value: number | null
  readonly flat_unit_amount: string
  readonly per_unit_amount?: string
  readonly rate?: string
  readonly units: string
  readonly per_unit_total_amount: string
}

/** The parts of a price, as the fee keeps them; none where it has one price. */
function partsOf(fee: FeeRow, { say, locale }: Writing): Row[] {
  const details = fee.amount_details
  const price = priceOf(fee, locale)
  const part = (label: string, units: unknown, unitPrice: string, amount: string): Row => ({
    kind: 'part',
    cells: [label, units === '' ? '' : formatUnits(String(units), locale), unitPrice, '', amount],
    notes: [],
  })
  const text = (key: string) => String(details[key] ?? '0')
  const tiers = (details.graduated_ranges ?? details.graduated_percentage_ranges) as readonly Tier[] | undefined
  if (Array.isArray(tiers)) return tierRows(tiers, { say, locale, price, part })

  switch (fee.computed_from.charge_model) {
    case 'volume':
      return [
        part(say('fee_per_unit'), fee.units, price(text('per_unit_amount')), price(text('per_unit_total_amount'))),
        ...(isZero(text('flat_unit_amount'))
          ? []
          : [part(say('flat_all'), 1, price(text('flat_unit_amount')), price(text('flat_unit_amount')))]),
      ]
    case 'package': {
      const amount = price(text('per_package_unit_amount'))
      const size = formatUnits(text('per_package_size'), locale)
      return [
        ...freeUnits(text('free_units'), part, price, say),
        part(say('fee_per_package'), text('paid_units'), say('per_package', { amount, size }), price(totalOf(fee))),
      ]
    }
    case 'percentage':
      return [
        ...freeUnits(text('free_units'), part, price, say),
        part(
          say('rate_on_amount'),
          text('paid_units'),
          formatRate(text('rate'), 1),
          price(text('per_unit_total_amount')),
        ),
        ...(isZero(text('fixed_fee_total_amount'))
          ? []
          : [
              part(
                say('fixed_per_transaction'),
                text('paid_events'),
                price(text('fixed_fee_unit_amount')),
                price(text('fixed_fee_total_amount')),
              ),
            ]),
        ...(isZero(text('min_max_adjustment_total_amount'))
          ? []
          : [part(say('min_max'), '', '', price(text('min_max_adjustment_total_amount')))]),
      ]
    default:
      return []
  }
}

type Part = (label: string, units: unknown, unitPrice: string, amount: string) => Row
type Price = (amount: string) => string

function freeUnits(units: string, part: Part, price: Price, say: Say): Row[] {
  return isZero(units) ? [] : [part(say('free_units'), units, price('0'), price('0'))]
}

function tierRows(
  tiers: readonly Tier[],
  { say, locale, price, part }: { say: Say; locale: Locale; price: Price; part: Part },
): Row[] {
  const words = (kind: 'fee' | 'flat', tier: Tier, place: number) => {
    const bounds = { from: formatUnits(tier.from_value, locale), to: formatUnits(tier.to_value ?? 0, locale) }
    if (tier.to_value === null) return say(`${kind}_above`, bounds)
    return say(place === 0 ? `${kind}_first` : `${kind}_next`, bounds)
  }
  const used = tiers.map((tier, place) => ({ tier, place }))
  return [
    ...used
      .filter(({ tier }) => !isZero(tier.units))
      .map(({ tier, place }) => {
        const unitPrice = tier.rate === undefined ? price(tier.per_unit_amount ?? '0') : formatRate(tier.rate, 1)
        return part(words('fee', tier, place), tier.units, unitPrice, price(tier.per_unit_total_amount))
      }),
    ...used
      .filter(({ tier }) => !isZero(tier.flat_unit_amount))
      .map(({ tier, place }) =>
        part(words('flat', tier, place), 1, price(tier.flat_unit_amount), price(tier.flat_unit_amount)),
      ),
  ]
}

/** Prices as the fee has them: in its pricing unit where there is one. */
function priceOf(fee: FeeRow, locale: Locale): Price {
  const unit = fee.pricing_unit_usage?.short_name
  return amount =>
    unit === undefined ? formatPrice(amount, fee.amount_currency, locale) : formatPricingUnits(amount, unit, locale)
}

/** In units of the currency, or of the pricing unit. */
function totalOf(fee: FeeRow): string {
  const used = fee.pricing_unit_usage
  if (used !== null) return decimal(used.amount_cents).div(100).toString()
  return decimal(fee.amount_cents)
    .div(currencySubunits(fee.amount_currency as Currency))
    .toString()
}

function isZero(amount: string): boolean {
  return decimal(amount).isZero()
}
