import { findBillingEntitiesByIds } from '../../accounts/index.ts'
import { applicableTimeZone } from '../../customers/index.ts'
import {
  countFees,
  type FeeRow,
  type Invoice,
  listFeeIds,
  loadEarlierInvoiceSubscriptions,
  loadFeesByIds,
  loadInvoiceSubscriptions,
  serializeFee,
} from '../../invoices/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { CsvRecord } from '../csv.ts'
import { type BilledPeriods, type FeeDates, feeDates, needsEarlierPeriod } from './fee-dates.ts'
import { customersOf, invoiceList, readInvoices } from './invoices.ts'
import type { ExportedResource } from './resource.ts'

const FEES_A_READ = 2000

const COLUMNS = [
  'invoice_lago_id',
  'invoice_number',
  'invoice_issuing_date',
  'fee_lago_id',
  'fee_item_type',
  'fee_item_code',
  'fee_item_name',
  'fee_item_description',
  'fee_item_invoice_display_name',
  'fee_item_filter_invoice_display_name',
  'fee_item_grouped_by',
  'subscription_external_id',
  'subscription_plan_code',
  'fee_from_date',
  'fee_to_date',
  'fee_amount_currency',
  'fee_units',
  'fee_precise_unit_amount',
  'fee_taxes_amount_cents',
  'fee_total_amount_cents',
]

export const exportedInvoiceFees: ExportedResource = {
  ...invoiceList,
  name: 'invoice fees',
  columns: () => COLUMNS,
  batch: 500,
  read: (ctx, filters, from) => readInvoices(ctx, filters, from, invoices => recordsOf(ctx, invoices)),
}

/** A row a fee: invoice after invoice, each with its fees in the order they were computed. */
async function* recordsOf(ctx: Ctx, invoices: readonly Invoice[]): AsyncGenerator<readonly CsvRecord[]> {
  const zoneOf = await loadTimeZones(ctx, invoices)
  const periods = await loadPeriods(ctx, invoices)
  for (const group of await groupsOf(ctx, invoices)) {
    for await (const fees of feesOf(ctx, group)) {
      const earlier = await loadEarlier(
        ctx,
        periods,
        fees.map(({ fee }) => fee),
      )
      yield fees.map(({ invoice, fee }) => {
        const own = periods.get(keyOf(fee))
        const billed = { own, earlier: own && earlier.get(own.id) }
        return recordOf(invoice, fee, feeDates(fee, billed, zoneOf(invoice.customer_id)))
      })
    }
  }
}

/** Invoices whose fees can be held together. One invoice may have thousands: it is by itself. */
async function groupsOf(ctx: Ctx, invoices: readonly Invoice[]): Promise<readonly (readonly Invoice[])[]> {
  const counts = await countFees(
    ctx,
    invoices.map(invoice => invoice.id),
  )
  const groups: Invoice[][] = []
  let held = Number.POSITIVE_INFINITY
  for (const invoice of invoices) {
    const count = counts.get(invoice.id) ?? 0
    if (held + count > FEES_A_READ) {
      groups.push([])
      held = 0
    }
    groups.at(-1)?.push(invoice)
    held += count
  }
  return groups
}

/** The fees of invoices, in the order of the file, some at a time. */
async function* feesOf(
  ctx: Ctx,
  invoices: readonly Invoice[],
): AsyncGenerator<readonly { readonly invoice: Invoice; readonly fee: FeeRow }[]> {
  const idsOf = await listFeeIds(
    ctx,
    invoices.map(invoice => invoice.id),
  )
  const all = invoices.flatMap(invoice => (idsOf.get(invoice.id) ?? []).map(feeId => ({ invoice, feeId })))
  for (let first = 0; first < all.length; first += FEES_A_READ) {
    const part = all.slice(first, first + FEES_A_READ)
    const fees = await loadFeesByIds(
      ctx,
      part.map(({ feeId }) => feeId),
    )
    yield part.flatMap(({ invoice, feeId }) => {
      const fee = fees.get(feeId)
      return fee === undefined ? [] : [{ invoice, fee }]
    })
  }
}

function recordOf(invoice: Invoice, fee: FeeRow, dates: FeeDates): CsvRecord {
  const { item, ...shown } = serializeFee(fee)
  return {
    invoice_lago_id: invoice.id,
    invoice_number: invoice.number,
    invoice_issuing_date: invoice.issuing_date.toString(),
    fee_lago_id: shown.lago_id,
    fee_item_type: item.type,
    fee_item_code: item.code,
    fee_item_name: item.name,
    fee_item_description: item.description,
    fee_item_invoice_display_name: item.invoice_display_name,
    fee_item_filter_invoice_display_name: item.filter_invoice_display_name,
    fee_item_grouped_by: JSON.stringify(item.grouped_by),
    subscription_external_id: shown.external_subscription_id,
    subscription_plan_code: fee.plan_code,
    fee_from_date: dates.from,
    fee_to_date: dates.to,
    fee_amount_currency: shown.amount_currency,
    fee_units: shown.units,
    fee_precise_unit_amount: shown.precise_unit_amount,
    fee_taxes_amount_cents: shown.taxes_amount_cents,
    fee_total_amount_cents: shown.total_amount_cents,
  }
}

/** By customer. */
async function loadTimeZones(ctx: Ctx, invoices: readonly Invoice[]): Promise<(customerId: string) => string> {
  const customers = await customersOf(ctx, invoices)
  const entities = await findBillingEntitiesByIds(ctx, [
    ...new Set([...customers.values()].map(customer => customer.billing_entity_id)),
  ])
  return customerId => {
    const customer = customers.get(customerId)
    const entity = entities.get(customer?.billing_entity_id ?? '')
    if (customer === undefined || entity === undefined) throw new Error(`customer ${customerId} does not exist`)
    return applicableTimeZone(customer, entity)
  }
}

/** What invoices bill of their subscriptions, by both. */
async function loadPeriods(ctx: Ctx, invoices: readonly Invoice[]): Promise<Map<string, BilledPeriods>> {
  const links = await loadInvoiceSubscriptions(
    ctx,
    invoices.map(invoice => invoice.id),
  )
  return new Map(links.map(link => [keyOf(link), link]))
}

/** What the invoices before billed, where fees are for that, by the id of what this invoice bills. */
async function loadEarlier(
  ctx: Ctx,
  periods: ReadonlyMap<string, BilledPeriods>,
  fees: readonly FeeRow[],
): Promise<ReadonlyMap<string, BilledPeriods>> {
  return loadEarlierInvoiceSubscriptions(
    ctx,
    fees.filter(needsEarlierPeriod).flatMap(fee => periods.get(keyOf(fee)) ?? []),
  )
}

function keyOf({ invoice_id: invoice, subscription_id: subscription }: Pick<FeeRow, 'invoice_id' | 'subscription_id'>) {
  return `${invoice} ${subscription}`
}
