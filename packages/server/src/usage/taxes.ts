import { type ChargeFee, feeTaxes, invoiceTaxes } from '@weir/engine'
import type { Charge } from '../catalog/index.ts'
import type { Ctx } from '../platform/context.ts'
import { applicableTaxes, getTaxesOfCustomers } from '../taxes/index.ts'
import type { CurrentUsage } from './current-usage.ts'

/** The taxes, in cents, that an invoice of this usage would have. */
export async function taxesOfUsage(ctx: Ctx, usage: CurrentUsage): Promise<bigint> {
  const taxesOf = await readTaxes(ctx, usage)
  const fees = usage.charges.flatMap(({ charge, fees }) =>
    fees.map(({ amountCents }) => ({ amountCents, taxes: taxesOf(charge) })),
  )
  const subTotal = fees.reduce((sum, { amountCents }) => sum + amountCents, 0n)
  return invoiceTaxes(fees, subTotal).taxesAmountCents
}

/** What each fee of this usage would come to with its taxes, in cents. */
export async function taxedUsageFees(
  ctx: Ctx,
  usage: CurrentUsage,
): Promise<{ charge: Charge; fee: ChargeFee; amountCents: bigint }[]> {
  const taxesOf = await readTaxes(ctx, usage)
  return usage.charges.flatMap(({ charge, fees }) =>
    fees.map(fee => ({
      charge,
      fee,
      amountCents: fee.amountCents + feeTaxes(fee, taxesOf(charge)).taxesAmountCents,
    })),
  )
}

async function readTaxes(ctx: Ctx, { customer, plan }: CurrentUsage) {
  const ofCustomer = (await getTaxesOfCustomers(ctx, [customer])).get(customer.customerId) ?? []
  return (charge: Charge) => applicableTaxes(charge.taxes, plan.taxes, ofCustomer)
}
