import { type Adjustment, isSameLine } from '@weir/engine'
import { type Charge, type FixedCharge, getPlans } from '../../catalog/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { forbidden, notFound, Problems, validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { isUuid, newId } from '../../platform/ids.ts'
import { formatInstant } from '../../platform/wire.ts'
import { findSubscriptionsByIds, type Subscription } from '../../subscriptions/index.ts'
import { getVisibleInvoice, lockVisibleInvoice } from '../actions/lock.ts'
import { refreshDraft } from '../drafts/recompute.ts'
import { type FeeRow, loadInvoiceFees } from '../fees-store.ts'
import { type Invoice, loadInvoiceSubscriptions } from '../store.ts'
import type { AdjustedFeeInput } from './schema.ts'
import { type AdjustedFeeRow, lineOf, listAdjustedFees, toAdjustment } from './store.ts'
import { isPricedByUnits, readDecimal } from './values.ts'

/** An edit and the fee as it is after it. */
export interface AdjustedFee {
  readonly id: string
  readonly fee: FeeRow | undefined
}

/** A line of a draft that may be edited, with the price it has. */
interface Line extends Omit<Adjustment, 'units' | 'unitPreciseAmount' | 'displayName'> {
  readonly subscriptionId: string
  readonly price: Pick<Charge | FixedCharge, 'chargeModel' | 'prorated'> | null
}

/**
 * Edits a line of a draft: its name, its units, or its units and price. The draft is computed again at once; the edit stays
 * until it is taken away, whatever else changes.
 *
 * @param options.replaces the edit that the line may have already goes
 * @throws 403 `feature_unavailable` unless the invoice is a draft, and for true-ups and minimum commitments; 404 for what is
 * not on it; 422 for a second edit of the line, units and prices that are no amounts, and models that units alone do not price
 */
export async function adjustFee(
  ctx: Ctx,
  invoiceId: string,
  input: AdjustedFeeInput,
  options: { readonly replaces?: boolean } = {},
): Promise<AdjustedFee> {
  return transaction(ctx, async tx => {
    const invoice = await lockDraft(tx, invoiceId)
    const line = await findLine(tx, invoice, input)
    const values = readValues(input)
    const existing = await listAdjustedFees(tx, invoice.id)
    const other = existing.find(row => isEditOf(row, line))
    if (other !== undefined && options.replaces !== true) throw validation({ adjusted_fee: ['already_exists'] })
    if (other !== undefined) await deleteEdit(tx, other)
    if (values.units !== null && values.unit_precise_amount === null && !isPricedByUnits(line.price)) {
      throw validation({ charge: ['invalid_charge_model'] })
    }
    const now = tx.clock.now()
    const row = await tx.db
      .insertInto('adjusted_fees')
      .values({
        id: newId(),
        organization_id: tx.org.id,
        invoice_id: invoice.id,
        subscription_id: line.subscriptionId,
        charge_id: line.kind === 'charge' ? line.itemId : null,
        fixed_charge_id: line.kind === 'fixed_charge' ? line.itemId : null,
        charge_filter_id: line.filterId,
        fee_type: line.kind,
        grouped_by: JSON.stringify(line.groupedBy),
        from_datetime: line.period?.from ?? null,
        to_datetime: line.period?.to ?? null,
        ...values,
        created_at: now,
        updated_at: now,
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await refreshDraft(tx, invoice.id)
    return { id: row.id, fee: await feeOf(tx, row) }
  })
}

/**
 * Takes an edit away: the line is computed again as if it had never been.
 *
 * @param id of the edit, or of the fee that it made
 * @throws 403 `feature_unavailable` unless the invoice is a draft; 404 `fee_not_found`, `adjusted_fee_not_found`
 */
export async function removeAdjustment(ctx: Ctx, invoiceId: string, id: string): Promise<AdjustedFee> {
  return transaction(ctx, async tx => {
    const invoice = await lockDraft(tx, invoiceId)
    const rows = await listAdjustedFees(tx, invoice.id)
    const row = rows.find(candidate => candidate.id === id) ?? (await editOfFee(tx, invoice, rows, id))
    await deleteEdit(tx, row)
    await refreshDraft(tx, invoice.id)
    return { id: row.id, fee: await feeOf(tx, row) }
  })
}

/**
 * The edits of an invoice, each with the line that it made: none where the line had nothing but the edit.
 *
 * @throws 404 `invoice_not_found`
 */
export async function listAdjustments(ctx: Ctx, invoiceId: string) {
  const invoice = await getVisibleInvoice(ctx, invoiceId)
  const rows = await listAdjustedFees(ctx, invoice.id)
  const fees = await loadInvoiceFees(ctx, invoice.id)
  return rows.map(row => ({
    lago_id: row.id,
    lago_fee_id: madeBy(row, fees)?.id ?? null,
    units: row.units,
    unit_precise_amount: row.unit_precise_amount,
    invoice_display_name: row.invoice_display_name,
    created_at: formatInstant(row.created_at),
  }))
}

async function deleteEdit(tx: Ctx, { id }: AdjustedFeeRow): Promise<void> {
  await tx.db.deleteFrom('adjusted_fees').where('organization_id', '=', tx.org.id).where('id', '=', id).execute()
}

async function editOfFee(
  tx: Ctx,
  invoice: Invoice,
  rows: readonly AdjustedFeeRow[],
  feeId: string,
): Promise<AdjustedFeeRow> {
  const fee = (await loadInvoiceFees(tx, invoice.id)).find(candidate => candidate.id === feeId)
  if (fee === undefined) throw notFound('fee')
  const line = { ...lineOf(fee), subscriptionId: fee.subscription_id ?? '', price: null }
  const row = rows.find(candidate => isEditOf(candidate, line))
  if (row === undefined) throw notFound('adjusted_fee')
  return row
}

async function lockDraft(tx: Ctx, id: string): Promise<Invoice> {
  const { invoice } = await lockVisibleInvoice(tx, id)
  if (invoice.status !== 'draft') throw forbidden('feature_unavailable')
  return invoice
}

function isEditOf(row: AdjustedFeeRow, line: Line): boolean {
  return row.subscription_id === line.subscriptionId && isSameLine(toAdjustment(row), line)
}

async function feeOf(tx: Ctx, row: AdjustedFeeRow): Promise<FeeRow | undefined> {
  return madeBy(row, await loadInvoiceFees(tx, row.invoice_id))
}

/** The fee that a line has now: not one that completes another. */
function madeBy(row: AdjustedFeeRow, fees: readonly FeeRow[]): FeeRow | undefined {
  return fees.find(
    fee =>
      fee.subscription_id === row.subscription_id &&
      fee.true_up_parent_fee_id === null &&
      isSameLine(toAdjustment(row), lineOf(fee)),
  )
}

async function findLine(tx: Ctx, invoice: Invoice, input: AdjustedFeeInput): Promise<Line> {
  if (!isBlank(input.fee_id)) return lineOfFee(tx, invoice, input.fee_id ?? '')
  const subscription = await findBilled(tx, invoice, input.subscription_id ?? '')
  const plan = (await getPlans(tx, [subscription.plan_id])).get(subscription.plan_id)
  const line = { subscriptionId: subscription.id, filterId: null, groupedBy: {}, period: null }
  if (!isBlank(input.fixed_charge_id)) {
    const charge = plan?.fixedCharges.find(candidate => candidate.id === input.fixed_charge_id)
    if (charge === undefined) throw notFound('fixed_charge')
    return { ...line, kind: 'fixed_charge', itemId: charge.id, price: charge }
  }
  const charge = plan?.charges.find(candidate => candidate.id === input.charge_id)
  if (charge === undefined) throw notFound('charge')
  const filterId = isBlank(input.charge_filter_id) ? null : (input.charge_filter_id ?? null)
  if (filterId !== null && !charge.filters.some(filter => filter.id === filterId)) throw notFound('charge_filter')
  return { ...line, kind: 'charge', itemId: charge.id, filterId, price: charge }
}

async function lineOfFee(tx: Ctx, invoice: Invoice, feeId: string): Promise<Line> {
  const fee = (await loadInvoiceFees(tx, invoice.id)).find(candidate => candidate.id === feeId)
  if (fee?.subscription_id == null) throw notFound('fee')
  if (fee.true_up_parent_fee_id !== null || fee.fee_type === 'commitment') throw forbidden('feature_unavailable')
  const subscription = await findBilled(tx, invoice, fee.subscription_id)
  const plan = (await getPlans(tx, [subscription.plan_id])).get(subscription.plan_id)
  const charges: readonly (Charge | FixedCharge)[] = [...(plan?.charges ?? []), ...(plan?.fixedCharges ?? [])]
  const line = lineOf(fee)
  const price = charges.find(candidate => candidate.id === line.itemId) ?? null
  return { ...line, subscriptionId: subscription.id, price }
}

async function findBilled(tx: Ctx, invoice: Invoice, subscriptionId: string): Promise<Subscription> {
  const links = await loadInvoiceSubscriptions(tx, [invoice.id])
  const isBilled = isUuid(subscriptionId) && links.some(link => link.subscription_id === subscriptionId)
  const [subscription] = isBilled ? await findSubscriptionsByIds(tx, [subscriptionId]) : []
  if (subscription === undefined) throw notFound('subscription')
  return subscription
}

/** A price without units changes nothing: the line is renamed. */
function readValues(input: AdjustedFeeInput) {
  const problems = new Problems()
  const units = readDecimal('units', input.units, problems)
  const price = readDecimal('unit_precise_amount', input.unit_precise_amount, problems)
  problems.throwIfAny()
  return {
    units,
    unit_precise_amount: units === null ? null : price,
    invoice_display_name: isBlank(input.invoice_display_name) ? null : (input.invoice_display_name ?? null),
  }
}
