import { type Decimal, purchasedCredits } from '@weir/engine'
import { type SectionChoiceInput, selectSections, skipsSections } from '../../accounts/index.ts'
import type { PaymentMethodReference } from '../../payment-providers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { validation } from '../../platform/errors.ts'
import { limitProblem, type MetadataPair, rateOf } from '../amounts.ts'
import type { WalletRow } from '../wallets/store.ts'
import { moveBalance } from './movements.ts'
import { insertTransaction, type TransactionRow } from './store.ts'

/** A purchase was made: whoever issues invoices asks for its money. */
export const PURCHASED = 'wallet_transaction.purchased'

/** Credits to be added to a wallet, and what their transactions are to say. */
export interface CreditsToAdd {
  readonly source: 'manual' | 'interval' | 'threshold'
  readonly paidCredits: Decimal
  readonly grantedCredits: Decimal
  readonly invoiceRequiresSuccessfulPayment: boolean
  readonly ignoresLimits: boolean
  readonly name: string | null
  readonly metadata: readonly MetadataPair[]
  readonly priority: number
  readonly purchaseOrderNumber: string | null
  readonly paymentMethod?: PaymentMethodReference | undefined
  readonly sections?: SectionChoiceInput | undefined
  /** Ids to be used, where the same top-up must not be made twice. */
  readonly ids?: { readonly purchased: string; readonly granted: string }
  /** The rule that tops up, and the local day for which it does by the calendar. */
  readonly rule?: { readonly id: string; readonly day?: Temporal.PlainDate }
}

/**
 * Buys and grants credits: what is bought waits for its money, what is granted is there at once. The customer's row is locked
 * by the caller.
 *
 * @returns the purchase, then the grant, as far as there are any
 * @throws 422 on `paid_credits` when less or more is bought than the wallet lets
 */
export async function addCredits(tx: Ctx, wallet: WalletRow, credits: CreditsToAdd): Promise<TransactionRow[]> {
  const rate = rateOf(wallet)
  const shared = {
    transaction_type: 'inbound',
    source: credits.source,
    name: credits.name,
    metadata: JSON.stringify(credits.metadata),
    priority: credits.priority,
    purchase_order_number: credits.purchaseOrderNumber,
    skip_invoice_custom_sections: skipsSections(credits.sections) ?? false,
    rule_id: credits.rule?.id ?? null,
    top_up_day: credits.rule?.day ?? null,
  }
  const added: TransactionRow[] = []
  const paid = purchasedCredits(credits.paidCredits, rate)
  if (paid.amountCents > 0n) {
    const problem = credits.ignoresLimits ? undefined : limitProblem(paid.amountCents, wallet)
    if (problem !== undefined) throw validation({ paid_credits: [problem] })
    const purchase = await insertTransaction(tx, wallet, paid, {
      ...shared,
      ...(credits.ids && { id: credits.ids.purchased }),
      transaction_status: 'purchased',
      invoice_requires_successful_payment: credits.invoiceRequiresSuccessfulPayment,
      ...credits.paymentMethod,
    })
    added.push(purchase)
    await emit(tx, PURCHASED, purchase.id, { customerId: wallet.customer_id })
  }
  const granted = purchasedCredits(credits.grantedCredits, rate)
  if (granted.amountCents > 0n) {
    const grant = await insertTransaction(tx, wallet, granted, {
      ...shared,
      ...(credits.ids && { id: credits.ids.granted }),
      transaction_status: 'granted',
    })
    added.push(await moveBalance(tx, wallet, grant))
  }
  for (const { id } of added) {
    await selectSections(tx, 'wallet_transaction', id, credits.sections)
    await emit(tx, 'wallet_transaction.created', id)
  }
  return added
}
