import {
  type CreditNoteSettlement,
  creditNoteAmounts,
  type Decimal,
  decimal,
  type EndedPeriod,
  localDate,
  round,
  settleTermination,
  type TerminationOption,
  trialEnd,
  truncate,
  unusedAmountCents,
  usedAmountCents,
  ZERO,
} from '@weir/engine'
import { sql } from 'kysely'
import { findBillingEntitiesByIds } from '../accounts/index.ts'
import { getPlans } from '../catalog/index.ts'
import { applicableTimeZone, type Customer, lockCustomer } from '../customers/index.ts'
import {
  type Invoice,
  isAdvancePeriodInvoiced,
  issueCreditNote,
  loadCreditedInvoice,
  loadInvoiceSubscriptions,
  loadLeftOnInvoice,
  lockInvoice,
} from '../invoices/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { addJobs } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import type { Reaction } from '../platform/module.ts'
import {
  findSubscriptionsByIds,
  initialStarts,
  loadSubscriptionRecords,
  type Subscription,
  type SubscriptionRecord,
  termsOf,
} from '../subscriptions/index.ts'

const CREDIT_UNUSED_PERIOD = 'credit_unused_period'

/** The last invoice of the subscription comes after: the note may pay for it. */
const BEFORE_LAST_INVOICE = -1

/** A period that was paid in advance is credited from the day on which its subscription ended. */
export const onSubscriptionTerminated: Reaction = async (ctx, events) => {
  const subscriptions = await findSubscriptionsByIds(
    ctx,
    events.map(event => event.objectId),
  )
  await creditLater(ctx, subscriptions)
}

/** What could not be credited while nobody knew the taxes of its invoice is credited now. */
export const onInvoiceTaxesKnown: Reaction = async (ctx, events) => {
  const links = await loadInvoiceSubscriptions(
    ctx,
    events.map(event => event.objectId),
  )
  const subscriptions = await findSubscriptionsByIds(
    ctx,
    links.map(link => link.subscription_id),
  )
  await creditLater(ctx, subscriptions)
}

async function creditLater(ctx: Ctx, subscriptions: readonly Subscription[]): Promise<void> {
  const ended = subscriptions.filter(({ status }) => status === 'terminated')
  await addJobs(
    ctx.db,
    ended.map(subscription => ({
      task: CREDIT_UNUSED_PERIOD,
      queue: subscription.customer_id,
      key: `${CREDIT_UNUSED_PERIOD}:${subscription.id}`,
      payload: { organizationId: ctx.org.id, subscriptionId: subscription.id },
      priority: BEFORE_LAST_INVOICE,
    })),
  )
}

export const creditUnusedPeriod: TaskDefinition = {
  name: CREDIT_UNUSED_PERIOD,
  run: (ctx, payload) => transaction(ctx, async tx => creditEndedSubscription(tx, String(payload.subscriptionId))),
}

/**
 * Credits what was paid in advance of the days that a subscription which has ended does not have. Repeating it does nothing:
 * what is credited already is taken off.
 */
export async function creditEndedSubscription(tx: Ctx, subscriptionId: string): Promise<void> {
  const [record] = await loadSubscriptionRecords(tx, [subscriptionId])
  const terms = record && termsOf(record)
  if (record === undefined || terms === undefined || terms.terminatedAt === null || !record.plan.payInAdvance) return
  const upgraded = terms.successor === 'upgrade'
  const option = record.subscription.on_termination_credit_note ?? 'credit'
  if (option === 'skip') return
  const customer = await lockCustomer(tx, record.subscription.customer_id)
  if (!(await isAdvancePeriodInvoiced(tx, record))) return
  const fee = await findLastFee(tx, subscriptionId)
  const invoice = fee && (await lockInvoice(tx, fee.invoice_id))
  if (fee === undefined || invoice === undefined || fee.amount_cents === 0n || invoice.status === 'voided') return
  // Credited when they are known.
  if (invoice.tax_status === 'pending') return
  const period = await endedPeriod(tx, record, { customer, invoice, fee, endedAt: terms.terminatedAt, upgraded })
  await creditFee(tx, { invoice, fee, period, option: upgraded ? 'credit' : (option as TerminationOption) })
}

interface LastFee {
  readonly id: string
  readonly invoice_id: string
  readonly amount_cents: bigint
  readonly precise_amount_cents: string
  readonly precise_coupons_amount_cents: string
  readonly taxes_precise_amount_cents: string
  readonly from_datetime: Temporal.Instant
  readonly to_datetime: Temporal.Instant
  readonly plan_amount_cents: string | null
  readonly period_days: number | null
}

async function findLastFee(tx: Ctx, subscriptionId: string): Promise<LastFee | undefined> {
  const { rows } = await sql<LastFee>`
    select id, invoice_id, amount_cents, precise_amount_cents, precise_coupons_amount_cents, taxes_precise_amount_cents,
      from_datetime, to_datetime, computed_from ->> 'plan_amount_cents' as plan_amount_cents,
      (computed_from ->> 'period_days')::integer as period_days
    from fees
    where organization_id = ${tx.org.id}
      and subscription_id = ${subscriptionId}
      and fee_type = 'subscription'
      and invoice_id is not null
      and from_datetime is not null
      and to_datetime is not null
      and deleted_at is null
    order by created_at desc, id desc
    limit 1`.execute(tx.db)
  return rows[0]
}

async function endedPeriod(
  tx: Ctx,
  { subscription }: SubscriptionRecord,
  known: {
    readonly customer: Customer
    readonly invoice: Invoice
    readonly fee: LastFee
    readonly endedAt: Temporal.Instant
    readonly upgraded: boolean
  },
): Promise<EndedPeriod> {
  const { customer, invoice, fee, endedAt, upgraded } = known
  const entity = (await findBillingEntitiesByIds(tx, [customer.billing_entity_id])).get(customer.billing_entity_id)
  if (entity === undefined) throw new Error(`customer ${customer.id} has no billing entity`)
  const timeZone = applicableTimeZone(customer, entity)
  const plan = (await getPlans(tx, [subscription.plan_id])).get(subscription.plan_id)
  const start = (await initialStarts(tx, [subscription])).get(subscription.id) ?? subscription.started_at
  const trialEndsAt = start === null ? null : trialEnd(start, plan?.trialPeriod ?? null)
  // The days that were billed are those of where the customer was then.
  const from = localDate(fee.from_datetime, invoice.timezone)
  const to = localDate(fee.to_datetime, invoice.timezone)
  return {
    priceCents: fee.plan_amount_cents === null ? (plan?.amountCents ?? 0n) : BigInt(fee.plan_amount_cents),
    days: fee.period_days ?? from.until(to).days + 1,
    from,
    to,
    endedOn: localDate(endedAt, timeZone),
    upgraded,
    trialEndsOn: trialEndsAt === null ? null : localDate(trialEndsAt, timeZone),
  }
}

async function creditFee(
  tx: Ctx,
  known: {
    readonly invoice: Invoice
    readonly fee: LastFee
    readonly period: EndedPeriod
    readonly option: TerminationOption
  },
): Promise<void> {
  const { invoice, period, option } = known
  const credited = await loadCreditedInvoice(tx, invoice)
  const fee = credited.fees.find(candidate => candidate.id === known.fee.id)
  if (fee === undefined) return
  const unused = unusedAmountCents(period, fee.amountCents, fee.amountCents - fee.creditableCents)
  if (!unused.gt(0)) return
  const items = [{ fee, preciseAmountCents: unused }]
  const totalOf = (preciseAmountCents: Decimal) =>
    creditNoteAmounts([{ fee, preciseAmountCents }], credited.taxes).preciseTotalCents
  const settlement = settleTermination(
    option,
    truncate(round(totalOf(unused), 0)),
    paidOf(invoice, known.fee),
    totalOf(usedAmountCents(period)),
  )
  const { dueCents } = await loadLeftOnInvoice(tx, invoice)
  await issueCreditNote(tx, credited, {
    items,
    settlement: offsetAtMost(dueCents > 0n ? dueCents : 0n, settlement),
    reason: 'order_cancellation',
    description: null,
    automatic: true,
  })
}

/** Prepaid credits and other notes may have paid what was to be offset: that much is credited instead. */
function offsetAtMost(dueCents: bigint, settlement: CreditNoteSettlement): CreditNoteSettlement {
  const excess = settlement.offsetCents - dueCents
  if (excess <= 0n) return settlement
  return { ...settlement, offsetCents: dueCents, creditCents: settlement.creditCents + excess }
}

/** The fee's share of what was paid on its invoice, in cents. */
function paidOf(invoice: Invoice, fee: LastFee): Decimal {
  const total = decimal(invoice.sub_total_including_taxes_amount_cents)
  if (total.isZero()) return ZERO
  return decimal(fee.precise_amount_cents)
    .minus(fee.precise_coupons_amount_cents)
    .plus(fee.taxes_precise_amount_cents)
    .div(total)
    .times(decimal(invoice.total_paid_amount_cents))
}
