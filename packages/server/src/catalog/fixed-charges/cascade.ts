import { isDeepStrictEqual } from 'node:util'
import { type Ctx, transaction } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { hasChildren, lockSubscribedChildren } from '../store/child-plans.ts'
import { getFixedChargesOfPlans } from '../store/fixed-charges.ts'
import type { FixedCharge } from '../types.ts'
import { type CommitOptions, commitFixedCharges } from './commit.ts'
import type { FixedChargeChange } from './fixed-charge-set.ts'

const TASK = 'cascade_fixed_charges'
const CHILDREN_A_PAGE = 100
const BEFORE_ALL_IDS = '00000000-0000-0000-0000-000000000000'

type Sold = Pick<FixedCharge, 'chargeModel' | 'properties' | 'units'>

/** A change of a sold plan's fixed charge, as far as private copies follow it. */
type CascadedChange =
  | { readonly kind: 'created'; readonly id: string; readonly immediately: boolean }
  | {
      readonly kind: 'updated'
      readonly id: string
      readonly immediately: boolean
      readonly model: string | null
      readonly code: string
      readonly before: Sold
      readonly after: Sold
    }
  | { readonly kind: 'deleted'; readonly id: string }

interface CascadePayload {
  readonly planId: string
  readonly at: string
  readonly source: CommitOptions['source']
  readonly changes: readonly CascadedChange[]
}

/** Lets the private copies of a plan follow what was committed, in the background. */
export async function cascadeFixedCharges(
  tx: Ctx,
  changes: readonly FixedChargeChange[],
  { planId, at, source }: CommitOptions,
): Promise<void> {
  if (changes.length === 0 || !(await hasChildren(tx, planId))) return
  const cascaded = changes.map(change => cascadedChange(change, source))
  await addJob(tx.db, {
    task: TASK,
    payload: { organizationId: tx.org.id, planId, at: at.toString(), source, changes: cascaded },
    queue: planId,
  })
}

/** A change by itself reaches the copies from their next period on; only the payload of a plan can make it immediate. */
function cascadedChange(change: FixedChargeChange, source: CommitOptions['source']): CascadedChange {
  if (change.kind === 'deleted') return { kind: 'deleted', id: change.before.id }
  const { after } = change
  if (change.kind === 'created') return { kind: 'created', id: after.id, immediately: change.immediately }
  return {
    kind: 'updated',
    id: after.id,
    immediately: source === 'plan' && change.immediately,
    model: change.model,
    code: after.code,
    before: soldTerms(change.before),
    after: soldTerms(after),
  }
}

function soldTerms({ chargeModel, properties, units }: FixedCharge): Sold {
  return { chargeModel, properties, units }
}

/** A page of copies follows in a transaction of its own: a job that is repeated finds those that did. */
export const cascadeFixedChargesTask: TaskDefinition = {
  name: TASK,
  async run(ctx, payload) {
    const cascade = payload as unknown as CascadePayload
    const sold = await getFixedChargesOfPlans(ctx, [cascade.planId])
    let after: string | undefined = BEFORE_ALL_IDS
    while (after !== undefined) {
      const page = { after, limit: CHILDREN_A_PAGE }
      const copyIds: string[] = await transaction(ctx, async tx => {
        const ids = await lockSubscribedChildren(tx, cascade.planId, page)
        for (const id of ids) await follow(tx, id, sold, cascade)
        return ids
      })
      after = copyIds.length < CHILDREN_A_PAGE ? undefined : copyIds.at(-1)
    }
  },
}

async function follow(tx: Ctx, copyId: string, sold: readonly FixedCharge[], cascade: CascadePayload): Promise<void> {
  const before = await getFixedChargesOfPlans(tx, [copyId])
  const changes = cascade.changes.flatMap(change => followed(tx, copyId, sold, before, change))
  const gone = new Set(changes.flatMap(change => (change.kind === 'deleted' ? change.before.id : [])))
  const changed = new Map(
    changes.flatMap(change => (change.kind === 'updated' ? [[change.before.id, change.after]] : [])),
  )
  const created = changes.flatMap(change => (change.kind === 'created' ? change.after : []))
  const after = before.filter(one => !gone.has(one.id)).map(one => changed.get(one.id) ?? one)
  await commitFixedCharges(tx, before, [...after, ...created], changes, {
    planId: copyId,
    at: Temporal.Instant.from(cascade.at),
    source: cascade.source,
  })
}

/** What a change of the sold plan means for a copy: nothing, where the copy went its own way. */
function followed(
  tx: Ctx,
  copyId: string,
  sold: readonly FixedCharge[],
  copies: readonly FixedCharge[],
  change: CascadedChange,
): FixedChargeChange[] {
  const copy = copies.find(one => one.parentId === change.id)
  if (change.kind === 'created') {
    const original = sold.find(one => one.id === change.id)
    if (copy !== undefined || original === undefined) return []
    const after = { ...original, id: newId(), planId: copyId, parentId: original.id, createdAt: tx.clock.now() }
    return [{ kind: 'created', after, immediately: change.immediately }]
  }
  if (copy === undefined) return []
  if (change.kind === 'deleted') return [{ kind: 'deleted', before: copy }]
  if (copy.chargeModel !== change.model) return []
  const isCustomized = !isDeepStrictEqual(soldTerms(copy), change.before)
  const { properties, units } = isCustomized ? copy : change.after
  const after = { ...copy, code: change.code, properties, units }
  return [{ kind: 'updated', before: copy, after, immediately: change.immediately, model: change.model }]
}
