import { Problems } from '../platform/errors.ts'
import type { Permissions } from '../platform/http/authentication.ts'
import { isRecord } from '../platform/http/input.ts'

/** Everything an API key may be allowed to read or write. */
export const RESOURCES = [
  'activity_log',
  'add_on',
  'alert',
  'analytic',
  'api_log',
  'applied_coupon',
  'billable_metric',
  'billing_entity',
  'coupon',
  'credit_note',
  'customer',
  'customer_usage',
  'event',
  'feature',
  'fee',
  'invoice',
  'invoice_custom_section',
  'lifetime_usage',
  'order',
  'order_form',
  'organization',
  'payment',
  'payment_method',
  'payment_receipt',
  'payment_request',
  'plan',
  'plan_rate_card',
  'product',
  'product_category',
  'quote',
  'rate_card',
  'security_log',
  'subscription',
  'tax',
  'wallet',
  'wallet_transaction',
  'webhook_endpoint',
  'webhook_jwt_public_key',
] as const

/** Read and write on every resource: what a new key gets unless told otherwise. */
export function fullPermissions(): Permissions {
  return Object.fromEntries(RESOURCES.map(resource => [resource, ['read', 'write']]))
}

/** Permissions as they are stored; what is no list of modes permits nothing. */
export function readPermissions(stored: unknown): Permissions {
  if (!isRecord(stored)) return {}
  const lists = Object.entries(stored).map(([resource, modes]) => [resource, Array.isArray(modes) ? modes : []])
  return Object.fromEntries(lists)
}

/** @throws 422 for resources or modes that do not exist, and for permission to do nothing at all */
export function checkPermissions(permissions: Permissions): void {
  const known: readonly string[] = RESOURCES
  const resources = Object.keys(permissions).filter(resource => !known.includes(resource))
  const modes = Object.values(permissions)
    .flat()
    .filter(mode => mode !== 'read' && mode !== 'write')
  const problems = new Problems()
  if (Object.keys(permissions).length === 0) problems.add('permissions', 'value_is_mandatory')
  if (resources.length > 0) problems.add('permissions', `contains forbidden keys: ${quotedList(resources)}`)
  if (modes.length > 0) problems.add('permissions', `contains forbidden values: ${quotedList(modes)}`)
  problems.throwIfAny()
}

function quotedList(words: readonly string[]): string {
  return `[${words.map(word => JSON.stringify(word)).join(', ')}]`
}
