import type { Domain } from '../platform/module.ts'
import { appliedCouponRoutes } from './applied-coupons/routes.ts'
import { clockTasks } from './clock.ts'
import { reactions, tasks } from './jobs.ts'
import { walletTransactionRoutes } from './wallet-transactions/routes.ts'
import { walletRoutes } from './wallets/routes.ts'
import { webhooks } from './webhooks.ts'

export { rateOf } from './amounts.ts'
export {
  applyCouponsToInvoice,
  type DiscountableInvoice,
  releaseCoupons,
} from './applied-coupons/apply-to-invoice.ts'
export { serializeAppliedCoupon } from './applied-coupons/serialize.ts'
export {
  findAppliedCouponsByIds,
  insertAppliedCoupon,
  listActiveCoupons,
  loadAppliedCoupons,
} from './applied-coupons/store.ts'
export { type CreditLine, listCreditsOfInvoices, serializeCredit } from './credit-lines.ts'
export {
  type NoteBalance,
  openCreditNoteBalance,
  restoreCreditNotes,
  type SettledInvoice,
  useCreditNotes,
  voidCreditNoteBalance,
} from './credit-notes/balances.ts'
export {
  balanceOf,
  type CreditNoteItemRow,
  type CreditNoteRow,
  type CreditNoteTaxRow,
  creditNoteNumber,
  deleteDraftNotes,
  finalizeDraftNotes,
  findCreditNote,
  findCreditNotesByIds,
  insertCreditNote,
  listItems,
  listNotesOfInvoice,
  listTaxes,
  nextSequentialId,
  rewriteDraftNote,
  updateCreditNote,
} from './credit-notes/notes.ts'
export { findCreditHolders, type HeldCredit } from './on-invoices/credit-holders.ts'
export { findRule, listCurrentRules, type RuleRow } from './rules/store.ts'
export { creditsOfRule, limitsInCredits, methodOf } from './rules/top-up-terms.ts'
export { addCredits, type CreditsToAdd, PURCHASED } from './wallet-transactions/add-credits.ts'
export { BALANCE_MOVED } from './wallet-transactions/movements.ts'
export {
  applyPrepaidCredits,
  type DueInvoice,
  listPaidFromWallets,
  type PaidFromWallet,
  type PrepaidOnInvoice,
  recreditWallets,
} from './wallet-transactions/prepaid.ts'
export { failPurchase, purchaseToBillAgain, settlePurchase } from './wallet-transactions/purchases.ts'
export { presentTransactions } from './wallet-transactions/serialize.ts'
export {
  attachInvoice,
  findPurchaseOfInvoice,
  findTransactions,
  getTransaction,
  type TransactionRow,
} from './wallet-transactions/store.ts'
export { voidPurchase } from './wallet-transactions/void-credits.ts'
export { flagForRefresh } from './wallets/refreshes.ts'
export { serializeWalletWithRules } from './wallets/serialize.ts'
export {
  findWalletsByIds,
  getWallet,
  getWalletByCode,
  getWalletCodes,
  listActiveWallets,
  listTargets,
  loadWallets,
  lockWallet,
  updateWalletRow,
  type WalletRecord,
  type WalletRow,
} from './wallets/store.ts'
export { terminateWalletsAndCouponsOf } from './wallets/terminate-wallet.ts'
export { TERMS_CHANGED } from './wallets/update-wallet.ts'

/** What customers have to their credit, and how it moves. Invoices, which use it up, are above. */
export const credits: Domain = {
  routes(api) {
    appliedCouponRoutes(api)
    walletRoutes(api)
    walletTransactionRoutes(api)
  },
  tasks,
  clockTasks,
  reactions,
  webhooks,
}
