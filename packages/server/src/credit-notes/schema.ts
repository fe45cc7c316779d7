import { type Decimal, decimal } from '@weir/engine'
import { Type } from 'typebox'
import { Input, isRecord, Nullable } from '../platform/http/input.ts'

const AnyMap = Type.Record(Type.String(), Type.Unknown())

/** Amounts and items are read by the use case: each has its own way of being refused. */
export const CreditNoteInput = Input({
  invoice_id: Type.String(),
  reason: Nullable(Type.String()),
  description: Nullable(Type.String()),
  credit_amount_cents: Type.Unknown(),
  refund_amount_cents: Type.Unknown(),
  offset_amount_cents: Type.Unknown(),
  metadata: Nullable(Type.Unknown()),
  items: Type.Unknown(),
})

export const EstimateInput = Input({ invoice_id: Type.String(), items: Type.Unknown() })

export const CreditNoteUpdateInput = Input({ refund_status: Nullable(Type.String()), metadata: Nullable(AnyMap) })

export const REASONS: readonly string[] = [
  'duplicated_charge',
  'product_unsatisfactory',
  'order_change',
  'order_cancellation',
  'fraudulent_charge',
  'other',
]

export const CREDIT_STATUSES: readonly string[] = ['available', 'consumed', 'voided']
export const REFUND_STATUSES: readonly string[] = ['pending', 'succeeded', 'failed']

/** An item as it was asked for. */
export interface AskedItem {
  readonly feeId: unknown
  /** Undefined for what is no number. */
  readonly amount: Decimal | undefined
}

/** The items of a request; undefined when they are not a list of objects. */
export function readAskedItems(value: unknown): AskedItem[] | undefined {
  if (!Array.isArray(value) || !value.every(isRecord)) return undefined
  return value.map(item => ({ feeId: item.fee_id, amount: readAmount(item.amount_cents) }))
}

/** A number, or its text; undefined for anything else. */
export function readAmount(value: unknown): Decimal | undefined {
  const text = JSON.isRawJSON(value) ? value.rawJSON : value
  if (typeof text !== 'number' && typeof text !== 'string') return undefined
  return /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?\s*$/i.test(String(text)) ? decimal(String(text).trim()) : undefined
}
