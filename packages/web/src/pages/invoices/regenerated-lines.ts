import type { Fee, Invoice } from '../../api/invoices.ts'
import { formatPeriod } from '../../format/dates.ts'
import { formatUnitPrice } from '../../format/money.ts'
import { formatUnits } from '../../format/numbers.ts'
import { groupFees } from './fee-groups.ts'
import { feeName } from './fee-name.ts'

/** A line of an invoice that is made again: one of the voided invoice, or one that it did not have. */
export interface RegeneratedLine {
  readonly key: string
  readonly label: string
  /** External id; null for what is billed to the customer. */
  readonly subscription: string | null
  /** The period it is for, as people read it. */
  readonly period: string | undefined
  /** What stands for it in the request: a fee's id, a charge of a subscription, an add-on. */
  readonly ref: Readonly<Record<string, string>>
  /** The first fee of those that were made again one after another, by which the new one is found. */
  readonly original: string | undefined
  readonly kept: boolean
  readonly units: string
  /** Empty: as it was priced. */
  readonly price: string
  /** The price it had, as people read it. */
  readonly formerPrice: string | undefined
  readonly name: string
  /** The units it had; none for what is added. */
  readonly before: string
}

const DECIMAL = /^\d+(\.\d+)?$/

/** The lines of the voided invoice, in the order in which it shows them. */
export function linesOf(invoice: Invoice): readonly RegeneratedLine[] {
  const zone = invoice.customer?.applicable_timezone ?? 'UTC'
  return groupFees(invoice).flatMap(({ fees, subscription, from, to }) => {
    const period = from === null || to === null ? undefined : formatPeriod(from, to, zone)
    return fees.flatMap(fee => lineOf(fee, subscription, period))
  })
}

function lineOf(fee: Fee, subscription: string | null, period: string | undefined): readonly RegeneratedLine[] {
  if (fee.lago_id === null) return []
  const before = plain(fee.units)
  return [
    {
      key: fee.lago_id,
      label: feeName(fee),
      subscription,
      period,
      ref: { id: fee.lago_id },
      original: fee.lago_original_fee_id ?? fee.lago_id,
      kept: true,
      units: before,
      price: '',
      formerPrice: priceOf(fee),
      name: '',
      before,
    },
  ]
}

/** Lines under one heading: those of a subscription for a period. What was added comes last among those of its subscription. */
export interface LineGroup {
  readonly heading: string | undefined
  readonly lines: readonly RegeneratedLine[]
}

export function groupLines(lines: readonly RegeneratedLine[]): readonly LineGroup[] {
  const periodOf = (line: RegeneratedLine) =>
    line.period ?? lines.findLast(other => other.subscription === line.subscription && other.period)?.period
  const headingOf = (line: RegeneratedLine) =>
    line.subscription === null ? undefined : [line.subscription, periodOf(line)].filter(Boolean).join(' · ')
  return [...Map.groupBy(lines, headingOf)].map(([heading, own]) => ({ heading, lines: own }))
}

/** In the pricing unit of its charge, where it has one: a new price is, too. */
function priceOf({ pricing_unit_details: unit, precise_unit_amount, amount_currency }: Fee): string {
  if (unit === null) return formatUnitPrice(precise_unit_amount, amount_currency)
  return `${formatUnits(unit.precise_unit_amount)} ${unit.short_name}`
}

export function addedLine(
  label: string,
  ref: Readonly<Record<string, string>>,
  subscription: string | null,
): RegeneratedLine {
  const key = JSON.stringify(ref)
  const blank = { period: undefined, price: '', formerPrice: undefined, name: '', before: '' }
  return { key, label, ref, subscription, original: undefined, kept: true, units: '1', ...blank }
}

/** `7.0` is typed as `7`. */
function plain(decimal: string): string {
  return decimal.replace(/\.0+$/, '')
}

/** What is no number, by the line's key. */
export function wrongLines(lines: readonly RegeneratedLine[]): ReadonlySet<string> {
  const isWrong = (line: RegeneratedLine) =>
    line.kept && (!DECIMAL.test(line.units) || (line.price !== '' && !DECIMAL.test(line.price)))
  return new Set(lines.filter(isWrong).map(line => line.key))
}

/** The fees of the request: what did not change is not said, so that it is priced as it was. */
export function feesOf(lines: readonly RegeneratedLine[]): readonly Record<string, string>[] {
  return lines
    .filter(line => line.kept)
    .map(({ ref, units, price, name, before }) => {
      const isRepriced = price !== ''
      return {
        ...ref,
        ...((units !== before || isRepriced) && { units }),
        ...(isRepriced && { unit_amount_cents: price }),
        ...(name.trim() !== '' && { invoice_display_name: name.trim() }),
      }
    })
}

/** The fee that a line comes to in a preview. */
export function feeOfLine(fees: readonly Fee[], line: RegeneratedLine): Fee | undefined {
  if (line.original !== undefined) return fees.find(fee => fee.lago_original_fee_id === line.original)
  const { charge_id: charge, charge_filter_id: filter, add_on_code: addOn } = line.ref
  return fees.find(
    fee =>
      fee.lago_original_fee_id === null &&
      (charge === undefined
        ? fee.item.code === addOn
        : fee.lago_charge_id === charge && (fee.lago_charge_filter_id ?? undefined) === filter),
  )
}
