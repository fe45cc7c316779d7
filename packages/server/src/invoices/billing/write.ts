import type { BilledPeriods, InvoiceTax, TaxedFee } from '@weir/engine'
import type { Insertable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { FeesTaxes, InvoicesTaxes } from '../../platform/db/types.ts'
import { newId } from '../../platform/ids.ts'
import type { AppliedTax } from '../../taxes/index.ts'
import { keepLevels } from '../../usage/index.ts'
import type { BilledSubscription, BillingRequest, ComputedInvoice } from './compute.ts'
import { type FeeSetting, type NewFee, newFees } from './fee-rows.ts'

/** Where the rows belong. */
export interface InvoiceIdentity {
  readonly id: string
  readonly billingEntityId: string
  readonly createdAt: Temporal.Instant
}

/** What is written of an invoice beside its own row. */
export interface InvoiceContents {
  readonly invoice: InvoiceIdentity
  readonly request: Pick<BillingRequest, 'at'>
  readonly computed: ComputedInvoice
}

/** The fees that were written, by invoice; those on no invoice with the invoice that brought them about. */
export interface WrittenFees {
  readonly invoiced: ReadonlyMap<string, readonly string[]>
  readonly standalone: ReadonlyMap<string, readonly string[]>
}

/** Writes the subscriptions, the fees and the taxes of invoices, and the levels that usage had at their ends. */
export async function writeInvoiceContents(tx: Ctx, contents: readonly InvoiceContents[]): Promise<WrittenFees> {
  const links = contents.flatMap(({ invoice, request, computed }) =>
    computed.billed.map(billed => linkRow(tx, invoice, request, billed)),
  )
  for (const rows of statementsOf(links)) await tx.db.insertInto('invoice_subscriptions').values(rows).execute()
  const invoiced = new Map(
    contents.map(one => [one.invoice.id, newFees(tx, settingOf(one), one.computed.assembled.fees)]),
  )
  const standalone = new Map(
    contents.map(one => {
      const setting = { ...settingOf(one), invoiceId: null }
      return [one.invoice.id, newFees(tx, setting, one.computed.assembled.standalone)]
    }),
  )
  await writeFees(tx, [...invoiced.values(), ...standalone.values()].flat())
  const taxes = contents.flatMap(content => invoiceTaxRows(tx, content))
  for (const rows of statementsOf(taxes)) await tx.db.insertInto('invoices_taxes').values(rows).execute()
  await keepLevels(tx, contents.flatMap(levelsOf))
  return { invoiced: idsOf(invoiced), standalone: idsOf(standalone) }
}

/** Writes fees that are on no invoice, and tells their ids in their order. */
export async function writeStandaloneFees(
  tx: Ctx,
  setting: Omit<FeeSetting, 'invoiceId'>,
  fees: readonly TaxedFee<AppliedTax>[],
): Promise<string[]> {
  const rows = newFees(tx, { ...setting, invoiceId: null }, fees)
  await writeFees(tx, rows)
  return rows.map(({ id }) => id)
}

/** Writes fees with their taxes. */
export async function writeFees(tx: Ctx, fees: readonly NewFee[]): Promise<void> {
  for (const rows of statementsOf(fees.map(({ row }) => row))) await tx.db.insertInto('fees').values(rows).execute()
  const taxes = fees.flatMap(fee => feeTaxRows(tx, fee))
  for (const rows of statementsOf(taxes)) await tx.db.insertInto('fees_taxes').values(rows).execute()
}

// A statement takes at most 65,535 parameters, and no row has more than 45.
const ROWS_A_STATEMENT = 1_000

/** The rows in as many parts as they need statements to be inserted. */
export function* statementsOf<Row>(rows: readonly Row[]): Generator<Row[]> {
  for (let start = 0; start < rows.length; start += ROWS_A_STATEMENT) {
    yield rows.slice(start, start + ROWS_A_STATEMENT)
  }
}

function settingOf({ invoice, request, computed }: InvoiceContents): FeeSetting {
  return { ...invoice, invoiceId: invoice.id, at: request.at, billed: computed.billed }
}

function idsOf(fees: ReadonlyMap<string, readonly NewFee[]>): Map<string, string[]> {
  return new Map([...fees].map(([invoiceId, own]) => [invoiceId, own.map(({ id }) => id)]))
}

function levelsOf({ computed: { billed, assembled } }: InvoiceContents) {
  const externalIds = new Map(billed.map(({ subscription }) => [subscription.id, subscription.external_id]))
  return assembled.levels.map(level => ({
    ...level,
    externalSubscriptionId: externalIds.get(level.subscriptionId) ?? '',
  }))
}

function linkRow(
  tx: Ctx,
  invoice: InvoiceIdentity,
  request: Pick<BillingRequest, 'at'>,
  { subscription, reason, boundaries }: BilledSubscription,
) {
  const { base, charges, fixedCharges }: BilledPeriods = boundaries
  return {
    id: newId(),
    organization_id: tx.org.id,
    invoice_id: invoice.id,
    subscription_id: subscription.id,
    timestamp: request.at,
    from_datetime: base.from,
    to_datetime: base.to,
    charges_from_datetime: charges?.from ?? null,
    charges_to_datetime: charges?.to ?? null,
    fixed_charges_from_datetime: fixedCharges?.from ?? null,
    fixed_charges_to_datetime: fixedCharges?.to ?? null,
    recurring: reason === 'subscription_periodic',
    invoicing_reason: reason,
    created_at: invoice.createdAt,
  }
}

/** What is kept of a tax where it was applied: later changes of it change nothing there. */
function taxColumns({ id, code, name, rate, description }: AppliedTax) {
  return { tax_id: id, tax_code: code, tax_name: name, tax_rate: rate, tax_description: description }
}

function feeTaxRows(tx: Ctx, { row, taxation }: NewFee): Insertable<FeesTaxes>[] {
  return taxation.taxes.map(({ tax, amountCents, preciseAmountCents }) => ({
    ...taxColumns(tax),
    id: newId(),
    organization_id: tx.org.id,
    fee_id: row.id,
    amount_cents: amountCents,
    precise_amount_cents: preciseAmountCents,
    amount_currency: row.amount_currency,
    created_at: row.created_at,
  }))
}

function invoiceTaxRows(tx: Ctx, { invoice, computed }: InvoiceContents): Insertable<InvoicesTaxes>[] {
  const currency = computed.billed[0]?.plan.amountCurrency
  return currency === undefined ? [] : taxRows(tx, { ...invoice, currency }, computed.assembled.taxes.taxes)
}

/** The rows of the taxes of an invoice. */
export function taxRows(
  tx: Ctx,
  invoice: { readonly id: string; readonly createdAt: Temporal.Instant; readonly currency: string },
  taxes: readonly InvoiceTax<AppliedTax>[],
): Insertable<InvoicesTaxes>[] {
  return taxes.map(({ tax, amountCents, feesAmountCents }) => ({
    ...taxColumns(tax),
    id: newId(),
    organization_id: tx.org.id,
    invoice_id: invoice.id,
    amount_cents: amountCents,
    amount_currency: invoice.currency,
    fees_amount_cents: feesAmountCents,
    created_at: invoice.createdAt,
  }))
}
