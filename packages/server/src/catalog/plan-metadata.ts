import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { notFound } from '../platform/errors.ts'
import { type Metadata, mergeMetadata, readMetadata } from './metadata.ts'
import { lockPlanByCode, type PlanRow, updatePlanRow } from './store/plans.ts'

type GivenMap = Readonly<Record<string, unknown>> | undefined

/** Replaces the whole map; without a map, nothing changes. @throws 404 `plan_not_found`, 422 */
export async function replacePlanMetadata(ctx: Ctx, code: string, given: GivenMap): Promise<Metadata | null> {
  return changeMap(ctx, code, stored => (given === undefined ? stored : readMetadata(given)))
}

/** Adds to the map and overwrites in it; an empty or missing map changes nothing. @throws 404 `plan_not_found`, 422 */
export async function mergePlanMetadata(ctx: Ctx, code: string, given: GivenMap): Promise<Metadata | null> {
  const additions = given ?? {}
  const changes = Object.keys(additions).length > 0
  return changeMap(ctx, code, stored => (changes ? mergeMetadata(stored ?? {}, additions) : stored))
}

/** Removes the map itself. @throws 404 `plan_not_found` */
export async function deletePlanMetadata(ctx: Ctx, code: string): Promise<null> {
  await changeMap(ctx, code, () => null)
  return null
}

/** Removes one key, if it is there. Nobody is told. @throws 404 `plan_not_found`, `metadata_not_found` without a map */
export async function deletePlanMetadataKey(ctx: Ctx, code: string, key: string): Promise<Metadata> {
  return transaction(ctx, async tx => {
    const plan = await lock(tx, code)
    const stored = mapOf(plan)
    if (stored === null) throw notFound('metadata')
    const { [key]: _removed, ...left } = stored
    await updatePlanRow(tx, plan.id, { metadata: JSON.stringify(left) })
    return left
  })
}

async function changeMap(
  ctx: Ctx,
  code: string,
  change: (stored: Metadata | null) => Metadata | null,
): Promise<Metadata | null> {
  return transaction(ctx, async tx => {
    const plan = await lock(tx, code)
    const next = change(mapOf(plan))
    await updatePlanRow(tx, plan.id, { metadata: next === null ? null : JSON.stringify(next) })
    await emit(tx, 'plan.prices_changed', plan.id)
    await emit(tx, 'plan.updated', plan.id)
    return next
  })
}

async function lock(ctx: Ctx, code: string): Promise<PlanRow> {
  const plan = await lockPlanByCode(ctx, code)
  if (plan === undefined) throw notFound('plan')
  return plan
}

function mapOf(plan: PlanRow): Metadata | null {
  return plan.metadata as Metadata | null
}
