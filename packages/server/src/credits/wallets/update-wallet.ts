import type { Updateable } from 'kysely'
import { selectSections } from '../../accounts/index.ts'
import { readMetadata } from '../../catalog/index.ts'
import { readPaymentMethod } from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import type { Wallets } from '../../platform/db/types.ts'
import { claimingCode } from '../../platform/db/unique-code.ts'
import { emit } from '../../platform/domain-events.ts'
import { Problems, validation } from '../../platform/errors.ts'
import { readBillingEntityOverride } from '../../subscriptions/index.ts'
import { rateOf } from '../amounts.ts'
import { checkRuleLimits, limitsOf, replaceRules, rulesProblem } from '../rules/rules.ts'
import { type Limitations, readLimitations } from './limitations.ts'
import { flagForRefresh } from './refreshes.ts'
import type { WalletInput } from './schema.ts'
import { listTargets, lockWallet, replaceTargets, updateWalletRow, type WalletRow } from './store.ts'
import { CODE_INDEX, checkTerms, columnsOf, readExpiration } from './terms.ts'

/** What a wallet pays for, and when, changed: its customer's ongoing balances are worked out again. */
export const TERMS_CHANGED = 'wallet.terms_changed'

/**
 * Changes what is in the input.
 *
 * @throws 404 `wallet_not_found`, 422 `wallet_is_terminated`; then one 422 after another for date, rules, limitations and
 * payment method; 404 `billing_entity_not_found`; 422 for the wallet as it would be
 */
export async function updateWallet(ctx: Ctx, id: string, input: WalletInput): Promise<WalletRow> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const wallet = await lockActiveWallet(tx, id)
      const columns = columnsOf(input)
      const changed = { ...wallet, ...(columns as Partial<WalletRow>) }
      const expirationAt = checkDateAndRules(tx, changed, input)
      const limitations = await readLimitations(tx, input.applies_to)
      checkLimitations(limitations)
      const problems = new Problems()
      const paymentMethod = await readPaymentMethod(tx, input.payment_method, problems)
      problems.throwIfAny()
      const { billing_entity_code } = input
      const entityId = await readBillingEntityOverride(
        tx,
        billing_entity_code === undefined ? {} : { billing_entity_code },
      )
      const metadata = input.metadata && JSON.stringify(readMetadata(input.metadata))
      await checkTerms(tx, changed, input, problems)
      problems.throwIfAny()
      const saved = await updateWalletRow(tx, id, {
        ...columns,
        ...paymentMethod,
        ...(expirationAt !== undefined && { expiration_at: expirationAt }),
        ...(limitations.feeTypes !== undefined && { allowed_fee_types: [...limitations.feeTypes] }),
        ...(entityId !== undefined && { billing_entity_id: entityId }),
        ...(metadata !== undefined && { metadata }),
      } satisfies Updateable<Wallets>)
      const retargeted = await changeTargets(tx, id, limitations.metricIds)
      await selectSections(tx, 'wallet', id, input.invoice_custom_section)
      if (input.recurring_transaction_rules !== undefined)
        await replaceRules(tx, saved, input.recurring_transaction_rules)
      await checkRuleLimits(tx, saved)
      if (retargeted || paysDifferently(wallet, saved)) {
        await flagForRefresh(tx, wallet.customer_id)
        await emit(tx, TERMS_CHANGED, id, { customerId: wallet.customer_id })
      }
      await emit(tx, 'wallet.updated', id)
      return saved
    }),
  )
}

/** @throws 404 `wallet_not_found`, 422 `wallet_is_terminated` */
export async function lockActiveWallet(tx: Ctx, id: string): Promise<WalletRow> {
  const { wallet } = await lockWallet(tx, id)
  if (wallet.status === 'terminated') throw validation({ wallet_id: ['wallet_is_terminated'] })
  return wallet
}

function checkDateAndRules(tx: Ctx, changed: WalletRow, input: WalletInput) {
  const problems = new Problems()
  const now = tx.clock.now()
  const expirationAt = readExpiration(input, now, problems)
  problems.throwIfAny()
  const bounds = { rate: rateOf(changed), ...limitsOf(changed) }
  const ruleProblem = rulesProblem(input.recurring_transaction_rules, bounds, now)
  if (ruleProblem !== undefined) throw validation({ recurring_transaction_rules: [ruleProblem] })
  return expirationAt
}

function checkLimitations({ unknownFeeType, unknownMetric }: Limitations): void {
  const problems = new Problems()
  if (unknownFeeType) problems.add('allowed_fee_types', 'invalid_fee_types')
  if (unknownMetric) problems.add('billable_metrics', 'invalid_identifier')
  problems.throwIfAny()
}

async function changeTargets(tx: Ctx, walletId: string, metricIds: readonly string[] | undefined): Promise<boolean> {
  if (metricIds === undefined) return false
  const before = ((await listTargets(tx, [walletId])).get(walletId) ?? []).map(target => target.metricId)
  await replaceTargets(tx, walletId, metricIds)
  return before.toSorted().join() !== [...metricIds].sort().join()
}

function paysDifferently(before: WalletRow, after: WalletRow): boolean {
  return (
    before.code !== after.code ||
    before.priority !== after.priority ||
    before.allowed_fee_types.join() !== after.allowed_fee_types.join()
  )
}
