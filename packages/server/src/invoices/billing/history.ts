import type { BilledPeriods, EarlierInvoice, PreviousUsage } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import type { InvoiceSubscription } from '../store.ts'

/** What a subscription was billed before, as far as the next invoice depends on it. */
export interface BillingHistory {
  /** The billing instants of its base fees on other invoices: what is made up for counts for the day that was missed. */
  readonly baseFeesBilledAt: readonly Temporal.Instant[]
  /** All its other invoices. */
  readonly invoices: readonly EarlierInvoice[]
  /** The periods of its other invoices but the last, which bills what was not billed before. */
  readonly billedBeforeEnd: readonly BilledPeriods[]
  /** The periods of its recurring invoices; those of a deleted draft are not billed again either. */
  readonly recurring: readonly (BilledPeriods & { readonly timestamp: Temporal.Instant })[]
  /** The usage bounds of its latest invoice and the time zone frozen on it. */
  readonly previousUsage: PreviousUsage | null
}

type Link = InvoiceSubscription & { readonly timezone: string; readonly isDeleted: boolean }

/**
 * Reads the histories of some subscriptions in two queries.
 *
 * @param exceptInvoiceId the invoice being computed again, which is not part of its own past
 */
export async function loadBillingHistories(
  tx: Ctx,
  subscriptionIds: readonly string[],
  exceptInvoiceId: string | null,
): Promise<Map<string, BillingHistory>> {
  const [fees, links] = [
    await loadBaseFees(tx, subscriptionIds, exceptInvoiceId),
    await loadLinks(tx, subscriptionIds, exceptInvoiceId),
  ]
  const feesOf = Map.groupBy(fees, fee => fee.subscription_id)
  const linksOf = Map.groupBy(links, link => link.subscription_id)
  return new Map(
    subscriptionIds.map(id => {
      const all = linksOf.get(id) ?? []
      const own = all.filter(link => !link.isDeleted)
      return [
        id,
        {
          baseFeesBilledAt: (feesOf.get(id) ?? []).map(fee => fee.billed_at),
          invoices: own.map(link => earlierInvoice(link, feesOf.get(id) ?? [])),
          billedBeforeEnd: own.filter(link => link.invoicing_reason !== 'subscription_terminating').map(billedPeriods),
          recurring: all.filter(link => link.recurring).map(billedPeriods),
          previousUsage: previousUsage(own),
        },
      ]
    }),
  )
}

async function loadBaseFees(tx: Ctx, subscriptionIds: readonly string[], exceptInvoiceId: string | null) {
  return (
    tx.db
      .selectFrom('fees')
      .leftJoin('invoice_subscriptions as link', join =>
        join
          .onRef('link.invoice_id', '=', 'fees.invoice_id')
          .onRef('link.subscription_id', '=', 'fees.subscription_id'),
      )
      .select(['fees.subscription_id', 'fees.invoice_id'])
      .select(sql<Temporal.Instant>`coalesce(link.timestamp, fees.created_at)`.as('billed_at'))
      .where('fees.organization_id', '=', tx.org.id)
      .where(anyOf('fees.subscription_id', subscriptionIds))
      .where('fees.fee_type', '=', 'subscription')
      .where('fees.deleted_at', 'is', null)
      .where('fees.invoice_id', 'is distinct from', exceptInvoiceId)
      // What an invoice that was made again has of them says nothing about when they were due.
      .where('fees.original_fee_id', 'is', null)
      .execute()
  )
}

async function loadLinks(tx: Ctx, subscriptionIds: readonly string[], exceptInvoiceId: string | null): Promise<Link[]> {
  return (
    tx.db
      .selectFrom('invoice_subscriptions')
      .innerJoin('invoices', 'invoices.id', 'invoice_subscriptions.invoice_id')
      .selectAll('invoice_subscriptions')
      .select(['invoices.timezone', sql<boolean>`invoices.status = 'deleted'`.as('isDeleted')])
      .where('invoice_subscriptions.organization_id', '=', tx.org.id)
      .where(anyOf('invoice_subscriptions.subscription_id', subscriptionIds))
      .where('invoice_subscriptions.invoice_id', 'is distinct from', exceptInvoiceId)
      // They bill a period that is billed as a whole when it ends.
      .where('invoice_subscriptions.invoicing_reason', '<>', 'progressive_billing')
      .execute()
  )
}

function earlierInvoice(link: Link, baseFees: readonly { readonly invoice_id: string | null }[]): EarlierInvoice {
  return {
    at: link.timestamp,
    base: basePeriod(link),
    hasBaseFee: baseFees.some(fee => fee.invoice_id === link.invoice_id),
  }
}

function basePeriod(link: Link) {
  return period(link.from_datetime, link.to_datetime) ?? { from: link.timestamp, to: link.timestamp }
}

function billedPeriods(link: Link): BillingHistory['recurring'][number] {
  return {
    timestamp: link.timestamp,
    base: basePeriod(link),
    charges: period(link.charges_from_datetime, link.charges_to_datetime),
    fixedCharges: period(link.fixed_charges_from_datetime, link.fixed_charges_to_datetime),
    timeZone: link.timezone,
  }
}

function period(from: Temporal.Instant | null, to: Temporal.Instant | null) {
  return from === null || to === null ? null : { from, to }
}

function previousUsage(links: readonly Link[]): PreviousUsage | null {
  const end = (link: Link) => link.to_datetime ?? link.created_at
  const [latest] = links.toSorted((a, b) => Temporal.Instant.compare(end(b), end(a)))
  if (latest === undefined) return null
  return {
    timeZone: latest.timezone,
    chargesTo: latest.charges_to_datetime,
    fixedChargesTo: latest.fixed_charges_to_datetime,
  }
}
