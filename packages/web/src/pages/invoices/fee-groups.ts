import type { Fee, Invoice } from '../../api/invoices.ts'
import { feeName } from './fee-name.ts'

/** The lines of a subscription for one of the periods that the invoice bills; those without a subscription stand alone. */
export interface FeeGroup {
  readonly key: string
  /** External id; null for what is billed to the customer. */
  readonly subscription: string | null
  readonly from: string | null
  readonly to: string | null
  readonly fees: readonly Fee[]
}

const KINDS = ['subscription', 'fixed_charge', 'charge', 'commitment']

/**
 * The lines as they are read: by subscription in the invoice's order, by period, the base fee first, then fixed charges and
 * usage by name (what tops one up right after it), the minimum commitment last.
 */
export function groupFees({ fees = [], billing_periods: periods = [] }: Invoice): readonly FeeGroup[] {
  const order = periods.map(period => period.external_subscription_id)
  const bySubscription = Map.groupBy(fees, fee => fee.external_subscription_id)
  const subscriptions = [...bySubscription].toSorted(([a], [b]) => placeIn(order, a) - placeIn(order, b))
  return subscriptions.flatMap(([subscription, own]) => {
    const dated = own.filter(fee => fee.from_date !== null && fee.to_date !== null)
    const groups = [...Map.groupBy(dated, periodOf)].toSorted(([a], [b]) => (a < b ? -1 : 1))
    const undated = own.filter(fee => !dated.includes(fee))
    if (groups.length === 0) return [groupOf(subscription, undated)]
    return groups.map(([, same], index) =>
      groupOf(subscription, index === groups.length - 1 ? [...same, ...undated] : same),
    )
  })
}

function groupOf(subscription: string | null, fees: readonly Fee[]): FeeGroup {
  const first = fees.find(fee => fee.from_date !== null)
  const from = first?.from_date ?? null
  return {
    key: `${subscription ?? ''} ${from ?? ''}`,
    subscription,
    from,
    to: first?.to_date ?? null,
    fees: subscription === null ? fees : fees.toSorted((a, b) => compare(rank(a, fees), rank(b, fees))),
  }
}

/** Bounds of one day belong together: base fees and usage may differ by seconds. */
function periodOf({ from_date: from, to_date: to }: Fee): string {
  return `${from?.slice(0, 10)} ${to?.slice(0, 10)}`
}

function rank(fee: Fee, fees: readonly Fee[]): readonly (number | string)[] {
  const completed = fees.find(other => other.lago_id !== null && other.lago_id === fee.lago_true_up_parent_fee_id)
  const head = completed ?? fee
  return [placeIn(KINDS, head.item.type), feeName(head), head.lago_id ?? '', completed === undefined ? 0 : 1]
}

function compare(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? ''
    if (left !== right) return left < right ? -1 : 1
  }
  return 0
}

function placeIn(order: readonly (string | null)[], word: string | null): number {
  const place = order.indexOf(word)
  return place === -1 ? order.length : place
}
