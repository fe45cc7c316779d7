import { parseJson } from '../../platform/http/server.ts'
import { formatInstant } from '../../platform/wire.ts'
import type { ActivityLog } from './list.ts'

export function serializeActivity(log: ActivityLog) {
  return {
    activity_id: log.id,
    activity_type: log.activity_type,
    activity_source: log.activity_source,
    activity_object: parseJson(log.activity_object),
    activity_object_changes: parseJson(log.activity_object_changes),
    user_email: log.user_email,
    api_key_id: log.api_key_id,
    resource_id: log.resource_id,
    resource_type: log.resource_type,
    external_customer_id: log.external_customer_id,
    external_subscription_id: log.external_subscription_id,
    organization_id: log.organization_id,
    logged_at: formatInstant(log.logged_at),
    created_at: formatInstant(log.created_at),
  }
}
