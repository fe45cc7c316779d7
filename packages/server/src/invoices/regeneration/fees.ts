import { feeTaxes, isChargeModelName } from '@weir/engine'
import type { Customer } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { validation } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import { type AppliedTax, applicableTaxes, getTaxesOf, getTaxesOfCustomers, type TaxOwner } from '../../taxes/index.ts'
import { isPricedByUnits } from '../adjusted-fees/values.ts'
import type { BilledSubscription } from '../billing/compute.ts'
import { type NewFee, newFees } from '../billing/fee-rows.ts'
import type { FeeRow } from '../fees-store.ts'
import type { Invoice } from '../store.ts'
import { addedFee } from './added-fees.ts'
import { copyOf } from './kept-fees.ts'
import { isKept, type KeptLine, type RegeneratedLine } from './lines.ts'

/** The invoice that the fees are for. */
export interface FeesSetting {
  readonly id: string
  readonly voided: Invoice
  readonly customer: Customer
  readonly createdAt: Temporal.Instant
  readonly billed: readonly BilledSubscription[]
}

/** The fees of the new invoice with the taxes that apply to them now, in the order of the lines. */
export async function regeneratedFees(
  tx: Ctx,
  setting: FeesSetting,
  lines: readonly RegeneratedLine[],
): Promise<NewFee[]> {
  const { customer, billed } = setting
  const payer = { customerId: customer.id, billingEntityId: customer.billing_entity_id }
  const customerTaxes = (await getTaxesOfCustomers(tx, [payer])).get(customer.id) ?? []
  const taxesOf = await itemTaxes(tx, lines)
  const copies = new Map(lines.filter(isKept).map(({ fee }) => [fee.id, newId()]))
  return lines.flatMap((line): NewFee[] => {
    if (!isKept(line)) return newRow(tx, setting, addedFee(line, billed, customerTaxes))
    const plan = billed.find(({ subscription }) => subscription.id === line.fee.subscription_id)?.plan
    requirePrice(line, plan)
    const row = copyOf(tx, line, {
      id: copies.get(line.fee.id) ?? newId(),
      invoiceId: setting.id,
      createdAt: setting.createdAt,
      trueUpParentId: copies.get(line.fee.true_up_parent_fee_id ?? '') ?? null,
    })
    const taxes = applicableTaxes(taxesOf(line.fee), plan?.taxes ?? [], customerTaxes)
    const taxation = feeTaxes(
      { amountCents: BigInt(row.amount_cents), preciseAmountCents: String(row.precise_amount_cents) },
      taxes,
    )
    return [{ id: row.id, taxation, row: { ...row, ...taxColumns(taxation) } }]
  })
}

function newRow(tx: Ctx, setting: FeesSetting, fee: ReturnType<typeof addedFee>): NewFee[] {
  const at = setting.voided.created_at
  const place = { ...setting, invoiceId: setting.id, billingEntityId: setting.voided.billing_entity_id, at }
  return newFees(tx, place, [{ ...fee, taxation: feeTaxes(fee.fee, fee.taxes) }])
}

function taxColumns({ taxesAmountCents, taxesPreciseAmountCents, taxesRate }: NewFee['taxation']) {
  return {
    taxes_amount_cents: taxesAmountCents,
    taxes_precise_amount_cents: taxesPreciseAmountCents,
    taxes_rate: taxesRate,
  }
}

function requirePrice({ fee, edit }: KeptLine, plan: BilledSubscription['plan'] | undefined): void {
  if (edit.units === null || edit.unitPreciseAmount !== null || fee.true_up_parent_fee_id !== null) return
  const charge = [...(plan?.charges ?? []), ...(plan?.fixedCharges ?? [])].find(
    candidate => candidate.id === (fee.charge_id ?? fee.fixed_charge_id),
  )
  const chargeModel = fee.computed_from.charge_model ?? ''
  if (!isChargeModelName(chargeModel)) return
  const price = { chargeModel, prorated: fee.computed_from.prorated ?? charge?.prorated ?? false }
  if (!isPricedByUnits(price)) throw validation({ charge: ['invalid_charge_model'] })
}

/** The taxes of what the fees are for, whether or not its plan still has it. */
async function itemTaxes(tx: Ctx, lines: readonly RegeneratedLine[]): Promise<(fee: FeeRow) => readonly AppliedTax[]> {
  const fees = lines.filter(isKept).map(({ fee }) => fee)
  const byItem = new Map<string, readonly AppliedTax[]>()
  const owners: [TaxOwner, 'charge_id' | 'fixed_charge_id' | 'commitment_id'][] = [
    ['charge', 'charge_id'],
    ['fixed_charge', 'fixed_charge_id'],
    ['commitment', 'commitment_id'],
  ]
  for (const [owner, column] of owners) {
    const ids = fees.flatMap(fee => fee[column] ?? [])
    for (const [id, taxes] of await getTaxesOf(tx, owner, [...new Set(ids)])) byItem.set(id, taxes)
  }
  return fee => byItem.get(fee.charge_id ?? fee.fixed_charge_id ?? fee.commitment_id ?? '') ?? []
}
