import { type Ctx, transaction } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { addJob, addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { getCharges, getCopiesOfCharge, getMetricIdsOfCopies, getPlansWithCopy } from '../store/charges.ts'
import { changeAmountOfChildren, hasChildren, holdCascade, lockSubscribedChildren } from '../store/child-plans.ts'
import { holdMetrics } from '../store/metrics.ts'
import { saveCharges } from '../store/save-charges.ts'
import type { Charge } from '../types.ts'
import type { ChangedCharge, ChargeChange } from './changes.ts'
import { copyCharge, followChange } from './child-charge.ts'

const CASCADE_CHARGE = 'cascade_charge_change'
const CASCADE_AMOUNT = 'cascade_plan_amount'
const CHILDREN_A_PAGE = 100
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000'

/** Lets the private copies of a plan follow what changed on its charges, in background; those of one charge in order. */
export async function cascadeCharges(tx: Ctx, planId: string, changes: readonly ChangedCharge[]): Promise<void> {
  if (changes.length === 0 || !(await hasChildren(tx, planId))) return
  await addJobs(
    tx.db,
    changes.map(({ chargeId, change }) => ({
      task: CASCADE_CHARGE,
      queue: chargeId,
      payload: { organizationId: tx.org.id, planId, chargeId, change },
    })),
  )
}

/** Lets the private copies of a plan that cost what it did until now follow its amount, in background. */
export async function cascadeAmount(tx: Ctx, planId: string, from: bigint, to: bigint): Promise<void> {
  if (from === to || !(await hasChildren(tx, planId))) return
  await addJob(tx.db, {
    task: CASCADE_AMOUNT,
    queue: planId,
    payload: { organizationId: tx.org.id, planId, from: from.toString(), to: to.toString() },
  })
}

export const cascadeTasks: readonly TaskDefinition[] = [
  {
    name: CASCADE_CHARGE,
    run: (ctx, { planId, chargeId, change }) =>
      followOnChildren(ctx, String(planId), String(chargeId), change as ChargeChange),
  },
  {
    name: CASCADE_AMOUNT,
    run: (ctx, { planId, from, to }) => followAmount(ctx, String(planId), BigInt(String(from)), BigInt(String(to))),
  },
]

async function followAmount(ctx: Ctx, planId: string, from: bigint, to: bigint): Promise<void> {
  await transaction(ctx, async tx => {
    const childIds = await changeAmountOfChildren(tx, planId, from, to)
    await emitAll(
      tx,
      childIds.map(objectId => ({ type: 'plan.amount_changed', objectId, data: { cascaded: true } })),
    )
  })
}

/** The copies of a charge follow a change, a page of plans at a time; copies that nobody uses any more stay behind. */
async function followOnChildren(ctx: Ctx, planId: string, chargeId: string, change: ChargeChange): Promise<void> {
  let after: string | undefined = BEFORE_ALL_IDS
  while (after !== undefined) {
    const from: string = after
    after = await transaction(ctx, tx => followOnPage(tx, { planId, chargeId, change, after: from }))
  }
}

interface Page {
  readonly planId: string
  readonly chargeId: string
  readonly change: ChargeChange
  readonly after: string
}

/** @returns the last plan of the page, if there may be more */
async function followOnPage(tx: Ctx, { planId, chargeId, change, after }: Page): Promise<string | undefined> {
  await holdCascade(tx, chargeId)
  const childIds = await lockSubscribedChildren(tx, planId, { after, limit: CHILDREN_A_PAGE })
  if (childIds.length === 0) return undefined
  await holdMetrics(tx, await getMetricIdsOfCopies(tx, chargeId))
  const before = await getCopiesOfCharge(tx, chargeId, childIds)
  await saveCharges(tx, before, await followed(tx, chargeId, childIds, before, change))
  return childIds.length < CHILDREN_A_PAGE ? undefined : childIds.at(-1)
}

async function followed(
  tx: Ctx,
  chargeId: string,
  childIds: readonly string[],
  copies: readonly Charge[],
  change: ChargeChange,
): Promise<Charge[]> {
  const now = tx.clock.now()
  if (change.type === 'charge_deleted') return []
  if (change.type !== 'charge_created') return copies.map(copy => followChange(copy, change, now))
  const [original] = await getCharges(tx, [chargeId])
  if (original === undefined) return [...copies]
  // A copy that was deleted since is not made again when the job is repeated.
  const served = new Set(await getPlansWithCopy(tx, chargeId, childIds))
  const missing = childIds.filter(id => !served.has(id))
  return [...copies, ...missing.map(id => copyCharge(original, id, now))]
}
