import { type Decimal, decimal, ZERO } from '@weir/engine'
import { type PaymentMethodReference, readPaymentMethod } from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { Problems } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { isUuid } from '../../platform/ids.ts'
import { characterCount, withoutNul } from '../../platform/validation/text.ts'
import { checkPurchaseOrderNumber, readPurchaseOrderNumber } from '../../subscriptions/index.ts'
import { checkWorth, type MetadataPair, MOST_NAME_CHARACTERS, rateOf, readCredits, readPairs } from '../amounts.ts'
import { findWallet, lockWallet, type WalletRow } from '../wallets/store.ts'
import { isPriority, LAST_PRIORITY } from '../wallets/terms.ts'
import { addCredits } from './add-credits.ts'
import type { TransactionInput } from './schema.ts'
import { findTransactions, type TransactionRow } from './store.ts'
import { voidCredits } from './void-credits.ts'

const MOST_PAIRS = 15

/** What a request asks for, as far as nothing is wrong with it. */
interface ReadTransactions {
  readonly paid: Decimal
  readonly granted: Decimal
  readonly voided: Decimal | undefined
  readonly voidedId: string | undefined
  readonly name: string | null
  readonly metadata: readonly MetadataPair[]
  readonly priority: number
  readonly purchaseOrderNumber: string | null
  readonly paymentMethod: PaymentMethodReference | undefined
}

/**
 * Buys, grants and voids credits of a wallet, all or nothing, in this order.
 *
 * @throws 422 with everything that is wrong with the request; then 422 for what the wallet does not let be bought, or does not
 * have to be voided
 */
export async function createTransactions(ctx: Ctx, input: TransactionInput): Promise<TransactionRow[]> {
  return transaction(ctx, async tx => {
    const found = await findWallet(tx, input.wallet_id ?? '')
    const wallet = found && (await lockWallet(tx, found.id)).wallet
    const problems = new Problems()
    const read = await readTransactions(tx, input, wallet, problems)
    if (wallet === undefined) problems.add('wallet_id', 'wallet_not_found')
    else if (wallet.status === 'terminated') problems.add('wallet_id', 'wallet_is_terminated')
    problems.throwIfAny()
    return wallet === undefined ? [] : carryOut(tx, wallet, input, read)
  })
}

async function carryOut(
  tx: Ctx,
  wallet: WalletRow,
  input: TransactionInput,
  read: ReadTransactions,
): Promise<TransactionRow[]> {
  const shared = { name: read.name, metadata: read.metadata, priority: read.priority }
  const made = await addCredits(tx, wallet, {
    ...shared,
    source: 'manual',
    paidCredits: read.paid,
    grantedCredits: read.granted,
    invoiceRequiresSuccessfulPayment:
      input.invoice_requires_successful_payment ?? wallet.invoice_requires_successful_payment,
    ignoresLimits: input.ignore_paid_top_up_limits === true,
    purchaseOrderNumber: read.purchaseOrderNumber,
    paymentMethod: read.paymentMethod,
    sections: input.invoice_custom_section,
  })
  if (read.voided === undefined && read.voidedId === undefined) return made
  const voided = await voidCredits(tx, wallet, {
    ...shared,
    credits: read.voided,
    inboundId: read.voidedId,
    sections: input.invoice_custom_section,
  })
  return voided === undefined ? made : [...made, voided]
}

async function readTransactions(
  tx: Ctx,
  input: TransactionInput,
  wallet: WalletRow | undefined,
  problems: Problems,
): Promise<ReadTransactions> {
  const rate = wallet && rateOf(wallet)
  const paid = readCredits('paid_credits', input.paid_credits, rate, problems)
  const granted = readCredits('granted_credits', input.granted_credits, rate, problems)
  if (rate !== undefined) {
    checkWorth('paid_credits', paid, rate, problems)
    checkWorth('granted_credits', granted, rate, problems)
  }
  const voided = readCredits('voided_credits', input.voided_credits, rate, problems)
  if (wallet !== undefined && voided?.gt(decimal(wallet.credits_balance))) {
    problems.add('voided_credits', 'insufficient_credits')
  }
  const voidedId = isBlank(input.voided_transaction_id) ? undefined : (input.voided_transaction_id ?? undefined)
  if (voidedId !== undefined && wallet !== undefined) await checkVoided(tx, wallet, voidedId, problems)
  const pairs = readPairs(input.metadata, MOST_PAIRS)
  if ('problem' in pairs) problems.add('metadata', pairs.problem)
  const priority = input.priority ?? LAST_PRIORITY
  if (!isPriority(priority)) problems.add('priority', 'value_is_invalid')
  const purchaseOrderNumber = readPurchaseOrderNumber(input.purchase_order_number)
  checkPurchaseOrderNumber(purchaseOrderNumber, problems)
  return {
    paid: paid ?? ZERO,
    granted: granted ?? ZERO,
    voided,
    voidedId,
    name: readName(input.name, problems),
    metadata: 'pairs' in pairs ? pairs.pairs : [],
    priority,
    purchaseOrderNumber,
    paymentMethod: await readPaymentMethod(tx, input.payment_method, problems),
  }
}

function readName(value: unknown, problems: Problems): string | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string') {
    problems.add('name', 'invalid_value')
    return null
  }
  if (characterCount(value) > MOST_NAME_CHARACTERS) problems.add('name', 'too_long')
  const name = withoutNul(value)
  return isBlank(name) ? null : name
}

/** A transaction that is voided is one that brought credits into the wallet, of which something is left. */
async function checkVoided(tx: Ctx, wallet: WalletRow, id: string, problems: Problems): Promise<void> {
  const [inbound] = isUuid(id) ? await findTransactions(tx, [id]) : []
  if (inbound?.wallet_id !== wallet.id || inbound.transaction_type !== 'inbound') {
    problems.add('voided_transaction_id', 'wallet_transaction_not_found')
  } else if ((inbound.remaining_amount_cents ?? 0n) <= 0n) {
    problems.add('voided_transaction_id', 'no_remaining_amount')
  }
}
