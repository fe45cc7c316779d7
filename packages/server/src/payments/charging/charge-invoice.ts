import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { findPurchaseOfInvoice } from '../../credits/index.ts'
import {
  findInvoice,
  type Invoice,
  loadLeftOnInvoice,
  lockInvoiceWithCustomer,
  noteAttempt,
  setPaymentStatus,
} from '../../invoices/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { hasEverMadePages } from '../pages/store.ts'
import { findPayment, type Payment } from '../store.ts'
import { findPayingMethod } from './paying-method.ts'
import {
  type Attempt,
  chargeProvider,
  countUnconfirmed,
  findPayer,
  findUnderWay,
  openPayment,
  paysFromBalance,
  recordAnswer,
} from './provider-payment.ts'
import { CHARGE_INVOICE, type ChargeOrder, requestCharge } from './request.ts'
import { settleInvoicePayment } from './settle.ts'

const MOST_CONFIRMATIONS = 20
const TIME_ON_A_PAGE = { minutes: 10 }

export const chargeInvoice: TaskDefinition = {
  name: CHARGE_INVOICE,
  async run(ctx, { invoiceId, order }) {
    const attempt = await transaction(ctx, tx => prepare(tx, String(invoiceId), (order ?? {}) as ChargeOrder))
    if (attempt === undefined) return
    // Outside of any transaction: it may take its time, and is the same demand if it is repeated.
    const answer = await chargeProvider(ctx, attempt)
    await transaction(ctx, async tx => {
      const payment = await findPayment(tx, attempt.payment.id)
      if (payment === undefined) return
      const isOpen = payment.payable_payment_status === 'pending'
      if (!isOpen && !(answer.outcome === 'accepted' && (await isGivenUp(tx, payment)))) return
      const answered = await recordAnswer(tx, payment, attempt.payer, answer)
      if (answer.outcome === 'accepted') await settleInvoicePayment(tx, answered)
      else await failInvoicePayment(tx, answered)
    })
  },
}

/** Decides whether there is something to charge now, and opens the payment; undefined where there is not. */
async function prepare(tx: Ctx, invoiceId: string, order: ChargeOrder): Promise<Attempt | undefined> {
  const locked = await lockInvoiceWithCustomer(tx, invoiceId)
  if (locked === undefined) return undefined
  const { invoice, customer } = locked
  if (order.mayWait === true && (await waits(tx, invoice))) {
    await noteAttempt(tx, invoice, { chargeDueAt: tx.clock.now().add(TIME_ON_A_PAGE) })
    return undefined
  }
  if (invoice.charge_due_at !== null) await noteAttempt(tx, invoice, { chargeDueAt: null })
  if (invoice.payment_status === 'succeeded') return dropUnused(tx, invoice)
  if (invoice.self_billed || (invoice.status !== 'finalized' && invoice.status !== 'open')) return undefined
  const payer = await findPayer(tx, customer)
  if (payer === undefined) return undefined
  const method = await findPayingMethod(tx, invoice, order.method)
  if (method === undefined && !paysFromBalance(payer)) return undefined
  if (invoice.total_amount_cents <= 0n) {
    await setPaymentStatus(tx, invoice, 'succeeded')
    return undefined
  }
  const { dueCents } = await loadLeftOnInvoice(tx, invoice)
  const underWay = await findUnderWay(tx, { invoice_id: invoice.id })
  if (dueCents <= 0n || underWay?.payable_payment_status === 'processing') return undefined
  await noteAttempt(tx, invoice, { attempts: invoice.payment_attempts + 1 })
  const payable = { invoice_id: invoice.id }
  const terms = { payer, method, amountCents: dueCents, currency: invoice.currency }
  const payment = await openPayment(tx, payable, underWay, terms)
  return {
    payment,
    payer,
    method,
    reference: await referenceOf(tx, invoice),
    mayAsk: (await countUnconfirmed(tx, payable)) > 0,
    metadata: metadataOf(invoice),
  }
}

/** What was withdrawn because its invoice was closed may have come all the same. */
async function isGivenUp(
  tx: Ctx,
  { payable_payment_status: status, invoice_id: invoiceId }: Payment,
): Promise<boolean> {
  return status === 'failed' && (await findInvoice(tx, invoiceId ?? ''))?.status === 'closed'
}

/** A first attempt gives whoever may be on a page the time to finish there; nobody is there when a wallet tops itself up. */
async function waits(tx: Ctx, invoice: Invoice): Promise<boolean> {
  if (invoice.payment_attempts > 0 || isGated(invoice) || !(await hasEverMadePages(tx))) return false
  const purchase = invoice.invoice_type === 'credit' ? await findPurchaseOfInvoice(tx, invoice.id) : undefined
  return purchase?.source !== 'interval' && purchase?.source !== 'threshold'
}

/** A subscription waits for its payment. */
function isGated({ status, invoice_type: type }: Invoice): boolean {
  return status === 'open' && type === 'subscription'
}

/** What was opened for an invoice that somebody else paid meanwhile, and never got to the provider. */
async function dropUnused(tx: Ctx, invoice: Invoice): Promise<undefined> {
  await tx.db
    .deleteFrom('payments')
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoice.id)
    .where('payment_type', '=', 'provider')
    .where('payable_payment_status', '=', 'pending')
    .where('provider_payment_id', 'is', null)
    .execute()
}

async function referenceOf(tx: Ctx, invoice: Invoice): Promise<string> {
  const entity = (await findBillingEntitiesByIds(tx, [invoice.billing_entity_id])).get(invoice.billing_entity_id)
  const name = invoice.sequential_id === null && invoice.status === 'open' ? invoice.id : invoice.number
  return `${entity?.name ?? ''} - Invoice ${name}`
}

function metadataOf(invoice: Invoice): Record<string, string> {
  return {
    lago_invoice_id: invoice.id,
    lago_customer_id: invoice.customer_id,
    invoice_issuing_date: invoice.issuing_date.toString(),
    invoice_type: invoice.invoice_type,
  }
}

/** The provider refused: who is told depends on why. A payment that the payer has to confirm is tried again where it can be. */
async function failInvoicePayment(tx: Ctx, payment: Payment): Promise<void> {
  const locked = await lockInvoiceWithCustomer(tx, payment.invoice_id ?? '')
  if (locked === undefined) throw new Error(`payment ${payment.id} pays no invoice`)
  const { invoice } = locked
  const isUnconfirmed = payment.error_code === 'authentication_required'
  const isRepeated =
    isUnconfirmed && isGated(invoice) && (await countUnconfirmed(tx, { invoice_id: invoice.id })) < MOST_CONFIRMATIONS
  const isFailed = payment.payable_payment_status === 'failed' && !isRepeated
  await setPaymentStatus(tx, invoice, isFailed ? 'failed' : 'pending', { ready: true, announces: false })
  if (isRepeated) await requestCharge(tx, invoice)
  if (payment.payable_payment_status !== 'failed' || isUnconfirmed) return
  await emit(tx, 'invoice.payment_failure', invoice.id)
  const purchase = invoice.invoice_type === 'credit' ? await findPurchaseOfInvoice(tx, invoice.id) : undefined
  if (purchase !== undefined) await emit(tx, 'wallet_transaction.payment_failure', purchase.id)
}
