import { type Boundaries, countDays, type InvoicingReason, type Period } from '@weir/engine'
import { getPlans } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import { newId } from '../../platform/ids.ts'
import { findSubscriptionsByIds } from '../../subscriptions/index.ts'
import type { BilledSubscription } from '../billing/compute.ts'
import { type InvoiceSubscription, loadInvoiceSubscriptions } from '../store.ts'

/** The subscriptions that a voided invoice billed, with their plans as they are now and the periods as they were. */
export async function loadVoidedSubscriptions(
  tx: Ctx,
  invoice: { readonly id: string; readonly timezone: string },
): Promise<{ links: InvoiceSubscription[]; billed: BilledSubscription[] }> {
  const links = await loadInvoiceSubscriptions(tx, [invoice.id])
  const subscriptions = await findSubscriptionsByIds(
    tx,
    links.map(link => link.subscription_id),
  )
  const plans = await getPlans(tx, [...new Set(subscriptions.map(subscription => subscription.plan_id))])
  const billed = links.flatMap((link): BilledSubscription[] => {
    const subscription = subscriptions.find(candidate => candidate.id === link.subscription_id)
    const plan = subscription && plans.get(subscription.plan_id)
    if (subscription === undefined || plan === undefined) return []
    const reason = link.invoicing_reason as InvoicingReason
    return [{ subscription, plan, reason, boundaries: boundariesOf(link, invoice.timezone) }]
  })
  return { links, billed }
}

/** Gives the new invoice the periods of the voided one, which then guards them no longer. */
export async function takeOverPeriods(
  tx: Ctx,
  links: readonly InvoiceSubscription[],
  invoice: { readonly id: string; readonly createdAt: Temporal.Instant },
): Promise<void> {
  const ids = links.map(link => link.id)
  if (ids.length === 0) return
  await tx.db
    .updateTable('invoice_subscriptions')
    .set({ regenerated_invoice_id: invoice.id })
    .where('organization_id', '=', tx.org.id)
    .where(anyOf('id', ids))
    .execute()
  const copies = links.map(link => ({
    ...link,
    id: newId(),
    invoice_id: invoice.id,
    regenerated_invoice_id: null,
    created_at: invoice.createdAt,
  }))
  await tx.db.insertInto('invoice_subscriptions').values(copies).execute()
}

function boundariesOf(link: InvoiceSubscription, timeZone: string): Boundaries {
  const base = periodOf(link.from_datetime, link.to_datetime) ?? { from: link.timestamp, to: link.timestamp }
  const charges = periodOf(link.charges_from_datetime, link.charges_to_datetime)
  const fixedCharges = periodOf(link.fixed_charges_from_datetime, link.fixed_charges_to_datetime)
  const days = (period: Period | null) => (period === null ? 0 : countDays(period.from, period.to, timeZone))
  return {
    base,
    charges,
    fixedCharges,
    baseDuration: days(base),
    chargesDuration: days(charges),
    fixedChargesDuration: days(fixedCharges),
  }
}

function periodOf(from: Temporal.Instant | null, to: Temporal.Instant | null): Period | null {
  return from === null || to === null ? null : { from, to }
}
