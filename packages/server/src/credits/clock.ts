import { sql } from 'kysely'
import type { ClockScope, ClockTask } from '../platform/clock/clock-tasks.ts'
import type { Ctx } from '../platform/context.ts'
import { addJobs } from '../platform/jobs/enqueue.ts'
import { topUpWallets } from './rules/interval-top-ups.ts'

export const EXPIRE_WALLET = 'expire_wallet'

/** Ends the wallets whose time is over, by the second. */
const expireWallets: ClockTask = {
  name: 'expire_wallets',
  schedule: { minute: 45 },
  nextDue: ctx => earliestExpiration(ctx, 'wallets'),

  async run(scope) {
    const { rows } = await sql<{ id: string; organizationId: string; customerId: string }>`
      select id, organization_id as "organizationId", customer_id as "customerId"
      from wallets
      where ${ofScope(scope)} and status = 'active' and date_trunc('second', expiration_at) <= ${scope.now}
      order by id`.execute(scope.db)
    await addJobs(
      scope.db,
      rows.map(({ id, organizationId, customerId }) => ({
        task: EXPIRE_WALLET,
        payload: { organizationId, walletId: id },
        queue: customerId,
        key: `${EXPIRE_WALLET}:${id}`,
      })),
    )
  },
}

/** Ends the rules whose time is over. */
const expireRules: ClockTask = {
  name: 'expire_wallet_rules',
  schedule: { minute: 50 },
  nextDue: ctx => earliestExpiration(ctx, 'recurring_transaction_rules'),

  async run(scope) {
    await sql`
      update recurring_transaction_rules
      set status = 'terminated', terminated_at = ${scope.now}, updated_at = ${scope.now}
      where ${ofScope(scope)} and status = 'active' and expiration_at <= ${scope.now}`.execute(scope.db)
  },
}

export const clockTasks: readonly ClockTask[] = [expireWallets, expireRules, topUpWallets]

async function earliestExpiration(
  ctx: Ctx,
  table: 'wallets' | 'recurring_transaction_rules',
): Promise<Temporal.Instant | null> {
  const { rows } = await sql<{ due: Temporal.Instant | null }>`
    select min(expiration_at) as due
    from ${sql.table(table)}
    where organization_id = ${ctx.org.id} and status = 'active'`.execute(ctx.db)
  return rows[0]?.due ?? null
}

function ofScope({ organizationId }: ClockScope) {
  return organizationId === null
    ? sql`organization_id in (select id from organizations where test_clock_now is null)`
    : sql`organization_id = ${organizationId}`
}
