import { sql } from 'kysely'
import { type Ctx, transaction } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import { movedBillingAt, writeNextBilling } from './next-billing.ts'
import { loadSubscriptionRecords } from './store.ts'
import { billingSchedule } from './terms.ts'

const CUSTOMERS_A_CHUNK = 500

/** Plans the next billing of a customer's subscriptions anew, after its time zone changed. */
export async function rescheduleCustomer(ctx: Ctx, customerId: string): Promise<void> {
  await transaction(ctx, tx => moveBilling(tx, [customerId]))
}

/** The same for all customers of a billing entity that have no time zone of their own. */
export async function rescheduleBillingEntity(ctx: Ctx, billingEntityId: string): Promise<void> {
  let last: string | null = null
  for (;;) {
    const customerIds: string[] = await customersWithoutTimeZone(ctx, billingEntityId, last)
    await transaction(ctx, tx => moveBilling(tx, customerIds))
    if (customerIds.length < CUSTOMERS_A_CHUNK) return
    last = customerIds.at(-1) ?? null
  }
}

async function customersWithoutTimeZone(ctx: Ctx, billingEntityId: string, after: string | null): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('customers')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('billing_entity_id', '=', billingEntityId)
    .where(sql<boolean>`coalesce(trim(timezone), '') = ''`)
    .$if(after !== null, query => query.where('id', '>', after ?? ''))
    .orderBy('id')
    .limit(CUSTOMERS_A_CHUNK)
    .execute()
  return rows.map(row => row.id)
}

/** A billing under way has planned the next one, or waits for the new plan: the customers' locks order them. */
async function moveBilling(tx: Ctx, customerIds: readonly string[]): Promise<void> {
  if (customerIds.length === 0) return
  await tx.db
    .selectFrom('customers')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where(anyOf('id', customerIds))
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()
  const rows = await tx.db
    .selectFrom('subscriptions')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where(anyOf('customer_id', customerIds))
    .where('status', '=', 'active')
    .execute()
  const records = await loadSubscriptionRecords(
    tx,
    rows.map(row => row.id),
  )
  await writeNextBilling(
    tx,
    records.flatMap(({ subscription, plan, timeZone }) => {
      const { id, started_at: startedAt, next_billing_at: planned } = subscription
      if (startedAt === null || planned === null) return []
      const at = movedBillingAt(billingSchedule(subscription, plan, timeZone), startedAt, planned)
      return at.equals(planned) ? [] : [{ subscriptionId: id, at }]
    }),
  )
}
