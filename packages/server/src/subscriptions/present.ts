import { listSelectedSections, serializeSelectedSection } from '../accounts/index.ts'
import {
  type EntitledPlan,
  getEntitledPlans,
  type PlanSnapshot,
  serializeApplicableThreshold,
  serializePlan,
} from '../catalog/index.ts'
import { findCustomersByIds, loadCustomerRecord, loadCustomerRecords, serializeCustomer } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { listRules } from './activation/rules.ts'
import { presentEntitlements } from './entitlements/present.ts'
import { entitled } from './entitlements/store.ts'
import { type SubscriptionParts, serializeSubscription } from './serialize.ts'
import { getSubscriptionRecord, loadSubscriptionRecords, type SubscriptionRecord } from './store.ts'
import { getApplicableThresholds } from './thresholds.ts'

/** A subscription as its own endpoints answer with it: read or created, updated, or ended. */
export async function presentSubscription(ctx: Ctx, id: string, answer: 'shown' | 'updated' | 'ended') {
  const record = await getSubscriptionRecord(ctx, id)
  const plan = await planOf(ctx, record)
  const rules = await listRules(ctx, [id])
  const parts = {
    activation_rules: rules.get(id),
    plan: serializePlan(plan),
    ...(answer === 'shown' && { entitlements: await presentEntitlements(ctx, entitled(record)) }),
    ...(answer !== 'ended' && (await presentThresholds(ctx, record, plan))),
    applied_invoice_custom_sections: ((await listSelectedSections(ctx, [id])).get(id) ?? []).map(
      serializeSelectedSection,
    ),
  }
  return serializeSubscription(record, ctx.clock.now(), parts)
}

async function presentThresholds(ctx: Ctx, { subscription }: SubscriptionRecord, plan: PlanSnapshot) {
  const applicable = await getApplicableThresholds(ctx, [subscription], new Map([[plan.id, plan]]))
  return { applicable_usage_thresholds: (applicable.get(subscription.id) ?? []).map(serializeApplicableThreshold) }
}

/**
 * What a list carries beside its subscriptions where it is asked for, by the ids of these: `plan`, `customer`, or both; with a
 * number of queries that does not grow with the subscriptions.
 */
export async function presentRelated(
  ctx: Ctx,
  records: readonly SubscriptionRecord[],
  include: readonly string[],
): Promise<ReadonlyMap<string, Pick<SubscriptionParts, 'plan' | 'customer'>>> {
  const idsOf = (of: (record: SubscriptionRecord) => string) => [...new Set(records.map(of))]
  const plans = include.includes('plan')
    ? await getEntitledPlans(
        ctx,
        idsOf(record => record.plan.id),
      )
    : new Map()
  const rows = include.includes('customer')
    ? await findCustomersByIds(
        ctx,
        idsOf(record => record.subscription.customer_id),
      )
    : []
  const customers = new Map((await loadCustomerRecords(ctx, rows)).map(record => [record.customer.id, record]))
  return new Map(
    records.map(({ subscription, plan: { id } }) => {
      const plan: EntitledPlan | undefined = plans.get(id)
      const customer = customers.get(subscription.customer_id)
      const parts = {
        ...(plan !== undefined && { plan: serializePlan(plan) }),
        ...(customer !== undefined && { customer: serializeCustomer(customer) }),
      }
      return [subscription.id, parts]
    }),
  )
}

/** Subscriptions by id, each with its plan and nothing else. A few queries, however many. */
export async function presentWithPlans(ctx: Ctx, ids: readonly string[]) {
  const records = await loadSubscriptionRecords(ctx, ids)
  const related = await presentRelated(ctx, records, ['plan'])
  const rules = await listRules(
    ctx,
    records.map(record => record.subscription.id),
  )
  const now = ctx.clock.now()
  return records.map(record => {
    const { id } = record.subscription
    return serializeSubscription(record, now, { activation_rules: rules.get(id), ...related.get(id) })
  })
}

/** Subscriptions as other objects embed them, in their order: without optional parts. */
export async function presentRecords(ctx: Ctx, records: readonly SubscriptionRecord[]) {
  const now = ctx.clock.now()
  const rules = await listRules(
    ctx,
    records.map(record => record.subscription.id),
  )
  return records.map(record =>
    serializeSubscription(record, now, { activation_rules: rules.get(record.subscription.id) }),
  )
}

/** A subscription as webhooks send it: with its plan and its customer, some with what it is entitled to or its thresholds. */
export async function presentForWebhook(ctx: Ctx, id: string, extra?: 'entitlements' | 'thresholds') {
  const [record] = await loadSubscriptionRecords(ctx, [id])
  if (record === undefined) return undefined
  const plan = await planOf(ctx, record)
  const [row] = await findCustomersByIds(ctx, [record.subscription.customer_id])
  if (row === undefined) return undefined
  const customer = serializeCustomer(await loadCustomerRecord(ctx, row))
  const rules = await listRules(ctx, [id])
  const parts = {
    customer,
    activation_rules: rules.get(id),
    plan: serializePlan(plan),
    ...(extra === 'thresholds' && (await presentThresholds(ctx, record, plan))),
    ...(extra === 'entitlements' && { entitlements: await presentEntitlements(ctx, entitled(record)) }),
  }
  return serializeSubscription(record, ctx.clock.now(), parts)
}

async function planOf(ctx: Ctx, record: SubscriptionRecord): Promise<EntitledPlan> {
  const plan = (await getEntitledPlans(ctx, [record.plan.id])).get(record.plan.id)
  if (plan === undefined) throw new Error(`subscription ${record.subscription.id} has no plan`)
  return plan
}
