import { getOrganization } from '../../accounts/index.ts'
import { lockCustomer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { findPayment, type Payment } from '../store.ts'

const ISSUE = 'issue_payment_receipt'
const FEWEST_DIGITS = 6

/** Has a receipt issued for a payment that succeeded, after commit. */
export async function requestReceipt(tx: Ctx, { id, customer_id: customerId }: Payment): Promise<void> {
  await addJob(tx.db, {
    task: ISSUE,
    payload: { organizationId: tx.org.id, paymentId: id },
    queue: customerId,
  })
}

export const issuePaymentReceipt: TaskDefinition = {
  name: ISSUE,
  run: (ctx, { paymentId }) => issueReceipt(ctx, String(paymentId)),
}

/** Issues the receipt of a payment, once. Partners, who are owed money, get none; nor does anybody where they are off. */
async function issueReceipt(ctx: Ctx, paymentId: string): Promise<void> {
  if (!(await getOrganization(ctx)).issue_receipts) return
  await transaction(ctx, async tx => {
    const payment = await findPayment(tx, paymentId)
    if (payment?.payable_payment_status !== 'succeeded') return
    const customer = await lockCustomer(tx, payment.customer_id)
    if (customer.account_type === 'partner' || (await hasReceipt(tx, payment.id))) return
    const number = await nextNumber(tx, customer)
    const now = tx.clock.now()
    const id = newId()
    await tx.db
      .insertInto('payment_receipts')
      .values({
        id,
        organization_id: tx.org.id,
        billing_entity_id: await issuerOf(tx, payment),
        payment_id: payment.id,
        number,
        created_at: now,
        updated_at: now,
      })
      .execute()
    await emit(tx, 'payment_receipt.created', id)
  })
}

async function hasReceipt(tx: Ctx, paymentId: string): Promise<boolean> {
  const row = await tx.db
    .selectFrom('payment_receipts')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where('payment_id', '=', paymentId)
    .executeTakeFirst()
  return row !== undefined
}

/** `<slug of the customer>-RCPT-000001`, and so on. */
async function nextNumber(tx: Ctx, customer: { readonly id: string; readonly slug: string }): Promise<string> {
  const { last_payment_receipt: last } = await tx.db
    .updateTable('customers')
    .set(eb => ({ last_payment_receipt: eb('last_payment_receipt', '+', 1n) }))
    .where('organization_id', '=', tx.org.id)
    .where('id', '=', customer.id)
    .returning('last_payment_receipt')
    .executeTakeFirstOrThrow()
  return `${customer.slug}-RCPT-${String(last).padStart(FEWEST_DIGITS, '0')}`
}

/** Who issued what was paid; all invoices of a payment request have the same issuer. */
async function issuerOf(tx: Ctx, payment: Payment): Promise<string> {
  const { billing_entity_id: issuer } = await tx.db
    .selectFrom('invoices')
    .leftJoin('payment_request_invoices', join =>
      join
        .onRef('payment_request_invoices.invoice_id', '=', 'invoices.id')
        .on('payment_request_invoices.payment_request_id', '=', payment.payment_request_id),
    )
    .select('invoices.billing_entity_id')
    .where('invoices.organization_id', '=', tx.org.id)
    .where(eb =>
      payment.invoice_id === null
        ? eb('payment_request_invoices.id', 'is not', null)
        : eb('invoices.id', '=', payment.invoice_id),
    )
    .limit(1)
    .executeTakeFirstOrThrow()
  return issuer
}
