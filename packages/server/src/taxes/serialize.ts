import { formatInstant } from '../platform/wire.ts'
import type { Tax } from './store.ts'

/** A tax as other objects embed it. The counters that older clients read are always 0. */
export function serializeTax(tax: Tax) {
  return {
    lago_id: tax.id,
    name: tax.name,
    code: tax.code,
    rate: tax.rate,
    description: tax.description,
    applied_to_organization: tax.applied_to_organization,
    add_ons_count: 0,
    customers_count: 0,
    plans_count: 0,
    charges_count: 0,
    commitments_count: 0,
    created_at: formatInstant(tax.created_at),
  }
}

/** The billing entities that a tax is applied to. */
export interface AppliedEntities {
  readonly codes: readonly string[]
  /** True when the default one is among them. */
  readonly includesDefault: boolean
}

/** A tax as its own endpoints show it. */
export function serializeTaxDetail(tax: Tax, entities: AppliedEntities) {
  return {
    ...serializeTax(tax),
    applied_to_organization: entities.includesDefault,
    applied_to_billing_entities_codes: entities.codes,
  }
}
