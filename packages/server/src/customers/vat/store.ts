import { type Selectable, sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { PendingVatChecks } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'

export const CHECK_VAT_NUMBER = 'check_vat_number'

export type PendingVatCheck = Selectable<PendingVatChecks>

/** Has the customer's number checked, from the beginning where a check is under way. */
export async function startVatCheck(tx: Ctx, customerId: string): Promise<void> {
  const now = tx.clock.now()
  const fresh = {
    id: newId(),
    attempts_count: 0,
    last_attempt_at: null,
    last_error_type: null,
    last_error_message: null,
    next_attempt_at: now,
    updated_at: now,
  }
  await tx.db
    .insertInto('pending_vat_checks')
    .values({ ...fresh, customer_id: customerId, organization_id: tx.org.id, created_at: now })
    .onConflict(conflict => conflict.column('customer_id').doUpdateSet(fresh))
    .execute()
  await addJob(tx.db, vatCheckJob(tx.org.id, customerId))
}

/** Checks of one customer run one after another, and one that waits is enough. */
export function vatCheckJob(organizationId: string, customerId: string) {
  return {
    task: CHECK_VAT_NUMBER,
    payload: { organizationId, customerId },
    queue: customerId,
    key: `${CHECK_VAT_NUMBER}:${customerId}`,
  }
}

/** Forgets a check that is under way: its answer is wanted no more. */
export async function dropVatCheck(tx: Ctx, customerId: string): Promise<boolean> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('pending_vat_checks')
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', customerId)
    .executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}

export async function findVatCheck(ctx: Ctx, customerId: string): Promise<PendingVatCheck | undefined> {
  return ctx.db
    .selectFrom('pending_vat_checks')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('customer_id', '=', customerId)
    .executeTakeFirst()
}

/**
 * Those of some customers whose VAT number is being checked, while their billing entity manages European taxes: it is not
 * known yet which taxes they pay. One query.
 */
export async function findCustomersAwaitingVatCheck(ctx: Ctx, customerIds: readonly string[]): Promise<Set<string>> {
  if (customerIds.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    select pending.customer_id as id
    from pending_vat_checks pending
    join customers on customers.id = pending.customer_id
    join billing_entities on billing_entities.id = customers.billing_entity_id
    where pending.organization_id = ${ctx.org.id}
      and pending.customer_id = any(${[...new Set(customerIds)]}::uuid[])
      and billing_entities.eu_tax_management`.execute(ctx.db)
  return new Set(rows.map(({ id }) => id))
}
