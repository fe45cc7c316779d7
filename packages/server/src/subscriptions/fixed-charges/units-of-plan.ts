import type { UnitsChange } from '../../catalog/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { loadSubscriptionRecords, type SubscriptionRecord } from '../store.ts'
import { emitRaised, type NewUnits, recordUnits, unitsApplyAt } from './record-units.ts'
import { getUnitsOverrides, type UnitsOverrides } from './units-overrides.ts'

const TASK = 'record_fixed_charge_units'
const SUBSCRIPTIONS_A_RUN = 500

interface ChangeOfPlan {
  readonly planId: string
  /** The domain event: it was caused after each subscription with a smaller id was made. */
  readonly causeId: string
  readonly at: Temporal.Instant
  readonly changes: readonly UnitsChange[]
}

/** The units that a plan gives reach its subscriptions in the background. */
export const onUnitsOfPlanChanged: Reaction = (tx, events) =>
  addJobs(
    tx.db,
    events.map(event => ({
      task: TASK,
      payload: { organizationId: tx.org.id, causeId: event.id, planId: event.objectId, ...event.data },
      queue: event.objectId,
    })),
  )

export const recordUnitsOfPlan: TaskDefinition = {
  name: TASK,
  async run(ctx, payload) {
    const { planId, causeId, at, changes } = payload as unknown as Record<'planId' | 'causeId' | 'at', string> &
      Pick<ChangeOfPlan, 'changes'>
    const change = { planId, causeId, at: Temporal.Instant.from(at), changes }
    let last: string | null = null
    for (;;) {
      const ids = await subscriptionsOf(ctx, change, last)
      if (ids.length > 0) await transaction(ctx, tx => record(tx, change, ids))
      if (ids.length < SUBSCRIPTIONS_A_RUN) return
      last = ids.at(-1) ?? null
    }
  },
}

/** Those that run or wait for their first payment. Later ones start with the new units anyway. */
async function subscriptionsOf(ctx: Ctx, change: ChangeOfPlan, after: string | null): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('subscriptions')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('plan_id', '=', change.planId)
    .where('status', 'in', ['active', 'incomplete'])
    .where('id', '<', change.causeId)
    .$if(after !== null, query => query.where('id', '>', after ?? ''))
    .orderBy('id')
    .limit(SUBSCRIPTIONS_A_RUN)
    .execute()
  return rows.map(row => row.id)
}

async function record(tx: Ctx, change: ChangeOfPlan, subscriptionIds: readonly string[]): Promise<void> {
  const records = await loadSubscriptionRecords(tx, subscriptionIds)
  const overrides = await getUnitsOverrides(tx, subscriptionIds)
  const units = records.flatMap(one => unitsOf(one, overrides.get(one.subscription.id), change))
  const written = await recordUnits(tx, units, { decidedAt: change.at, causeId: change.causeId })
  const raised = written.filter(one => one.billed && one.timestamp.equals(change.at))
  await emitRaised(
    tx,
    raised.map(one => one.subscriptionId),
    change.at,
  )
}

/** Units of its own stay as they are. */
function unitsOf(
  one: SubscriptionRecord,
  overrides: UnitsOverrides | undefined,
  { at, changes }: ChangeOfPlan,
): (NewUnits & Pick<UnitsChange, 'billed'>)[] {
  return changes
    .filter(change => overrides?.has(change.fixedChargeId) !== true)
    .map(({ fixedChargeId, units, billed, immediately }) => ({
      subscriptionId: one.subscription.id,
      fixedChargeId,
      units,
      billed,
      timestamp: unitsApplyAt(one, at, immediately),
    }))
}
