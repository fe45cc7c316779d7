import type { Selectable } from 'kysely'
import type { WebhookEndpoints, Webhooks } from '../platform/db/types.ts'
import { formatInstant } from '../platform/wire.ts'

export type WebhookEndpoint = Selectable<WebhookEndpoints>
export type Webhook = Selectable<Webhooks>

export function serializeEndpoint(endpoint: WebhookEndpoint) {
  return {
    lago_id: endpoint.id,
    lago_organization_id: endpoint.organization_id,
    webhook_url: endpoint.webhook_url,
    signature_algo: endpoint.signature_algo,
    name: endpoint.name,
    event_types: endpoint.event_types,
    created_at: formatInstant(endpoint.created_at),
  }
}

/** A line of the webhook log: what was sent, and what came of it. */
export function serializeWebhook(webhook: Webhook) {
  return {
    lago_id: webhook.id,
    lago_webhook_endpoint_id: webhook.webhook_endpoint_id,
    webhook_type: webhook.webhook_type,
    object_type: webhook.object_type,
    lago_object_id: webhook.object_id,
    endpoint: webhook.endpoint,
    status: webhook.status,
    http_status: webhook.http_status,
    response: webhook.response,
    payload: webhook.payload,
    retries: webhook.retries,
    last_retried_at: formatInstant(webhook.last_retried_at),
    next_attempt_at: formatInstant(webhook.next_attempt_at),
    created_at: formatInstant(webhook.created_at),
    updated_at: formatInstant(webhook.updated_at),
  }
}
