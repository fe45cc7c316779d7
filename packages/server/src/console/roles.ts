import { fullPermissions } from '../accounts/index.ts'
import type { Permissions } from '../platform/http/authentication.ts'

export const ROLES = ['admin', 'finance', 'manager'] as const
export type Role = (typeof ROLES)[number]

type Modes = 'read' | 'both'

/** What finance and managers both see and do. */
const SHARED: Readonly<Record<string, Modes>> = {
  add_on: 'read',
  applied_coupon: 'read',
  alert: 'read',
  billing_entity: 'read',
  coupon: 'read',
  credit_note: 'both',
  customer: 'read',
  customer_usage: 'read',
  fee: 'both',
  invoice: 'both',
  lifetime_usage: 'read',
  order: 'read',
  order_form: 'read',
  payment: 'both',
  payment_receipt: 'both',
  payment_request: 'both',
  plan: 'read',
  quote: 'read',
  subscription: 'read',
  tax: 'read',
  wallet: 'read',
  wallet_transaction: 'read',
}

const GRANTED: Readonly<Record<Exclude<Role, 'admin'>, Readonly<Record<string, Modes>>>> = {
  finance: {
    ...SHARED,
    analytic: 'read',
    billing_entity: 'both',
    invoice_custom_section: 'both',
    organization: 'both',
  },
  manager: {
    ...SHARED,
    alert: 'both',
    applied_coupon: 'both',
    customer: 'both',
    lifetime_usage: 'both',
    order: 'both',
    order_form: 'both',
    quote: 'both',
    subscription: 'both',
    wallet: 'both',
    wallet_transaction: 'both',
  },
}

/** What needs more than the right to write its resource: only administrators do it. */
const ADMIN_ONLY: ReadonlySet<string> = new Set(['DELETE /api/v1/invoices/:id'])
const NOTHING: ReadonlySet<string> = new Set()

export function isRole(value: unknown): value is Role {
  return ROLES.some(role => role === value)
}

/** What the roles together may do: the union of their rights. A role that does not exist gives none. */
export function permissionsOf(roles: readonly string[]): Permissions {
  if (roles.includes('admin')) return fullPermissions()
  const permissions: Record<string, readonly string[]> = {}
  for (const role of roles) {
    if (!isRole(role) || role === 'admin') continue
    for (const [resource, modes] of Object.entries(GRANTED[role])) {
      if (modes === 'both') permissions[resource] = ['read', 'write']
      else permissions[resource] ??= ['read']
    }
  }
  return permissions
}

/** Routes, as `METHOD /path`, that the roles may not use although they may write the resource. */
export function withheldFrom(roles: readonly string[]): ReadonlySet<string> {
  return roles.includes('admin') ? NOTHING : ADMIN_ONLY
}
