import { type Currency, type Decimal, decimal } from '@weir/engine'
import type { AddOn } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { Problems, validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { parseInstant } from '../../platform/http/instants.ts'
import { type AppliedTax, applicableTaxes, findKnownTaxes, getTaxesOf, getTaxesOfCustomers } from '../../taxes/index.ts'
import type { OneOffFeeInput } from './schema.ts'

/** A line of a one-off invoice, with everything that its amount and its wording depend on. */
export interface OneOffLine {
  readonly addOn: Pick<AddOn, 'id'>
  readonly currency: Currency
  readonly units: Decimal
  readonly unitAmountCents: bigint
  readonly name: string
  readonly description: string | null
  readonly period: { readonly from: Temporal.Instant; readonly to: Temporal.Instant }
  readonly taxes: readonly AppliedTax[]
  /** The fee of a voided invoice that it stands for. */
  readonly originalFeeId?: string
  /** The request names them: nothing else about the customer changes them. */
  readonly namesTaxes: boolean
}

type Period = OneOffLine['period']

/**
 * The periods of fees: both ends given, or none, which means now.
 *
 * @throws 422 `boundaries: values_are_invalid`
 */
export function readPeriods(fees: readonly OneOffFeeInput[], now: Temporal.Instant): Period[] {
  return fees.map(fee => {
    if (isBlank(fee.from_datetime) && isBlank(fee.to_datetime)) return { from: now, to: now }
    const [from, to] = [fee.from_datetime, fee.to_datetime].map(text => parseInstant(text ?? ''))
    if (from === undefined || to === undefined || Temporal.Instant.compare(from, to) > 0) {
      throw validation({ boundaries: ['values_are_invalid'] })
    }
    return { from, to }
  })
}

/**
 * The lines that a request asks for. Taxes are those named, of which unknown ones are passed over; else the add-on's, else
 * the customer's.
 *
 * @param options.addOns by code; each fee's is known
 * @throws 422 for units or unit amounts that are no amounts
 */
export async function readLines(
  tx: Ctx,
  fees: readonly OneOffFeeInput[],
  options: {
    readonly addOns: ReadonlyMap<string, AddOn>
    readonly periods: readonly Period[]
    readonly currency: Currency
    readonly customer: { readonly id: string; readonly billing_entity_id: string }
  },
): Promise<OneOffLine[]> {
  const { addOns, periods, currency, customer } = options
  const named = await findKnownTaxes(
    tx,
    fees.flatMap(fee => fee.tax_codes ?? []),
  )
  const ofAddOns = await getTaxesOf(
    tx,
    'add_on',
    [...addOns.values()].map(addOn => addOn.id),
  )
  const payer = { customerId: customer.id, billingEntityId: customer.billing_entity_id }
  const ofCustomer = (await getTaxesOfCustomers(tx, [payer])).get(customer.id) ?? []
  const problems = new Problems()
  const lines = fees.flatMap((fee, place): OneOffLine[] => {
    const addOn = addOns.get(fee.add_on_code ?? '')
    const period = periods[place]
    if (addOn === undefined || period === undefined) return []
    const chosen = [...new Set(fee.tax_codes ?? [])].flatMap(code => named.get(code) ?? [])
    return [
      {
        addOn,
        currency,
        period,
        units: readUnits(fee.units, problems),
        unitAmountCents: readUnitAmount(fee.unit_amount_cents, addOn, problems),
        name: fee.invoice_display_name || addOn.invoice_display_name || addOn.name,
        description: isBlank(fee.description) ? addOn.description : (fee.description ?? null),
        namesTaxes: chosen.length > 0,
        taxes: applicableTaxes(chosen, ofAddOns.get(addOn.id) ?? [], ofCustomer),
      },
    ]
  })
  problems.throwIfAny()
  return lines
}

function readUnits(value: string | null | undefined, problems: Problems): Decimal {
  if (isBlank(value)) return decimal(1)
  const text = (value ?? '').trim()
  if (/^\d{1,30}(\.\d{1,30})?$/.test(text)) return decimal(text)
  problems.add('units', 'value_is_invalid')
  return decimal(0)
}

function readUnitAmount(value: number | null | undefined, addOn: AddOn, problems: Problems): bigint {
  if (value === undefined || value === null) return addOn.amount_cents
  if (Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  problems.add('unit_amount_cents', 'value_is_invalid')
  return 0n
}
