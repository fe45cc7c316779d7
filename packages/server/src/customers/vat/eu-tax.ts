import { decideEuTax, type EuSale } from '@weir/engine'
import type { BillingEntity } from '../../accounts/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { getEuTax, getTaxesOf, isEuTaxCode, type Tax } from '../../taxes/index.ts'
import type { CustomerInput } from '../schema.ts'
import type { Customer } from '../store.ts'
import { dropVatCheck, startVatCheck } from './store.ts'

/** A customer that was just written, and how it was before. */
export interface ChangedCustomer {
  readonly after: Customer
  /** Undefined for a new one. */
  readonly before: Customer | undefined
  /** What the request says. */
  readonly input: Pick<CustomerInput, 'tax_identification_number' | 'zipcode' | 'country'>
  /** The customer's, as it is now. */
  readonly billingEntity: BillingEntity
}

/**
 * The European tax that a customer gets by where it is. Undefined when there is nothing to decide, or when its number is to
 * be checked first, which is started then.
 */
export async function euTaxOf(tx: Ctx, changed: ChangedCustomer): Promise<Tax | undefined> {
  if (!changed.billingEntity.eu_tax_management || !(await isConcerned(tx, changed))) return undefined
  const { after, before, billingEntity } = changed
  const decision = decideEuTax(euSaleOf(after, billingEntity))
  if (decision.kind === 'check') {
    await startVatCheck(tx, after.id)
    return undefined
  }
  // A new customer has no check under way.
  if (before !== undefined && (await dropVatCheck(tx, after.id))) await emit(tx, 'customer.taxes_known', after.id)
  return getEuTax(tx, decision.code)
}

/** What the tax of a customer's purchases is decided by. */
export function euSaleOf(customer: Customer, billingEntity: BillingEntity): EuSale {
  return {
    customerCountry: customer.country,
    zipcode: customer.zipcode,
    taxNumber: customer.tax_identification_number,
    sellerCountry: billingEntity.country ?? '',
  }
}

/** The values of the request count as they are written: a country in lower case is another one. */
async function isConcerned(tx: Ctx, { before, after, input }: ChangedCustomer): Promise<boolean> {
  if (before === undefined || before.billing_entity_id !== after.billing_entity_id) return true
  const columns = ['tax_identification_number', 'zipcode', 'country'] as const
  if (columns.some(column => input[column] !== undefined && input[column] !== before[column])) return true
  const taxes = (await getTaxesOf(tx, 'customer', [after.id])).get(after.id) ?? []
  return !taxes.some(({ code }) => isEuTaxCode(code))
}
