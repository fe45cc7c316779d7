import { type BillingEntity, findBillingEntitiesByIds } from '../accounts/index.ts'
import {
  type CreditNoteItemRow,
  type CreditNoteRow,
  type CreditNoteTaxRow,
  findPurchaseOfInvoice,
  getWallet,
  listItems,
  listTaxes,
} from '../credits/index.ts'
import { type Customer, findCustomersByIds, listMetadata, type MetadataRow } from '../customers/index.ts'
import {
  type FeeRow,
  findInvoice,
  type Invoice,
  type InvoiceSubscription,
  loadFeesByIds,
  loadInvoiceSubscriptions,
  presentFeeTaxes,
} from '../invoices/index.ts'
import type { Ctx } from '../platform/context.ts'
import { loadLogo } from './logo.ts'
import type { Logo } from './printing/printed-document.ts'

/** Money given back, and the fee it is given back of; undefined where the fee is gone. */
export interface CreditedItem {
  readonly item: CreditNoteItemRow
  readonly fee: FeeRow | undefined
}

/** Everything that stands on the documents of a credit note. */
export interface CreditNoteForPrint {
  readonly note: CreditNoteRow
  readonly items: readonly CreditedItem[]
  readonly invoice: Invoice
  readonly links: readonly InvoiceSubscription[]
  readonly entity: BillingEntity
  readonly customer: Customer
  /** Of the customer, oldest first. */
  readonly metadata: readonly MetadataRow[]
  readonly logo: Logo | null
  /** The rates of the taxes on a fee, by fee. */
  readonly taxRates: ReadonlyMap<string, readonly number[]>
  /** The highest rate first. */
  readonly taxes: readonly CreditNoteTaxRow[]
  /** Where credits were bought that are given back. */
  readonly walletName: string | null
}

export async function loadCreditNoteForPrint(ctx: Ctx, note: CreditNoteRow): Promise<CreditNoteForPrint> {
  const invoice = await findInvoice(ctx, note.invoice_id)
  if (invoice === undefined) throw new Error(`credit note ${note.id} is on no invoice`)
  const entity = (await findBillingEntitiesByIds(ctx, [invoice.billing_entity_id])).get(invoice.billing_entity_id)
  const [customer] = await findCustomersByIds(ctx, [note.customer_id])
  if (entity === undefined || customer === undefined) throw new Error(`credit note ${note.id} lacks one of its parties`)
  const items = await listItems(ctx, [note.id])
  const feeIds = items.flatMap(item => item.fee_id ?? [])
  const fees = await loadFeesByIds(ctx, feeIds)
  const taxes = await presentFeeTaxes(ctx, feeIds)
  const purchase = invoice.invoice_type === 'credit' ? await findPurchaseOfInvoice(ctx, invoice.id) : undefined
  return {
    note,
    items: items.map(item => ({ item, fee: item.fee_id === null ? undefined : fees.get(item.fee_id) })),
    invoice,
    links: await loadInvoiceSubscriptions(ctx, [invoice.id]),
    entity,
    customer,
    metadata: await listMetadata(ctx, [customer.id]),
    logo: await loadLogo(ctx, entity),
    taxRates: new Map([...taxes].map(([id, own]) => [id, own.map(tax => tax.tax_rate).toSorted((a, b) => b - a)])),
    taxes: (await listTaxes(ctx, [note.id])).toSorted((a, b) => b.tax_rate - a.tax_rate),
    walletName: purchase === undefined ? null : (await getWallet(ctx, purchase.wallet_id)).name,
  }
}
