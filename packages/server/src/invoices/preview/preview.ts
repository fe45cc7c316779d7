import { invoiceDates, localDate } from '@weir/engine'
import { getBillingEntityByCode } from '../../accounts/index.ts'
import { dropVatCheck } from '../../customers/index.ts'
import { frozenClock } from '../../platform/clock/clock.ts'
import { type Ctx, rehearse } from '../../platform/context.ts'
import { isBlank } from '../../platform/http/input.ts'
import { newId } from '../../platform/ids.ts'
import { formatCents, formatInstant } from '../../platform/wire.ts'
import { createSubscriptionInvoices } from '../billing/create-invoice.ts'
import { presentInvoice } from '../present.ts'
import type { Invoice } from '../store.ts'
import { previewCoupons, widenLimitedCoupons } from './coupons.ts'
import { type Payer, previewPayer } from './customer.ts'
import { intendedScenario } from './intention.ts'
import { type Scenario, scenarioOf } from './scenario.ts'
import type { PreviewInput } from './schema.ts'

type Presented = Awaited<ReturnType<typeof presentInvoice>>

/** Credits what is left of the last period, paid in advance, of a subscription that has ended. */
export type CreditEnded = (tx: Ctx, subscriptionId: string) => Promise<void>

/**
 * The invoice that a customer would get: it is made for real, by the same code, in a transaction that is rolled back, and
 * nobody is told. So it shows what billing would bill, but for progressive billing, of which it knows nothing.
 *
 * Where the request says what is to be done (`subscription`, `termination`), the answer has the credit note that follows
 * from it too, and either may be null.
 *
 * @param creditEnded null where there are no credit notes
 *
 * @throws 404 for unknown customers, plans, subscriptions and billing entities; 422 for what cannot be previewed together
 */
export async function previewInvoice(
  ctx: Ctx,
  input: PreviewInput,
  creditEnded: CreditEnded | null,
): Promise<Record<string, unknown>> {
  return rehearse(ctx, tx => makePreview({ ...tx, clock: frozenClock(tx.clock.now()) }, input, creditEnded))
}

async function makePreview(
  tx: Ctx,
  input: PreviewInput,
  creditEnded: CreditEnded | null,
): Promise<Record<string, unknown>> {
  const entityCode = isBlank(input.billing_entity_code) ? null : (input.billing_entity_code ?? null)
  if (entityCode !== null) await getBillingEntityByCode(tx, entityCode)
  const payer = await previewPayer(tx, input.customer ?? {})
  await previewCoupons(tx, payer.customer, input.coupons ?? [])
  const since = newId()
  const intended = await intendedScenario(tx, input, payer, since)
  const scenario = intended ?? (await scenarioOf(tx, input, payer))
  const [first] = scenario.order.subscriptions
  if (first !== undefined) await widenLimitedCoupons(tx, payer.customer.id, first.plan.id)
  if (scenario.creditsEnd !== null) await creditFirst(tx, scenario.creditsEnd, creditEnded)
  // A preview shows the taxes as far as they are known.
  await dropVatCheck(tx, payer.customer.id)
  const then = { ...tx, clock: frozenClock(scenario.order.at) }
  if (scenario.bill !== undefined) await scenario.bill(then)
  else if (intended !== undefined) await createSubscriptionInvoices(then, [scenario.order])
  else
    await createSubscriptionInvoices(then, [
      { ...scenario.order, ignoresProgressive: true, keepsZeroFixedCharges: true },
    ])
  const row = await findMade(tx, payer, since)
  const invoice = row && asPreview(tx, await presentInvoice(tx, await dated(row, scenario, payer)), scenario, payer)
  if (intended !== undefined) return { invoice: invoice ?? null, credit_note: await findCredit(tx, payer, since) }
  if (invoice === undefined) throw new Error(`nothing was made for customer ${payer.customer.id}`)
  return { invoice }
}

async function findMade(tx: Ctx, { customer }: Payer, since: string): Promise<Invoice | undefined> {
  return tx.db
    .selectFrom('invoices')
    .selectAll()
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', customer.id)
    .where('id', '>', since)
    .executeTakeFirst()
}

/** What is given back, and what of it is left after the previewed invoice. */
async function findCredit(tx: Ctx, { customer }: Payer, since: string): Promise<Record<string, unknown> | null> {
  const note = await tx.db
    .selectFrom('credit_notes')
    .selectAll()
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', customer.id)
    .where('id', '>', since)
    .executeTakeFirst()
  if (note === undefined) return null
  return {
    currency: note.total_amount_currency,
    total_amount_cents: formatCents(note.total_amount_cents),
    taxes_amount_cents: formatCents(note.taxes_amount_cents),
    credit_amount_cents: formatCents(note.credit_amount_cents),
    refund_amount_cents: formatCents(note.refund_amount_cents),
    offset_amount_cents: formatCents(note.offset_amount_cents),
    balance_amount_cents: formatCents(note.balance_amount_cents),
  }
}

/** The note that the end of a subscription brings about pays before those that were there. */
async function creditFirst(tx: Ctx, subscriptionId: string, creditEnded: CreditEnded | null): Promise<void> {
  const since = newId()
  await creditEnded?.(tx, subscriptionId)
  await tx.db
    .updateTable('credit_notes')
    .set({ created_at: Temporal.Instant.fromEpochMilliseconds(0) })
    .where('organization_id', '=', tx.org.id)
    .where('id', '>', since)
    .execute()
}

/** With the dates that the customer's own grace period gives. */
async function dated(invoice: Invoice, { order, isPeriodic }: Scenario, { settings }: Payer): Promise<Invoice> {
  const day = localDate(order.at, invoice.timezone)
  const dates = invoiceDates(day, isPeriodic ? 'periodic' : 'non_periodic', settings)
  return { ...invoice, issuing_date: dates.issuingDate, payment_due_date: dates.paymentDueDate }
}

/** Without the ids of what does not exist. */
function asPreview(tx: Ctx, invoice: Presented, { madeUp }: Scenario, { isKnown }: Payer): Record<string, unknown> {
  const now = formatInstant(tx.clock.now())
  const {
    metadata: _metadata,
    billing_periods: _periods,
    error_details: _errors,
    applied_invoice_custom_sections: _sections,
    lago_voided_invoice_id: _voided,
    lago_regenerated_invoice_id: _regenerated,
    ...shown
  } = invoice
  const isMadeUp = (id: string | null) => madeUp !== null && id === madeUp.id
  const ofMadeUp = { lago_subscription_id: null, external_subscription_id: madeUp?.externalId ?? null }
  const ofCustomer = isKnown ? {} : { lago_customer_id: null, external_customer_id: null }
  return {
    ...shown,
    lago_id: null,
    sequential_id: null,
    organization_sequential_id: null,
    billing_entity_sequential_id: null,
    number: '',
    status: 'finalized',
    payment_status: 'pending',
    prepaid_granted_credit_amount_cents: null,
    prepaid_purchased_credit_amount_cents: null,
    web_url: null,
    created_at: now,
    updated_at: now,
    customer: isKnown ? shown.customer : { ...shown.customer, lago_id: null, external_id: null },
    applied_taxes: shown.applied_taxes?.map(tax => ({ ...tax, lago_id: null, lago_invoice_id: null })),
    credits: shown.credits.map(credit => ({
      ...credit,
      lago_id: null,
      invoice: { lago_id: null, payment_status: 'pending' },
    })),
    subscriptions: shown.subscriptions.map(subscription =>
      isMadeUp(subscription.lago_id)
        ? { ...subscription, ...ofCustomer, lago_id: null, external_id: madeUp?.externalId ?? null }
        : subscription,
    ),
    fees: shown.fees.map(fee => ({
      ...fee,
      ...(isMadeUp(fee.lago_subscription_id) && ofMadeUp),
      ...ofCustomer,
      item: isMadeUp(fee.item.lago_item_id) ? { ...fee.item, lago_item_id: null } : fee.item,
      lago_id: null,
      lago_invoice_id: null,
      lago_true_up_fee_id: null,
      lago_true_up_parent_fee_id: null,
    })),
  }
}
