import { findPurchaseOfInvoice, lockWallet, purchaseToBillAgain } from '../../credits/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { validation } from '../../platform/errors.ts'
import { applySections } from '../custom-sections.ts'
import { findInvoice, type Invoice } from '../store.ts'
import { writeTopUpInvoice } from '../top-ups/create-top-up-invoice.ts'
import { isKept, type RegeneratedLine } from './lines.ts'
import type { Regeneration } from './regenerate.ts'

/**
 * Makes the invoice of a top-up again. It asks for the money of the same credits: they come once, whichever of the invoices
 * is paid, unless a credit note took them back. Its one line can be given another name, and nothing else.
 *
 * @throws 422 `wallet_id: wallet_is_terminated`; `fees: value_is_invalid` for other lines
 */
export async function regenerateTopUp(
  tx: Ctx,
  { voided, customer, customerEntity, issuer, purchaseOrderNumber }: Regeneration,
  [line, ...others]: readonly RegeneratedLine[],
): Promise<Invoice> {
  if (line === undefined || !isKept(line) || others.length > 0 || line.edit.units !== null) {
    throw validation({ fees: ['value_is_invalid'] })
  }
  const bought = await findPurchaseOfInvoice(tx, voided.id)
  if (bought === undefined) throw new Error(`no purchase has invoice ${voided.id}`)
  const { wallet } = await lockWallet(tx, bought.wallet_id)
  if (wallet.status === 'terminated') throw validation({ wallet_id: ['wallet_is_terminated'] })
  const purchase = await purchaseToBillAgain(tx, wallet, bought)
  const { fee, edit } = line
  const again = {
    voided,
    originalFeeId: fee.original_fee_id ?? fee.id,
    displayName: edit.displayName ?? fee.invoice_display_name,
    purchaseOrderNumber,
  }
  const id = await writeTopUpInvoice(tx, { purchase, wallet, customer, issuer, customerEntity, again })
  await applySections(tx, [{ invoiceId: id, customer }])
  await emit(tx, 'invoice.paid_credit_added', id)
  const invoice = await findInvoice(tx, id)
  if (invoice === undefined) throw new Error(`invoice ${id} was not written`)
  return invoice
}
