import { type Insertable, type Selectable, sql, type Updateable } from 'kysely'
import {
  type BillingEntity,
  findBillingEntitiesByIds,
  listSelectedSections,
  type SelectedSection,
} from '../../accounts/index.ts'
import { type Customer, findCustomersByIds, lockCustomer } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import type { Wallets } from '../../platform/db/types.ts'
import { notFound } from '../../platform/errors.ts'
import type { Page } from '../../platform/http/pagination.ts'
import { isUuid } from '../../platform/ids.ts'
import { listCurrentRules, type RuleRow } from '../rules/store.ts'

export type WalletRow = Selectable<Wallets>

/** A wallet with what its printed form needs. */
export interface WalletRecord {
  readonly wallet: WalletRow
  /** Deleted or not. */
  readonly customer: Customer
  /** Who issues its invoices. */
  readonly billingEntity: BillingEntity
  readonly metricCodes: readonly string[]
  /** In force now. */
  readonly rules: readonly RuleRow[]
  /** Of the wallet and of its rules, by their ids. */
  readonly sections: ReadonlyMap<string, readonly SelectedSection[]>
}

/** Undefined for unknown and malformed ids. */
export async function findWallet(ctx: Ctx, id: string): Promise<WalletRow | undefined> {
  if (!isUuid(id)) return undefined
  return ctx.db
    .selectFrom('wallets')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** By id, in no particular order. */
export async function findWalletsByIds(ctx: Ctx, ids: readonly string[]): Promise<WalletRow[]> {
  return ctx.db
    .selectFrom('wallets')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
}

/** @throws 404 `wallet_not_found` */
export async function getWallet(ctx: Ctx, id: string): Promise<WalletRow> {
  const wallet = await findWallet(ctx, id)
  if (wallet === undefined) throw notFound('wallet')
  return wallet
}

/** Of wallets that share a code the active one, else the latest. @throws 404 `wallet_not_found` */
export async function getWalletByCode(ctx: Ctx, customerId: string, code: string): Promise<WalletRow> {
  const wallet = code.includes('\0')
    ? undefined
    : await ctx.db
        .selectFrom('wallets')
        .selectAll()
        .where('organization_id', '=', ctx.org.id)
        .where('customer_id', '=', customerId)
        .where('code', '=', code)
        .orderBy(sql`status = 'active'`, 'desc')
        .orderBy('id', 'desc')
        .executeTakeFirst()
  if (wallet === undefined) throw notFound('wallet')
  return wallet
}

/** The codes of wallets, by their ids. */
export async function getWalletCodes(ctx: Ctx, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('wallets')
    .select(['id', 'code'])
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
  return new Map(rows.map(row => [row.id, row.code]))
}

/** The wallet as it is once its customer's row is locked. @throws 404 `wallet_not_found` */
export async function lockWallet(tx: Ctx, id: string): Promise<{ wallet: WalletRow; customer: Customer }> {
  const { customer_id: customerId } = await getWallet(tx, id)
  const customer = await lockCustomer(tx, customerId)
  return { wallet: await getWallet(tx, id), customer }
}

/** The active wallets of a customer in the order in which they pay. */
export async function listActiveWallets(ctx: Ctx, customerId: string): Promise<WalletRow[]> {
  return ctx.db
    .selectFrom('wallets')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('customer_id', '=', customerId)
    .where('status', '=', 'active')
    .orderBy('priority')
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

export async function insertWallet(tx: Ctx, row: Insertable<Wallets>): Promise<WalletRow> {
  return tx.db.insertInto('wallets').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function updateWalletRow(
  tx: Ctx,
  id: string,
  // Also expressions of the columns, which count from what they are when they are written.
  changes: { [Column in keyof Updateable<Wallets>]: Updateable<Wallets>[Column] | ReturnType<typeof sql> },
): Promise<WalletRow> {
  return tx.db
    .updateTable('wallets')
    .set({ ...(changes as Updateable<Wallets>), updated_at: tx.clock.now() })
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export interface WalletFilters {
  readonly customerId: string | undefined
  readonly currency: string | undefined
  /** Undefined: of any. */
  readonly billingEntityIds: readonly string[] | undefined
}

/** A page, latest first, terminated ones included. */
export async function listWallets(
  ctx: Ctx,
  filters: WalletFilters,
  page: Page,
): Promise<{ rows: WalletRow[]; total: number }> {
  let query = ctx.db
    .selectFrom('wallets')
    .innerJoin('customers', 'customers.id', 'wallets.customer_id')
    .where('wallets.organization_id', '=', ctx.org.id)
  if (filters.customerId !== undefined) query = query.where('wallets.customer_id', '=', filters.customerId)
  if (filters.currency !== undefined) query = query.where('wallets.currency', '=', filters.currency)
  if (filters.billingEntityIds !== undefined) {
    query = query.where(
      sql<boolean>`coalesce(wallets.billing_entity_id, customers.billing_entity_id) = any(${filters.billingEntityIds}::uuid[])`,
    )
  }
  const { total } = await query.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const rows = await query
    .selectAll('wallets')
    .orderBy('wallets.created_at', 'desc')
    .orderBy('wallets.id')
    .limit(page.perPage)
    .offset(page.offset)
    .execute()
  return { rows, total: Number(total) }
}

/** Metrics whose charges wallets may pay, by wallet. */
export async function listTargets(
  ctx: Ctx,
  walletIds: readonly string[],
): Promise<Map<string, { metricId: string; code: string }[]>> {
  if (walletIds.length === 0) return new Map()
  const { rows } = await sql<{ walletId: string; metricId: string; code: string }>`
    select target.wallet_id as "walletId", metric.id as "metricId", metric.code
    from wallet_targets target
    join billable_metrics metric on metric.id = target.billable_metric_id
    where target.organization_id = ${ctx.org.id} and target.wallet_id = any(${walletIds}::uuid[])
    order by metric.code, metric.id`.execute(ctx.db)
  return Map.groupBy(rows, row => row.walletId)
}

export async function replaceTargets(tx: Ctx, walletId: string, metricIds: readonly string[]): Promise<void> {
  await tx.db
    .deleteFrom('wallet_targets')
    .where('organization_id', '=', tx.org.id)
    .where('wallet_id', '=', walletId)
    .execute()
  if (metricIds.length === 0) return
  await tx.db
    .insertInto('wallet_targets')
    .values(
      metricIds.map(metricId => ({
        wallet_id: walletId,
        billable_metric_id: metricId,
        organization_id: tx.org.id,
        created_at: tx.clock.now(),
      })),
    )
    .execute()
}

/** Adds what their printed forms need to wallets, in their order: a few queries however many they are. */
export async function loadWallets(ctx: Ctx, wallets: readonly WalletRow[]): Promise<WalletRecord[]> {
  if (wallets.length === 0) return []
  const ids = wallets.map(wallet => wallet.id)
  const found = await findCustomersByIds(ctx, [...new Set(wallets.map(wallet => wallet.customer_id))])
  const customers = new Map(found.map(customer => [customer.id, customer]))
  const entities = await findBillingEntitiesByIds(ctx, [
    ...new Set(
      wallets.map(wallet => wallet.billing_entity_id ?? customers.get(wallet.customer_id)?.billing_entity_id ?? ''),
    ),
  ])
  const targets = await listTargets(ctx, ids)
  const rules = await listCurrentRules(ctx, ids)
  const ruleIds = [...rules.values()].flatMap(list => list.map(rule => rule.id))
  const sections = await listSelectedSections(ctx, [...ids, ...ruleIds])
  return wallets.map(wallet => {
    const customer = customers.get(wallet.customer_id)
    const billingEntity = entities.get(wallet.billing_entity_id ?? customer?.billing_entity_id ?? '')
    if (customer === undefined || billingEntity === undefined) throw new Error(`wallet ${wallet.id} has no customer`)
    const metricCodes = (targets.get(wallet.id) ?? []).map(target => target.code)
    return { wallet, customer, billingEntity, metricCodes, rules: rules.get(wallet.id) ?? [], sections }
  })
}
