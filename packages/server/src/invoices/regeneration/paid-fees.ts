import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { notFound, validation } from '../../platform/errors.ts'
import { newId } from '../../platform/ids.ts'
import type { FeeRow } from '../fees-store.ts'
import { writeRegroupingInvoice } from '../regrouping/invoice.ts'
import { findInvoice, type Invoice, loadInvoiceSubscriptions } from '../store.ts'
import { copyOf } from './kept-fees.ts'
import { isKept, type KeptLine, type RegeneratedLine } from './lines.ts'
import type { Regeneration } from './regenerate.ts'

/**
 * Makes an invoice of fees that were paid before again. What was paid for them stands, and so do their taxes: lines can be
 * left out and given another name, and nothing else.
 *
 * @throws 422 `fees: value_is_invalid` for other lines, and where none is left
 */
export async function regeneratePaidFees(
  tx: Ctx,
  { voided, customer, customerEntity, issuer, purchaseOrderNumber }: Regeneration,
  lines: readonly RegeneratedLine[],
): Promise<Invoice> {
  const kept = lines.filter(isKept).filter(({ edit }) => edit.units === null)
  if (kept.length === 0 || kept.length < lines.length) throw validation({ fees: ['value_is_invalid'] })
  const links = await loadInvoiceSubscriptions(tx, [voided.id])
  const [link] = links
  if (link?.charges_from_datetime == null || link.charges_to_datetime === null) throw notFound('subscription')
  const id = newId()
  await writeRegroupingInvoice(tx, {
    id,
    customer,
    customerEntity,
    issuer,
    currency: voided.currency,
    purchaseOrderNumber,
    subscriptionIds: links.map(({ subscription_id }) => subscription_id),
    fees: await copies(tx, kept),
    period: { from: link.charges_from_datetime, to: link.charges_to_datetime },
    at: voided.created_at,
    voidedInvoiceId: voided.id,
  })
  await tx.db
    .updateTable('invoice_subscriptions')
    .set({ regenerated_invoice_id: id })
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', voided.id)
    .execute()
  const invoice = await findInvoice(tx, id)
  if (invoice === undefined) throw new Error(`invoice ${id} was not written`)
  return invoice
}

/** The fees as they were paid, with the taxes that they had, on no invoice yet. */
async function copies(tx: Ctx, lines: readonly KeptLine[]) {
  const createdAt = tx.clock.now()
  const made = lines.map(line => {
    const setting = { id: newId(), invoiceId: null, createdAt, trueUpParentId: null }
    return { of: line.fee, row: { ...copyOf(tx, line, setting), ...paidColumns(line.fee) } }
  })
  await tx.db
    .insertInto('fees')
    .values(made.map(({ row }) => row))
    .execute()
  await sql`
    insert into fees_taxes (id, organization_id, fee_id, tax_id, tax_code, tax_name, tax_rate, tax_description,
      amount_cents, precise_amount_cents, amount_currency, created_at)
    select gen_random_uuid(), tax.organization_id, copy.id, tax.tax_id, tax.tax_code, tax.tax_name, tax.tax_rate,
      tax.tax_description, tax.amount_cents, tax.precise_amount_cents, tax.amount_currency, ${createdAt}
    from fees_taxes tax
    join unnest(${made.map(({ of }) => of.id)}::uuid[], ${made.map(({ row }) => row.id)}::uuid[]) as copy (of_id, id)
      on copy.of_id = tax.fee_id
    where tax.organization_id = ${tx.org.id}`.execute(tx.db)
  return made.map(({ of, row }) => ({
    id: row.id,
    subscription_id: of.subscription_id ?? '',
    amount_cents: of.amount_cents,
    taxes_amount_cents: of.taxes_amount_cents,
  }))
}

function paidColumns(fee: FeeRow) {
  return {
    taxes_amount_cents: fee.taxes_amount_cents,
    taxes_precise_amount_cents: fee.taxes_precise_amount_cents,
    taxes_rate: fee.taxes_rate,
    taxes_base_rate: fee.taxes_base_rate,
    payment_status: fee.payment_status,
    succeeded_at: fee.succeeded_at,
  }
}
