import type { Domain, WebhookObject } from '../platform/module.ts'
import { presentForWebhook } from './present.ts'

const withEntitlements: WebhookObject = {
  objectType: 'subscription',
  serialize: (ctx, id) => presentForWebhook(ctx, id, 'entitlements'),
}

const plain: WebhookObject = { objectType: 'subscription', serialize: (ctx, id) => presentForWebhook(ctx, id) }

export const webhooks: NonNullable<Domain['webhooks']> = {
  'subscription.started': withEntitlements,
  'subscription.updated': withEntitlements,
  'subscription.terminated': plain,
  'subscription.incomplete': plain,
  'subscription.canceled': plain,
  'subscription.termination_alert': plain,
  'subscription.trial_ended': plain,
}
