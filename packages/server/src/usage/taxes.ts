import { invoiceTaxes } from '@weir/engine'
import { findCustomersByIds } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { applicableTaxes, getTaxesOfCustomers } from '../taxes/index.ts'
import type { CurrentUsage } from './current-usage.ts'

/** The taxes, in cents, that an invoice of this usage would have. */
export async function taxesOfUsage(ctx: Ctx, { customerId, plan, charges }: CurrentUsage): Promise<bigint> {
  const [customer] = await findCustomersByIds(ctx, [customerId])
  if (customer === undefined) throw new Error(`usage of customer ${customerId}, who does not exist`)
  const payer = { customerId, billingEntityId: customer.billing_entity_id }
  const ofCustomer = (await getTaxesOfCustomers(ctx, [payer])).get(customerId) ?? []
  const fees = charges.flatMap(({ charge, fees }) => {
    const taxes = applicableTaxes(charge.taxes, plan.taxes, ofCustomer)
    return fees.map(({ amountCents }) => ({ amountCents, taxes }))
  })
  const subTotal = fees.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  return invoiceTaxes(fees, subTotal).taxesAmountCents
}
