import { type RawBuilder, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { draftsOfPlans } from './drafts-of-plans.ts'

/** How much hangs on an object of the price book. */
export interface Uses {
  /** Of the object itself: features show it nowhere else. */
  readonly id: string
  /** Plans as they are sold; a copy that was made for one subscription counts as the plan it was made from. */
  readonly plans: number
  /** Subscriptions that run or will, and the draft invoices, of these plans and of their copies. */
  readonly subscriptions: number
  readonly draftInvoices: number
  /** Customers who have it themselves: a tax of their own, a coupon in force, an invoice with the add-on. */
  readonly customers: number
}

const NOBODY = sql`select null::uuid where false`

/** Where the users of each kind are found: queries for the ids of kept plans and of customers, by the id of the object. */
const FINDERS = {
  billable_metric: {
    table: 'billable_metrics',
    plans: id => sql`select plan_id from charges where billable_metric_id = ${id} and deleted_at is null`,
    customers: () => NOBODY,
  },
  feature: {
    table: 'features',
    plans: id =>
      sql`select plan_id from entitlements where feature_id = ${id} and plan_id is not null and deleted_at is null`,
    customers: () => NOBODY,
  },
  add_on: {
    table: 'add_ons',
    plans: id => sql`select plan_id from fixed_charges where add_on_id = ${id} and deleted_at is null`,
    customers: id => sql`
      select invoices.customer_id from fees join invoices on invoices.id = fees.invoice_id
      where fees.add_on_id = ${id} and fees.deleted_at is null`,
  },
  coupon: {
    table: 'coupons',
    plans: () => NOBODY,
    customers: id => sql`select customer_id from applied_coupons where coupon_id = ${id} and status = 'active'`,
  },
  tax: {
    table: 'taxes',
    // Copies take the taxes of the plan that they were made from.
    plans: id => sql`
      select plans.id from plans join plans_taxes on plans_taxes.plan_id in (plans.id, plans.parent_id)
        where plans_taxes.tax_id = ${id}
      union select charges.plan_id from charges_taxes join charges on charges.id = charges_taxes.charge_id
        where charges_taxes.tax_id = ${id} and charges.deleted_at is null`,
    customers: id => sql`select customer_id from customers_taxes where tax_id = ${id}`,
  },
} as const satisfies Record<
  string,
  { table: string; plans: (id: string) => RawBuilder<unknown>; customers: (id: string) => RawBuilder<unknown> }
>

export type UsedKind = keyof typeof FINDERS

/** What hangs on the kept object with this code; undefined where there is none. Two queries. */
export async function countUses(ctx: Ctx, kind: UsedKind, code: string): Promise<Uses | undefined> {
  const finder = FINDERS[kind]
  const { rows: found } = await sql<{ id: string }>`
    select id from ${sql.table(finder.table)}
    where organization_id = ${ctx.org.id} and code = ${code} and deleted_at is null`.execute(ctx.db)
  const id = found[0]?.id
  if (id === undefined) return undefined
  const { rows } = await sql<Uses>`
    with used_by as (
      select id, coalesce(parent_id, id) as sold_id from plans
      where organization_id = ${ctx.org.id} and deleted_at is null and id in (${finder.plans(id)})
    ),
    drafts as (${draftsOfPlans(ctx)})
    select
      ${id}::uuid as id,
      (select count(distinct sold_id)::integer from used_by) as plans,
      (select count(*)::integer from subscriptions
        where organization_id = ${ctx.org.id} and status in ('active', 'pending', 'incomplete')
          and plan_id in (select id from used_by)) as subscriptions,
      (select count(distinct invoice_id)::integer from drafts
        where plan_id in (select id from used_by)) as "draftInvoices",
      (select count(*)::integer from customers
        where organization_id = ${ctx.org.id} and deleted_at is null and id in (${finder.customers(id)})) as customers`.execute(
    ctx.db,
  )
  return rows[0]
}
