import { freshCode } from '../catalog/support.ts'
import type { Tenant } from '../support/app.ts'

/** A customer with an external id that no other has. */
export async function createCustomer(tenant: Tenant, fields: Record<string, unknown> = {}) {
  const { status, body } = await tenant.api.post('/customers', {
    customer: { external_id: freshCode('customer'), currency: 'EUR', ...fields },
  })
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.customer as { lago_id: string; external_id: string }
}

/** A wallet of a customer of its own, unless told whose; one credit is worth one euro. */
export async function createWallet(tenant: Tenant, fields: Record<string, unknown> = {}) {
  const external_customer_id = fields.external_customer_id ?? (await createCustomer(tenant)).external_id
  const { status, body } = await tenant.api.post('/wallets', {
    wallet: { external_customer_id, rate_amount: '1', currency: 'EUR', ...fields },
  })
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.wallet
}

export async function readWallet(tenant: Tenant, id: string) {
  return (await tenant.api.get(`/wallets/${id}`)).body.wallet
}

/** Buys, grants or voids credits. */
export function transact(tenant: Tenant, walletId: string, fields: Record<string, unknown>) {
  return tenant.api.post('/wallet_transactions', { wallet_transaction: { wallet_id: walletId, ...fields } })
}

/** Grants credits; answers with the transaction. */
export async function grant(tenant: Tenant, walletId: string, credits: string, fields: Record<string, unknown> = {}) {
  const { status, body } = await transact(tenant, walletId, { granted_credits: credits, ...fields })
  if (status !== 200) throw new Error(JSON.stringify(body))
  return body.wallet_transactions[0]
}

/** All transactions of a wallet, oldest first. */
export async function transactionsOf(tenant: Tenant, walletId: string, query = '') {
  const { body } = await tenant.api.get(`/wallets/${walletId}/wallet_transactions?${query}`)
  return body.wallet_transactions.toReversed()
}
