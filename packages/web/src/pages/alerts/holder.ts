import type { Query } from '../../api/client.ts'
import type { Alert } from '../../api/subscriptions.ts'
import { formatMoney } from '../../format/money.ts'
import { formatUnits } from '../../format/numbers.ts'

/** What has alerts: a subscription whose usage grows, or a wallet whose balance falls. */
export interface AlertHolder {
  /** Where they are in the API, and what tells the holder apart there. */
  readonly path: string
  readonly query: Query
  /** What can be watched; the first is what is most asked for. */
  readonly types: readonly string[]
  /** Codes of the metrics that can be watched. */
  readonly metrics: readonly string[]
  readonly currency: string
  readonly zone: string
  /** What is counted that is no money. */
  readonly unit: string
  readonly texts: {
    readonly none: string
    readonly form: string
    readonly thresholds: string
    readonly recurring: string
  }
}

/** Whether what an alert watches is an amount of money, in minor units. */
export function watchesMoney(type: string): boolean {
  return type.endsWith('_amount')
}

/** A value that an alert watches, in words. */
export function watchedValue({ alert_type: type }: Alert, value: string, currency: string): string {
  return watchesMoney(type) ? formatMoney(Math.round(Number(value)), currency) : formatUnits(value)
}
