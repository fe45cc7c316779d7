import { sql } from 'kysely'
import { BALANCE_MOVED, flagForRefresh, TERMS_CHANGED } from '../../credits/index.ts'
import type { ClockTask } from '../../platform/clock/clock-tasks.ts'
import type { Ctx } from '../../platform/context.ts'
import { addJobs, type NewJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { inScope } from '../scope.ts'
import { evaluateWalletAlertsTask } from './alerts.ts'
import { refreshWallets } from './refresh.ts'
import { topUpWalletAtThreshold } from './threshold-top-ups.ts'

const REFRESH = 'refresh_wallets_of_customer'
const CUSTOMERS_A_PAGE = 1_000

/** In real time, events that come in quick succession are looked at together. */
const REFRESHED_AFTER = { seconds: 1 }

/** Works out the ongoing balances of all customers for whom something changed. */
const refreshFlaggedWallets: ClockTask = {
  name: 'refresh_wallets',
  schedule: { everyMinutes: 5 },

  async nextDue(ctx) {
    const { rows } = await sql`
      select from wallet_refreshes flag
      where flag.organization_id = ${ctx.org.id}
        and exists (select from wallets where wallets.customer_id = flag.customer_id and wallets.status = 'active')
      limit 1`.execute(ctx.db)
    return rows.length === 0 ? null : ctx.clock.now()
  },

  async run(scope) {
    for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
      const { rows } = await sql<{ organizationId: string; customerId: string }>`
        select flag.organization_id as "organizationId", flag.customer_id as "customerId"
        from wallet_refreshes flag
        join organizations on organizations.id = flag.organization_id
        where ${inScope(scope, sql`flag.organization_id`)}
          and flag.customer_id > ${after}
          and exists (select from wallets where wallets.customer_id = flag.customer_id and wallets.status = 'active')
        order by flag.customer_id
        limit ${CUSTOMERS_A_PAGE}`.execute(scope.db)
      await addJobs(
        scope.db,
        rows.map(row => refreshJob(row.organizationId, row.customerId)),
      )
      const last = rows.at(-1)
      if (last === undefined || rows.length < CUSTOMERS_A_PAGE) return
      after = last.customerId
    }
  },
}

export const walletClockTasks: readonly ClockTask[] = [refreshFlaggedWallets]

export const walletTasks: readonly TaskDefinition[] = [
  { name: REFRESH, run: (ctx, { customerId }) => refreshWallets(ctx, String(customerId)) },
  evaluateWalletAlertsTask,
  topUpWalletAtThreshold,
]

/** Balances that moved, and wallets that pay for something else now, are looked at at once. */
const refreshAtOnce: Reaction = async (tx, events) => {
  const customerIds = new Set(events.map(event => String(event.data?.customerId)))
  await addJobs(
    tx.db,
    [...customerIds].map(customerId => refreshJob(tx.org.id, customerId)),
  )
}

/** By what happened to wallets. */
export const walletReactions: Readonly<Record<string, Reaction>> = {
  [BALANCE_MOVED]: refreshAtOnce,
  [TERMS_CHANGED]: refreshAtOnce,
}

/** Events came: the wallets of those who pay for them are looked at soon. */
export const onEventsForWallets: Reaction = async (tx, events) => {
  const { rows } = await sql<{ id: string }>`
    select distinct subscriptions.customer_id as id
    from subscriptions
    where subscriptions.organization_id = ${tx.org.id}
      and subscriptions.status = 'active'
      and subscriptions.external_id = any(${[...new Set(events.map(event => event.objectId))]})
      and exists (
        select from wallets where wallets.customer_id = subscriptions.customer_id and wallets.status = 'active'
      )
    order by 1`.execute(tx.db)
  await flagAll(tx, rows)
  await addJobs(
    tx.db,
    rows.map(({ id }) => ({
      ...refreshJob(tx.org.id, id),
      // Events that go on coming do not put it off.
      keepsRunAt: true,
      ...(!tx.org.sandbox && { runAt: tx.clock.now().add(REFRESHED_AFTER) }),
    })),
  )
}

/** A draft was made or changed: what it asks for is not usage of a running period any more. */
export const onInvoiceForWallets: Reaction = async (tx, events) => {
  const { rows } = await sql<{ id: string }>`
    select distinct invoices.customer_id as id
    from invoices
    where invoices.organization_id = ${tx.org.id}
      and invoices.id = any(${events.map(event => event.objectId)}::uuid[])
      and exists (select from wallets where wallets.customer_id = invoices.customer_id and wallets.status = 'active')
    order by 1`.execute(tx.db)
  await flagAll(tx, rows)
}

async function flagAll(tx: Ctx, customers: readonly { readonly id: string }[]): Promise<void> {
  for (const { id } of customers) await flagForRefresh(tx, id)
}

function refreshJob(organizationId: string, customerId: string): NewJob {
  return {
    task: REFRESH,
    payload: { organizationId, customerId },
    queue: customerId,
    key: `${REFRESH}:${customerId}`,
  }
}
