import {
  findAppliedCouponsByIds,
  findTransactions,
  findWalletsByIds,
  loadAppliedCoupons,
  loadWallets,
  presentTransactions,
  serializeAppliedCoupon,
  serializeWalletWithRules,
} from '../../credits/index.ts'
import { findCustomersByIds, loadCustomerRecords, presentCustomersWithSections } from '../../customers/index.ts'
import { presentWithPlans } from '../../subscriptions/index.ts'
import type { FindSubjects } from './subjects.ts'

export const customers: FindSubjects = async (ctx, ids) => {
  const records = await loadCustomerRecords(ctx, await findCustomersByIds(ctx, ids))
  const presented = await presentCustomersWithSections(ctx, records)
  return new Map(
    presented.map(object => [
      object.lago_id,
      {
        resourceType: 'Customer',
        resourceId: object.lago_id,
        externalCustomerId: object.external_id,
        object,
      },
    ]),
  )
}

export const subscriptions: FindSubjects = async (ctx, ids) =>
  new Map(
    (await presentWithPlans(ctx, ids)).map(object => [
      object.lago_id,
      {
        resourceType: 'Subscription',
        resourceId: object.lago_id,
        externalCustomerId: object.external_customer_id,
        externalSubscriptionId: object.external_id,
        object,
      },
    ]),
  )

export const wallets: FindSubjects = async (ctx, ids) =>
  new Map(
    (await loadWallets(ctx, await findWalletsByIds(ctx, ids))).map(record => [
      record.wallet.id,
      {
        resourceType: 'Wallet',
        resourceId: record.wallet.id,
        externalCustomerId: record.customer.external_id,
        object: serializeWalletWithRules(record),
      },
    ]),
  )

/** What moves in a wallet is told of the wallet. */
export const walletTransactions: FindSubjects = async (ctx, ids) => {
  const transactions = await findTransactions(ctx, ids)
  const walletIds = [...new Set(transactions.map(transaction => transaction.wallet_id))]
  const found = walletIds.length === 0 ? [] : await findWalletsByIds(ctx, walletIds)
  const records = await loadWallets(ctx, found)
  const recordOf = new Map(records.map(record => [record.wallet.id, record]))
  const presented = await presentTransactions(ctx, transactions, records)
  return new Map(
    presented.map(object => [
      object.lago_id,
      {
        resourceType: 'Wallet',
        resourceId: object.lago_wallet_id,
        externalCustomerId: recordOf.get(object.lago_wallet_id)?.customer.external_id ?? null,
        object,
      },
    ]),
  )
}

/** A coupon that a customer has is told of the coupon. */
export const appliedCoupons: FindSubjects = async (ctx, ids) =>
  new Map(
    (await loadAppliedCoupons(ctx, await findAppliedCouponsByIds(ctx, ids))).map(record => [
      record.applied.id,
      {
        resourceType: 'Coupon',
        resourceId: record.coupon.id,
        externalCustomerId: record.externalCustomerId,
        object: serializeAppliedCoupon(record),
      },
    ]),
  )
