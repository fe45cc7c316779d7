import { assembleInvoice } from '@weir/engine'
import type { UsageThreshold } from '../../catalog/index.ts'
import type { Customer } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import type { SubscriptionRecord } from '../../subscriptions/index.ts'
import { type AppliedTax, applicableTaxes } from '../../taxes/index.ts'
import { chargesReader } from '../billing/charges.ts'
import { type BillingRequest, type ComputedInvoice, findBilled } from '../billing/compute.ts'
import { issueInvoices, orderOf, requestOf } from '../billing/create-invoice.ts'

/** Why usage is billed before its period ends. */
export interface PassedUsage {
  readonly record: SubscriptionRecord
  /** At least one: the fixed ones ascending, then the recurring one. */
  readonly thresholds: readonly UsageThreshold[]
  /** What earlier period invoices billed of the subscription's usage, in cents. */
  readonly invoicedCents: bigint
  /** What was used over its whole life, in cents. */
  readonly lifetimeCents: bigint
  /** The progressive invoice that last billed usage of the running period, if any. */
  readonly previousInvoiceId: string | null
}

/**
 * Bills the usage of the running period so far, because it has passed thresholds: one invoice for all of them, issued at
 * once, on which what progressive invoices billed of the period before is credited. Tells `invoice.created`, then of each
 * threshold. The same is billed once: a second time nothing happens.
 *
 * @param customer whose row is locked
 */
export async function billProgressively(tx: Ctx, customer: Customer, passed: PassedUsage): Promise<void> {
  const at = tx.clock.now().round({ smallestUnit: 'second', roundingMode: 'trunc' })
  const order = await orderOf(tx, customer, { record: passed.record, reason: 'progressive_billing', at })
  if (await isBilled(tx, passed)) return
  const [invoiceId] = await issueInvoices(tx, [{ order, computed: await computeUsage(tx, requestOf(tx, order)) }])
  if (invoiceId === undefined) throw new Error('a progressive invoice was not made')
  await keepReason(tx, invoiceId, passed)
  const applied = await applyThresholds(tx, invoiceId, passed)
  await emitAll(
    tx,
    applied.map(objectId => ({ type: 'subscription.usage_threshold_reached', objectId })),
  )
}

/** The usage fees alone: no minimum, no commitment and nothing that is due by the period. */
async function computeUsage(tx: Ctx, request: BillingRequest): Promise<ComputedInvoice> {
  const [billed = []] = await findBilled(tx, [request], null)
  const chargesOf = await chargesReader(tx, billed, false)
  const snapshots = []
  for (const one of billed) {
    const { invoiced } = await chargesOf(one)
    snapshots.push({
      subscriptionId: one.subscription.id,
      base: one.base,
      currency: one.plan.amountCurrency,
      taxes: applicableTaxes(one.plan.taxes, one.customerTaxes),
      charges: invoiced.map(charge => ({ ...charge, minAmountCents: 0n })),
      renewals: [],
      fixedCharges: [],
      commitment: null,
    })
  }
  // The levels that sums over time have are kept when the period ends.
  return { billed, assembled: { ...assembleInvoice<AppliedTax>(snapshots), levels: [] } }
}

function reasonOf({ record, thresholds, invoicedCents, previousInvoiceId }: PassedUsage) {
  const last = thresholds.at(-1)
  if (last === undefined) throw new Error('no threshold was passed')
  return {
    external_subscription_id: record.subscription.external_id,
    invoiced_usage_amount_cents: invoicedCents,
    last_threshold_amount_cents: last.amountCents,
    previous_invoice_id: last.recurring ? previousInvoiceId : null,
  }
}

async function isBilled(tx: Ctx, passed: PassedUsage): Promise<boolean> {
  const reason = reasonOf(passed)
  const row = await tx.db
    .selectFrom('progressive_billings')
    .select('invoice_id')
    .where('organization_id', '=', tx.org.id)
    .where('external_subscription_id', '=', reason.external_subscription_id)
    .where('invoiced_usage_amount_cents', '=', reason.invoiced_usage_amount_cents)
    .where('last_threshold_amount_cents', '=', reason.last_threshold_amount_cents)
    .where('previous_invoice_id', 'is not distinct from', reason.previous_invoice_id)
    .executeTakeFirst()
  return row !== undefined
}

async function keepReason(tx: Ctx, invoiceId: string, passed: PassedUsage): Promise<void> {
  await tx.db
    .insertInto('progressive_billings')
    .values({
      invoice_id: invoiceId,
      organization_id: tx.org.id,
      ...reasonOf(passed),
      created_at: tx.clock.now(),
    })
    .execute()
}

async function applyThresholds(tx: Ctx, invoiceId: string, passed: PassedUsage): Promise<string[]> {
  const rows = passed.thresholds.map(threshold => ({
    id: newId(),
    organization_id: tx.org.id,
    invoice_id: invoiceId,
    usage_threshold_id: threshold.id,
    lifetime_usage_amount_cents: passed.lifetimeCents,
    created_at: tx.clock.now(),
  }))
  await tx.db.insertInto('applied_usage_thresholds').values(rows).execute()
  return rows.map(({ id }) => id)
}
