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
    const id = await insertInvoice(tx, { purchase, wallet, customer, ...issuers })
    await insertFee(tx, id, purchase, wallet, issuers.issuer)
    await attachInvoice(tx, purchase.id, id)
    await applySections(tx, [{ invoiceId: id, customer, resources: [await sectionedBy(tx, purchase, wallet)] }])
    await emit(tx, purchase.invoice_requires_successful_payment ? PAYMENT_WANTED : 'invoice.paid_credit_added', id)
  })
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
  {
    purchase,
    wallet,
    customer,
    issuer,
    customerEntity,
  }: { purchase: TransactionRow; wallet: WalletRow; customer: Customer } & Issuers,
): Promise<string> {
  const now = tx.clock.now()
  const timeZone = applicableTimeZone(customer, customerEntity)
  const settings = issuingSettings(customer, customerEntity)
  const dates = invoiceDates(localDate(now, timeZone), 'immediate', settings)
  const selfBilled = customer.account_type === 'partner'
  const isOpen = purchase.invoice_requires_successful_payment
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
      purchase_order_number: purchase.purchase_order_number ?? wallet.purchase_order_number,
      finalized_at: isOpen ? null : now,
      created_at: now,
      updated_at: now,
    })
    .execute()
  return id
}

/** One line: the credits at what one costs, without taxes. */
async function insertFee(
  tx: Ctx,
  invoiceId: string,
  purchase: TransactionRow,
  wallet: WalletRow,
  issuer: BillingEntity,
): Promise<void> {
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
      created_at: now,
      updated_at: now,
    })
    .execute()
}
