import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { forgetKeptUsage } from './stored-cells.ts'

/** {@link EventStore.remove} on PostgreSQL. */
export async function removeEvents(
  ctx: Ctx,
  code: string,
  externalSubscriptionIds: readonly string[],
  position: string,
): Promise<void> {
  await sql`
    update events set deleted_at = ${ctx.clock.now()}
    where organization_id = ${ctx.org.id}
      and external_subscription_id = any(${externalSubscriptionIds}::text[])
      and code = ${code}
      and position <= ${position}::bigint
      and deleted_at is null`.execute(ctx.db)
  await forgetKeptUsage(ctx)
}
