import {
  type AssembledFee,
  billingBoundaries,
  completeInvoice,
  decimal,
  increaseFee,
  type UnitsSpan,
  ZERO,
} from '@weir/engine'
import { sql } from 'kysely'
import type { FixedCharge } from '../../catalog/index.ts'
import { lockCustomer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import {
  getUnitEvents,
  loadSubscriptionRecords,
  type SubscriptionRecord,
  type UnitEvent,
} from '../../subscriptions/index.ts'
import { type AppliedTax, applicableTaxes } from '../../taxes/index.ts'
import { type BilledNow, findBilled } from './compute.ts'
import { type InvoiceOrder, issueInvoices, orderOf, requestOf } from './create-invoice.ts'
import { pricedFixedCharge, unitEventsOf } from './fixed-charges.ts'

const BILL_INCREASE = 'bill_fixed_charge_increase'

/** Units of fixed charges were raised with immediate effect: what is paid in advance is billed at once. */
export const onFixedChargesRaised: Reaction = async (tx, events) => {
  const records = await loadSubscriptionRecords(
    tx,
    events.map(event => event.objectId),
  )
  const customers = new Map(records.map(({ subscription }) => [subscription.id, subscription.customer_id]))
  await addJobs(
    tx.db,
    events.map(event => ({
      task: BILL_INCREASE,
      queue: customers.get(event.objectId) ?? event.objectId,
      key: `${BILL_INCREASE}:${event.objectId}:${event.data?.at}`,
      payload: { organizationId: tx.org.id, subscriptionId: event.objectId, at: String(event.data?.at) },
    })),
  )
}

export const billFixedChargeIncrease: TaskDefinition = {
  name: BILL_INCREASE,
  run: (ctx, payload) =>
    transaction(ctx, async tx => {
      const [record] = await loadSubscriptionRecords(tx, [String(payload.subscriptionId)])
      if (record !== undefined) await billIncrease(tx, record, Temporal.Instant.from(String(payload.at)))
    }),
}

/** A decision about the units of a fixed charge that is paid in advance. */
interface Raised {
  readonly charge: FixedCharge
  readonly event: UnitEvent
}

/**
 * Bills the units of fixed charges in advance that a subscription has from an instant on, as far as they are not paid for in
 * the running period: one invoice for all of them, even when nothing is to be paid. Repeating it does nothing.
 */
export async function billIncrease(
  tx: Ctx,
  record: SubscriptionRecord,
  at: Temporal.Instant,
  options: Pick<InvoiceOrder, 'mustBePaid'> = {},
): Promise<void> {
  const { subscription } = record
  if (subscription.status !== 'active' && subscription.status !== 'incomplete') return
  const customer = await lockCustomer(tx, subscription.customer_id)
  const events = (await getUnitEvents(tx, [subscription.id])).get(subscription.id) ?? []
  const since = await lastBilled(tx, subscription.id, at)
  const unbilled = events.filter(event => event.timestamp.equals(at) && (since === undefined || event.id > since))
  if (unbilled.length === 0) return
  const order = { ...(await orderOf(tx, customer, { record, reason: 'in_advance_charge', at })), ...options }
  const [[one] = []] = await findBilled(tx, [requestOf(tx, order)], null)
  if (one === undefined) return
  const raised = one.plan.fixedCharges
    .filter(charge => charge.payInAdvance)
    .flatMap(charge => unitEventsOf(charge, unbilled).map(event => ({ charge, event })))
  if (raised.length === 0) return
  const invoice = completeInvoice(await increaseFees(tx, one, raised))
  const assembled = { ...invoice, standalone: [], levels: [] }
  await issueInvoices(tx, [{ order, computed: { billed: [one], assembled } }])
}

/** The last invoice for this instant: decisions that are older than it are on one. Ids grow with time. */
async function lastBilled(tx: Ctx, subscriptionId: string, at: Temporal.Instant): Promise<string | undefined> {
  const { rows } = await sql<{ invoice_id: string }>`
    select links.invoice_id
    from invoice_subscriptions as links
    where links.organization_id = ${tx.org.id}
      and links.subscription_id = ${subscriptionId}
      and links.invoicing_reason = 'in_advance_charge'
      and links.timestamp = ${at}
      and exists (select from fees where fees.invoice_id = links.invoice_id and fees.fee_type = 'fixed_charge')
    order by links.invoice_id desc
    limit 1`.execute(tx.db)
  return rows[0]?.invoice_id
}

async function increaseFees(tx: Ctx, one: BilledNow, raised: readonly Raised[]): Promise<AssembledFee<AppliedTax>[]> {
  const { terms, request, subscription, plan } = one
  const { fixedCharges: period, fixedChargesDuration: fullDays } = billingBoundaries(terms, request.at, 'current')
  if (period === null) return []
  const span: UnitsSpan = { ...period, fullDays, timeZone: terms.timeZone }
  const paid = await loadPaidUnits(tx, subscription.id, raised, span)
  return raised.map(({ charge, event }) => {
    const paidUnits = paid.get(charge.id) ?? ZERO
    const increase = { units: event.units, paidUnits: paidUnits.toFixed(), at: request.at, span }
    const fee = increaseFee(pricedFixedCharge(charge, plan), increase)
    paid.set(charge.id, paidUnits.plus(fee.units))
    return {
      kind: 'fixed_charge',
      subscriptionId: subscription.id,
      fixedChargeId: charge.id,
      fee,
      period,
      taxes: applicableTaxes(charge.taxes, plan.taxes, one.customerTaxes),
    } as const
  })
}

/** The units on all fees of the period, by fixed charge; those of its parent count. */
async function loadPaidUnits(tx: Ctx, subscriptionId: string, raised: readonly Raised[], { from, to }: UnitsSpan) {
  const charges = [...new Map(raised.map(({ charge }) => [charge.id, charge])).values()]
  const { rows } = await sql<{ charge_id: string; units: string }>`
    select charge.id as charge_id, sum(fees.units) as units
    from unnest(
      ${charges.map(charge => charge.id)}::uuid[],
      ${charges.map(charge => charge.parentId)}::uuid[]
    ) as charge (id, parent_id)
    join fees on fees.fixed_charge_id in (charge.id, charge.parent_id)
    where fees.organization_id = ${tx.org.id}
      and fees.subscription_id = ${subscriptionId}
      and fees.deleted_at is null
      and date_trunc('second', fees.from_datetime) = date_trunc('second', ${from.toString()}::timestamptz)
      and date_trunc('second', fees.to_datetime) = date_trunc('second', ${to.toString()}::timestamptz)
    group by charge.id`.execute(tx.db)
  return new Map(rows.map(row => [row.charge_id, decimal(row.units)]))
}
