import type { Ctx } from '../platform/context.ts'
import type { Domain, WebhookObject } from '../platform/module.ts'
import { presentTransaction } from './wallet-transactions/serialize.ts'
import { findTransactions } from './wallet-transactions/store.ts'
import { serializePlainWallet, serializeWalletWithRules } from './wallets/serialize.ts'
import { findWallet, loadWallets, type WalletRecord } from './wallets/store.ts'

const walletWebhook: WebhookObject = {
  objectType: 'wallet',
  async serialize(ctx, id) {
    const record = await loadWallet(ctx, id)
    return record && serializeWalletWithRules(record)
  },
}

const plainWalletWebhook: WebhookObject = {
  objectType: 'wallet',
  async serialize(ctx, id) {
    const record = await loadWallet(ctx, id)
    return record && serializePlainWallet(record)
  },
}

const transactionWebhook: WebhookObject = {
  objectType: 'wallet_transaction',
  async serialize(ctx, id) {
    const [transaction] = await findTransactions(ctx, [id])
    const record = transaction && (await loadWallet(ctx, transaction.wallet_id))
    return record && { ...(await presentTransaction(ctx, transaction, record)), wallet: serializePlainWallet(record) }
  },
}

async function loadWallet(ctx: Ctx, id: string): Promise<WalletRecord | undefined> {
  const wallet = await findWallet(ctx, id)
  const [record] = wallet === undefined ? [] : await loadWallets(ctx, [wallet])
  return record
}

export const webhooks: NonNullable<Domain['webhooks']> = {
  'wallet.created': walletWebhook,
  'wallet.updated': walletWebhook,
  'wallet.terminated': walletWebhook,
  'wallet.depleted_ongoing_balance': plainWalletWebhook,
  'wallet_transaction.created': transactionWebhook,
  'wallet_transaction.updated': transactionWebhook,
}
