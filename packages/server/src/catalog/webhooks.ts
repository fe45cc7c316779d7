import type { Domain, WebhookObject } from '../platform/module.ts'
import { serializeFeature } from './features/serialize.ts'
import { findFeatureById } from './features/store.ts'
import { serializeBillableMetric, serializeDeletedPlan, serializePlanForWebhook } from './serialize.ts'
import { getMetrics } from './store/metrics.ts'
import { getEntitledPlans } from './store/plans.ts'
import type { EntitledPlan } from './types.ts'

const billableMetric: WebhookObject = {
  objectType: 'billable_metric',
  async serialize(ctx, id) {
    const [metric] = await getMetrics(ctx, [id])
    return metric === undefined ? undefined : serializeBillableMetric(metric)
  },
}

function planObject(serialize: (plan: EntitledPlan) => Record<string, unknown>): WebhookObject {
  return {
    objectType: 'plan',
    async serialize(ctx, id) {
      const plan = (await getEntitledPlans(ctx, [id])).get(id)
      return plan === undefined ? undefined : serialize(plan)
    },
  }
}

const feature: WebhookObject = {
  objectType: 'feature',
  async serialize(ctx, id) {
    const found = await findFeatureById(ctx, id)
    return found && serializeFeature(found)
  },
}

export const webhooks: NonNullable<Domain['webhooks']> = {
  'billable_metric.created': billableMetric,
  'billable_metric.updated': billableMetric,
  'billable_metric.deleted': billableMetric,
  'plan.created': planObject(serializePlanForWebhook),
  'plan.updated': planObject(serializePlanForWebhook),
  'plan.deleted': planObject(serializeDeletedPlan),
  'feature.created': feature,
  'feature.updated': feature,
  'feature.deleted': feature,
}
