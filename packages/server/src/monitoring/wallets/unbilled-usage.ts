import { type Decimal, decimal, type UnbilledUsage } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { loadSubscriptionRecords, type SubscriptionRecord } from '../../subscriptions/index.ts'
import { currentUsageOf, taxedUsageFees } from '../../usage/index.ts'

type Part = Omit<UnbilledUsage, 'amountCents'> & { readonly amountCents: Decimal | string }

/**
 * What a customer will have to pay for, taxes included, that is on no final invoice yet, by what decides which wallet may pay
 * it: the usage of running periods, and drafts, less what progressive invoices billed of it. Usage of charges in advance is
 * billed already.
 */
export async function readUnbilledUsage(ctx: Ctx, customerId: string): Promise<UnbilledUsage[]> {
  const active = await ctx.db
    .selectFrom('subscriptions')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('customer_id', '=', customerId)
    .where('status', '=', 'active')
    .orderBy('id')
    .execute()
  const parts: Part[] = [...(await readDrafts(ctx, customerId)), ...(await readProgressive(ctx, customerId))]
  const records = await loadSubscriptionRecords(
    ctx,
    active.map(row => row.id),
  )
  for (const record of records) parts.push(...(await readRunningUsage(ctx, record)))
  return addUp(parts)
}

async function readRunningUsage(ctx: Ctx, record: SubscriptionRecord): Promise<Part[]> {
  const usage = await currentUsageOf(ctx, record)
  const fees = await taxedUsageFees(ctx, usage)
  return fees
    .filter(({ charge }) => !charge.payInAdvance)
    .map(({ charge, fee, amountCents }) => ({
      feeType: 'charge',
      metricId: charge.metric.id,
      targetWalletCode: charge.acceptsTargetWallet ? (fee.groupedBy.target_wallet_code ?? null) : null,
      currency: usage.plan.amountCurrency,
      amountCents: decimal(amountCents),
    }))
}

const KEY = sql`
  fee.fee_type as "feeType",
  charge.billable_metric_id as "metricId",
  case when charge.accepts_target_wallet then fee.grouped_by ->> 'target_wallet_code' end as "targetWalletCode",
  invoice.currency`

async function readDrafts(ctx: Ctx, customerId: string): Promise<Part[]> {
  const { rows } = await sql<Part>`
    select ${KEY}, sum(fee.amount_cents + fee.taxes_amount_cents - fee.precise_coupons_amount_cents) as "amountCents"
    from invoices invoice
    join fees fee on fee.invoice_id = invoice.id and fee.deleted_at is null
    left join charges charge on charge.id = fee.charge_id
    where invoice.organization_id = ${ctx.org.id}
      and invoice.customer_id = ${customerId}
      and invoice.status = 'draft'
      and invoice.total_amount_cents <> 0
    group by 1, 2, 3, 4`.execute(ctx.db)
  return rows
}

/** Negative: it is paid for, or asked for, already. */
async function readProgressive(ctx: Ctx, customerId: string): Promise<Part[]> {
  const now = ctx.clock.now()
  const { rows } = await sql<Part>`
    select ${KEY}, -sum(fee.amount_cents - fee.precise_coupons_amount_cents + fee.taxes_amount_cents) as "amountCents"
    from invoices invoice
    join invoice_subscriptions link on link.invoice_id = invoice.id
    join subscriptions subscription on subscription.id = link.subscription_id and subscription.status = 'active'
    join fees fee
      on fee.invoice_id = invoice.id and fee.subscription_id = subscription.id and fee.deleted_at is null
    left join charges charge on charge.id = fee.charge_id
    where invoice.organization_id = ${ctx.org.id}
      and invoice.customer_id = ${customerId}
      and invoice.invoice_type = 'progressive_billing'
      and invoice.status in ('finalized', 'failed')
      and link.charges_from_datetime <= ${now}
      and link.charges_to_datetime >= ${now}
    group by 1, 2, 3, 4`.execute(ctx.db)
  return rows
}

function addUp(parts: readonly Part[]): UnbilledUsage[] {
  const groups = Map.groupBy(parts, ({ feeType, metricId, targetWalletCode, currency }) =>
    JSON.stringify([feeType, metricId, targetWalletCode, currency]),
  )
  return [...groups.values()].flatMap(group => {
    const [first] = group
    if (first === undefined) return []
    const amountCents = group.reduce((sum, part) => sum.plus(part.amountCents), decimal(0))
    return [{ ...first, amountCents }]
  })
}
