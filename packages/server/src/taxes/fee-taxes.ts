import type { Ctx } from '../platform/context.ts'
import { getTaxesOf } from './links.ts'
import type { Tax } from './store.ts'

/** A tax as it applies to fees. */
export type AppliedTax = Pick<Tax, 'id' | 'code' | 'name' | 'description' | 'rate'>

/** Who pays, as far as taxes go. */
export interface Taxpayer {
  readonly customerId: string
  /** Of the customer, not of a subscription. */
  readonly billingEntityId: string
}

/**
 * The taxes that customers bring to their fees, by customer: their own, else those of their billing entity. Two queries,
 * however many customers.
 */
export async function getTaxesOfCustomers(
  ctx: Ctx,
  payers: readonly Taxpayer[],
): Promise<Map<string, readonly AppliedTax[]>> {
  const customerIds = new Set(payers.map(payer => payer.customerId))
  const own = await getTaxesOf(ctx, 'customer', [...customerIds])
  const others = payers.filter(payer => !own.has(payer.customerId))
  const entityIds = new Set(others.map(payer => payer.billingEntityId))
  const ofEntities = await getTaxesOf(ctx, 'billing_entity', [...entityIds])
  return new Map(
    payers.map(({ customerId, billingEntityId }) => [
      customerId,
      own.get(customerId) ?? ofEntities.get(billingEntityId) ?? [],
    ]),
  )
}

/**
 * The taxes that apply to a fee: those of the first level that has any. Levels are never merged.
 *
 * @param levels the item's own (charge, fixed charge, commitment, add-on), the plan's (of fees of a subscription), the
 * customer's (see {@link getTaxesOfCustomers})
 */
export function applicableTaxes(...levels: readonly (readonly AppliedTax[])[]): readonly AppliedTax[] {
  return levels.find(level => level.length > 0) ?? []
}
