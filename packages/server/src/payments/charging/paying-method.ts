import { findPurchaseOfInvoice, getWallet, listCurrentRules } from '../../credits/index.ts'
import { type Invoice, loadInvoiceSubscriptions } from '../../invoices/index.ts'
import { findDefaultPaymentMethod, findPaymentMethod, type PaymentMethod } from '../../payment-providers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { findSubscriptionsByIds } from '../../subscriptions/index.ts'

/** What somebody said is to pay. */
interface Reference {
  readonly payment_method_type: string | null
  readonly payment_method_id: string | null
}

const BY_SUBSCRIPTION: readonly string[] = ['subscription', 'advance_charges', 'progressive_billing']

/**
 * The saved method that pays an invoice: what the attempt names, else what the invoice, its subscription, or the purchase of
 * credits, its rule and its wallet say; else the customer's default. Undefined where payment by hand is wanted, nothing is
 * saved, or what is named is not the customer's (any more): nobody is charged then.
 */
export async function findPayingMethod(
  ctx: Ctx,
  invoice: Invoice,
  given: Reference | undefined,
): Promise<PaymentMethod | undefined> {
  const references = given === undefined ? await referencesOf(ctx, invoice) : [given]
  if (references === undefined || references.some(isManualBeforeMethod)) return undefined
  const id = references.find(reference => reference.payment_method_id !== null)?.payment_method_id
  if (id == null) return findDefaultPaymentMethod(ctx, invoice.customer_id)
  const method = await findPaymentMethod(ctx, id)
  return method?.customer_id === invoice.customer_id ? method : undefined
}

/** The first that names a method decides, unless one before it, or itself, wants payment by hand. */
function isManualBeforeMethod(reference: Reference, place: number, all: readonly Reference[]): boolean {
  const decided = all.findIndex(one => one.payment_method_id !== null)
  return reference.payment_method_type === 'manual' && (decided === -1 || place <= decided)
}

/** What is said about paying the invoice, the closest first; undefined where somebody should have said something. */
async function referencesOf(ctx: Ctx, invoice: Invoice): Promise<readonly Reference[] | undefined> {
  if (BY_SUBSCRIPTION.includes(invoice.invoice_type)) {
    const [link] = await loadInvoiceSubscriptions(ctx, [invoice.id])
    const [subscription] = link === undefined ? [] : await findSubscriptionsByIds(ctx, [link.subscription_id])
    return subscription && [subscription]
  }
  if (invoice.invoice_type === 'credit') return referencesOfPurchase(ctx, invoice)
  return [invoice]
}

async function referencesOfPurchase(ctx: Ctx, invoice: Invoice): Promise<readonly Reference[]> {
  const purchase = await findPurchaseOfInvoice(ctx, invoice.id)
  if (purchase === undefined) return []
  const wallet = await getWallet(ctx, purchase.wallet_id)
  const isAutomatic = purchase.source === 'interval' || purchase.source === 'threshold'
  const [rule] = isAutomatic ? ((await listCurrentRules(ctx, [wallet.id])).get(wallet.id) ?? []) : []
  return [purchase, ...(rule === undefined ? [] : [rule]), wallet]
}
