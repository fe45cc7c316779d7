import { type Currency, currencySubunits, decimal, round, truncate } from '@weir/engine'
import { type AddOn, holdAddOns } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notFound } from '../../platform/errors.ts'
import { type AppliedTax, applicableTaxes, findKnownTaxes, getTaxesOf, getTaxesOfCustomers } from '../../taxes/index.ts'
import { presentFeeTaxes } from '../applied-taxes.ts'
import { applySections } from '../custom-sections.ts'
import type { FeeRow } from '../fees-store.ts'
import { writeOneOff } from '../one-off/create-one-off.ts'
import type { OneOffLine } from '../one-off/read-fees.ts'
import type { Invoice } from '../store.ts'
import { type AddedLine, isKept, type KeptLine, type RegeneratedLine } from './lines.ts'
import type { Regeneration } from './regenerate.ts'

/**
 * Makes a one-off invoice again, as a new one: dated now. Add-ons that were deleted since may still be on it. Taxes are those
 * that the fee had, as they are now, else those of its add-on, else the customer's.
 *
 * @throws 404 `add_on_not_found` for an add-on of a line that is added
 */
export async function regenerateOneOff(
  tx: Ctx,
  { voided, customer, customerEntity, issuer, purchaseOrderNumber }: Regeneration,
  lines: readonly RegeneratedLine[],
): Promise<Invoice> {
  const currency = voided.currency as Currency
  const addOns = await addOnsOf(tx, lines)
  const taxesOf = await taxReader(tx, customer, lines, addOns)
  const invoice = await writeOneOff(
    tx,
    {
      customer,
      customerEntity,
      issuer,
      currency,
      purchaseOrderNumber,
      skipsPayment: voided.skip_automatic_payment,
      paymentMethod: paymentMethodOf(voided),
      voidedInvoiceId: voided.id,
    },
    lines.map(line =>
      isKept(line) ? keptLine(line, currency, taxesOf) : addedLine(tx, line, { currency, addOns, taxesOf }),
    ),
  )
  await applySections(tx, [{ invoiceId: invoice.id, customer }])
  if (invoice.status === 'finalized') await emit(tx, 'invoice.one_off_created', invoice.id)
  return invoice
}

type TaxReader = (addOnId: string, fee: FeeRow | null) => readonly AppliedTax[]

function keptLine({ fee, edit }: KeptLine, currency: Currency, taxesOf: TaxReader): OneOffLine {
  const addOnId = fee.item_id ?? ''
  return {
    addOn: { id: addOnId },
    currency,
    units: decimal(edit.units ?? fee.units),
    unitAmountCents: edit.unitPreciseAmount === null ? fee.unit_amount_cents : cents(edit.unitPreciseAmount, currency),
    name: edit.displayName ?? fee.invoice_display_name ?? fee.item_name ?? '',
    description: fee.description,
    period: { from: fee.from_datetime ?? fee.created_at, to: fee.to_datetime ?? fee.created_at },
    taxes: taxesOf(addOnId, fee),
    namesTaxes: true,
    originalFeeId: fee.original_fee_id ?? fee.id,
  }
}

interface AddOns {
  readonly currency: Currency
  readonly addOns: ReadonlyMap<string, AddOn>
  readonly taxesOf: TaxReader
}

function addedLine(tx: Ctx, { input, edit }: AddedLine, { currency, addOns, taxesOf }: AddOns): OneOffLine {
  const addOn = addOns.get(input.add_on_code ?? '')
  if (addOn === undefined) throw notFound('add_on')
  const now = tx.clock.now()
  return {
    addOn,
    currency,
    units: decimal(edit.units ?? 1),
    unitAmountCents: edit.unitPreciseAmount === null ? addOn.amount_cents : cents(edit.unitPreciseAmount, currency),
    name: edit.displayName ?? (addOn.invoice_display_name || addOn.name),
    description: input.description || addOn.description,
    period: { from: now, to: now },
    taxes: taxesOf(addOn.id, null),
    namesTaxes: false,
  }
}

function cents(amount: string, currency: Currency): bigint {
  return truncate(round(decimal(amount).times(currencySubunits(currency)), 0))
}

async function addOnsOf(tx: Ctx, lines: readonly RegeneratedLine[]): Promise<Map<string, AddOn>> {
  const codes = lines.flatMap(line => (isKept(line) ? [] : (line.input.add_on_code ?? [])))
  return new Map((await holdAddOns(tx, { ids: [], codes: [...new Set(codes)] })).map(addOn => [addOn.code, addOn]))
}

async function taxReader(
  tx: Ctx,
  customer: Regeneration['customer'],
  lines: readonly RegeneratedLine[],
  addOns: ReadonlyMap<string, AddOn>,
): Promise<TaxReader> {
  const fees = lines.filter(isKept).map(({ fee }) => fee)
  const before = await presentFeeTaxes(
    tx,
    fees.map(fee => fee.id),
  )
  const codesOf = (fee: FeeRow | null) => (fee === null ? [] : (before.get(fee.id) ?? []).map(tax => tax.tax_code))
  const known = await findKnownTaxes(tx, fees.flatMap(codesOf))
  const ids = [...fees.flatMap(fee => fee.item_id ?? []), ...[...addOns.values()].map(addOn => addOn.id)]
  const ofAddOns = await getTaxesOf(tx, 'add_on', [...new Set(ids)])
  const payer = { customerId: customer.id, billingEntityId: customer.billing_entity_id }
  const ofCustomer = (await getTaxesOfCustomers(tx, [payer])).get(customer.id) ?? []
  return (addOnId, fee) =>
    applicableTaxes(
      codesOf(fee).flatMap(code => known.get(code) ?? []),
      ofAddOns.get(addOnId) ?? [],
      ofCustomer,
    )
}

function paymentMethodOf({ payment_method_type: type, payment_method_id: id }: Invoice) {
  if (type !== 'provider' && type !== 'manual') return undefined
  return { payment_method_type: type, payment_method_id: id } as const
}
