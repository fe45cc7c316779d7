import { type Currency, currencySubunits, decimal, draftNumber, invoiceDates, localDate, truncate } from '@weir/engine'
import { type BillingEntity, findBillingEntitiesByIds, listSelectedSections } from '../../accounts/index.ts'
import {
  attachInvoice,
  findRule,
  getTransaction,
  lockWallet,
  type TransactionRow,
  type WalletRow,
} from '../../credits/index.ts'
import { applicableTimeZone, type Customer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import { PAYMENT_WANTED } from '../actions/payment-status.ts'
import { applySections, type SectionResource } from '../custom-sections.ts'
import { issuingSettings } from '../issuing-settings.ts'
import { assignNumber } from '../numbering.ts'
import type { Invoice } from '../store.ts'

/** Who issues the invoice of a top-up, and the customer's own entity, whose settings apply where the customer has none. */
interface Issuers {
  readonly issuer: BillingEntity
  readonly customerEntity: BillingEntity
}

/**
 * Asks for the money of a purchase of credits, on an invoice of its own. An invoice that has to be paid first stays open, which
 * nobody sees, until it is. Asking again changes nothing.
 */
export async function createTopUpInvoice(ctx: Ctx, transactionId: string): Promise<void> {
  await transaction(ctx, async tx => {
    const { wallet_id: walletId } = await getTransaction(tx, transactionId)
    const { wallet, customer } = await lockWallet(tx, walletId)
    const purchase = await getTransaction(tx, transactionId)
    if (purchase.invoice_id !== null) return
    const issuers = await issuersOf(tx, purchase, wallet, customer)
    const id = await writeTopUpInvoice(tx, { purchase, wallet, customer, ...issuers })
    await applySections(tx, [{ invoiceId: id, customer, resources: [await sectionedBy(tx, purchase, wallet)] }])
    await emit(tx, purchase.invoice_requires_successful_payment ? PAYMENT_WANTED : 'invoice.paid_credit_added', id)
  })
}

/** What an invoice asks the money of, and who of whom. */
export interface TopUpTerms extends Issuers {
  readonly purchase: TransactionRow
  readonly wallet: WalletRow
  readonly customer: Customer
  /** The voided invoice whose place it takes, and what it has of it. */
  readonly again?: {
    readonly voided: Invoice
    readonly originalFeeId: string
    readonly displayName: string | null
    readonly purchaseOrderNumber: string | null
  }
}

/** Writes the invoice of a purchase with its fee, and tells nobody. The customer is locked. @returns its id */
export async function writeTopUpInvoice(tx: Ctx, terms: TopUpTerms): Promise<string> {
  const id = await insertInvoice(tx, terms)
  await insertFee(tx, id, terms)
  await attachInvoice(tx, terms.purchase.id, id)
  return id
}

/** What decides about sections: the first of the purchase, its rule and its wallet that skips or selected any. */
async function sectionedBy(tx: Ctx, purchase: TransactionRow, wallet: WalletRow): Promise<SectionResource> {
  const rule = purchase.rule_id === null ? undefined : await findRule(tx, purchase.rule_id)
  const resources = [purchase, ...(rule === undefined ? [] : [rule]), wallet]
  const selected = await listSelectedSections(
    tx,
    resources.map(({ id }) => id),
  )
  return resources.find(one => one.skip_invoice_custom_sections || selected.has(one.id)) ?? wallet
}

async function issuersOf(tx: Ctx, purchase: TransactionRow, wallet: WalletRow, customer: Customer): Promise<Issuers> {
  const issuerId = purchase.billing_entity_id ?? wallet.billing_entity_id ?? customer.billing_entity_id
  const entities = await findBillingEntitiesByIds(tx, [issuerId, customer.billing_entity_id])
  const [issuer, customerEntity] = [entities.get(issuerId), entities.get(customer.billing_entity_id)]
  if (issuer === undefined || customerEntity === undefined) {
    throw new Error(`customer ${customer.id} has no billing entity`)
  }
  return { issuer, customerEntity }
}

async function insertInvoice(
  tx: Ctx,
  { purchase, wallet, customer, issuer, customerEntity, again }: TopUpTerms,
): Promise<string> {
  const now = tx.clock.now()
  const timeZone = applicableTimeZone(customer, customerEntity)
  const settings = issuingSettings(customer, customerEntity)
  const dates = invoiceDates(localDate(again?.voided.created_at ?? now, timeZone), 'immediate', settings)
  const selfBilled = customer.account_type === 'partner'
  const isOpen = purchase.invoice_requires_successful_payment && again === undefined
  const numbered = isOpen ? undefined : await assignNumber(tx, { issuer, customer, selfBilled })
  const id = newId()
  await tx.db
    .insertInto('invoices')
    .values({
      id,
      organization_id: tx.org.id,
      customer_id: customer.id,
      billing_entity_id: issuer.id,
      sequential_id: numbered?.sequentialId ?? null,
      billing_entity_sequential_id: numbered?.billingEntitySequentialId ?? null,
      number: numbered?.number ?? draftNumber(issuer.document_number_prefix),
      invoice_type: 'credit',
      status: isOpen ? 'open' : 'finalized',
      payment_status: 'pending',
      currency: wallet.currency,
      timezone: timeZone,
      issuing_date: dates.issuingDate,
      expected_finalization_date: dates.expectedFinalizationDate,
      payment_due_date: dates.paymentDueDate,
      net_payment_term: settings.netPaymentTerm,
      fees_amount_cents: purchase.amount_cents,
      sub_total_excluding_taxes_amount_cents: purchase.amount_cents,
      sub_total_including_taxes_amount_cents: purchase.amount_cents,
      total_amount_cents: purchase.amount_cents,
      payment_method_id: purchase.payment_method_id,
      payment_method_type: purchase.payment_method_type,
      self_billed: selfBilled,
      purchase_order_number:
        again === undefined
          ? (purchase.purchase_order_number ?? wallet.purchase_order_number)
          : again.purchaseOrderNumber,
      voided_invoice_id: again?.voided.id ?? null,
      finalized_at: isOpen ? null : now,
      created_at: now,
      updated_at: now,
    })
    .execute()
  return id
}

/** One line: the credits at what one costs, without taxes. */
async function insertFee(tx: Ctx, invoiceId: string, { purchase, wallet, issuer, again }: TopUpTerms): Promise<void> {
  const now = tx.clock.now()
  const unitCents = decimal(wallet.rate_amount).times(currencySubunits(wallet.currency as Currency))
  await tx.db
    .insertInto('fees')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      billing_entity_id: issuer.id,
      invoice_id: invoiceId,
      fee_type: 'credit',
      amount_cents: purchase.amount_cents,
      amount_currency: wallet.currency,
      precise_amount_cents: purchase.amount_cents.toString(),
      unit_amount_cents: truncate(unitCents),
      precise_unit_amount: decimal(truncate(unitCents))
        .div(currencySubunits(wallet.currency as Currency))
        .toFixed(),
      units: purchase.credit_amount,
      wallet_transaction_id: purchase.id,
      original_fee_id: again?.originalFeeId ?? null,
      invoice_display_name: again?.displayName ?? null,
      created_at: now,
      updated_at: now,
    })
    .execute()
}
