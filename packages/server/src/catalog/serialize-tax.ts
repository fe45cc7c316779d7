import { formatInstant } from '../platform/wire.ts'
import type { Tax } from './types.ts'

/** A tax as the objects that have it embed it. The counters that older clients read are always 0. */
export function serializeTax(tax: Tax) {
  return {
    lago_id: tax.id,
    name: tax.name,
    code: tax.code,
    rate: tax.rate,
    description: tax.description,
    applied_to_organization: tax.appliedToOrganization,
    add_ons_count: 0,
    customers_count: 0,
    plans_count: 0,
    charges_count: 0,
    commitments_count: 0,
    created_at: formatInstant(tax.createdAt),
  }
}
