import { type CreditNoteSettlement, truncate } from '@weir/engine'
import type { Static } from 'typebox'
import { type Metadata, readMetadata } from '../catalog/index.ts'
import type { CreditNoteRow } from '../credits/index.ts'
import { lockCustomer } from '../customers/index.ts'
import {
  findVisibleInvoice,
  type Invoice,
  issueCreditNote,
  isUnpaid,
  type LeftOnInvoice,
  loadCreditedInvoice,
  loadLeftOnInvoice,
  lockInvoice,
} from '../invoices/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { notAllowed, notFound, Problems, validation } from '../platform/errors.ts'
import { isRecord } from '../platform/http/input.ts'
import { readItems } from './read-items.ts'
import { type CreditNoteInput, REASONS, readAmount } from './schema.ts'

type Request = Static<typeof CreditNoteInput>

const FIRST_CREDITABLE_VERSION = 2

/**
 * Issues a credit note on an invoice.
 *
 * @throws 404 `invoice_not_found`, `fee_not_found`; 405 `invalid_type_or_status`; 422 what is wrong with it
 */
export async function createCreditNote(ctx: Ctx, input: Request): Promise<CreditNoteRow> {
  return transaction(ctx, async tx => {
    const invoice = await lockCreditable(tx, input.invoice_id)
    const left = await loadLeftOnInvoice(tx, invoice)
    const amounts = { ...readAmounts(input) }
    checkKind(invoice, left, amounts)
    const reason = readTerms(input, amounts)
    const metadata = readGivenMetadata(input.metadata)
    const credited = await loadCreditedInvoice(tx, invoice)
    const items = readItems(credited, input.items, { purchaseLeftCents: left.purchaseLeftCents, keep: 'fraction' })
    const settlement = {
      creditCents: amounts.credit_amount_cents ?? 0n,
      refundCents: amounts.refund_amount_cents ?? 0n,
      offsetCents: amounts.offset_amount_cents ?? 0n,
    } satisfies CreditNoteSettlement
    return issueCreditNote(tx, credited, {
      items,
      settlement,
      reason,
      description: input.description ?? null,
      metadata,
      automatic: false,
    })
  })
}

/** The customer is locked before the invoice, as everything that changes a customer's money does. */
async function lockCreditable(tx: Ctx, invoiceId: string | undefined): Promise<Invoice> {
  const visible = await findVisibleInvoice(tx, invoiceId ?? '')
  if (visible === undefined) throw notFound('invoice')
  await lockCustomer(tx, visible.customer_id)
  return (await lockInvoice(tx, visible.id)) ?? visible
}

const AMOUNTS = ['credit_amount_cents', 'refund_amount_cents', 'offset_amount_cents'] as const

/** Undefined for what is no number. */
type Amounts = Readonly<Record<(typeof AMOUNTS)[number], bigint | undefined>>

function readAmounts(input: Request): Amounts {
  const [credit, refund, offset] = AMOUNTS.map(field => {
    const value = input[field]
    if (value === undefined || value === null || value === '') return 0n
    const amount = readAmount(value)
    return amount === undefined ? undefined : truncate(amount)
  })
  return { credit_amount_cents: credit, refund_amount_cents: refund, offset_amount_cents: offset }
}

/** @throws 405 where the invoice is of a kind, or in a state, on which such a note cannot be */
function checkKind(invoice: Invoice, left: LeftOnInvoice, amounts: Amounts): void {
  if (invoice.version_number < FIRST_CREDITABLE_VERSION) throw notAllowed('invalid_type_or_status')
  if (invoice.status === 'failed' || invoice.status === 'pending') throw notAllowed('invalid_type_or_status')
  if (invoice.invoice_type !== 'credit') return
  const movesMoney = (amounts.credit_amount_cents ?? 0n) > 0n || (amounts.refund_amount_cents ?? 0n) > 0n
  if (!left.hasActiveWallet || (isUnpaid(invoice) && movesMoney)) throw notAllowed('invalid_type_or_status')
}

function readTerms({ reason }: Request, amounts: Amounts): string {
  const problems = new Problems()
  if (reason != null && !REASONS.includes(reason)) problems.add('reason', 'value_is_invalid')
  for (const field of AMOUNTS) {
    const amount = amounts[field]
    if (amount === undefined) problems.add(field, 'invalid_value')
    else if (amount < 0n) problems.add(field, 'value_is_out_of_range')
  }
  problems.throwIfAny()
  return reason ?? 'other'
}

function readGivenMetadata(given: unknown): Metadata | null {
  if (given === undefined || given === null) return null
  if (!isRecord(given)) throw validation({ value: ['must be a Hash'] })
  return readMetadata(given)
}
