import { sql } from 'kysely'
import { type BillingEntity, findBillingEntitiesByIds } from '../accounts/index.ts'
import { type Customer, findCustomersByIds, listMetadata, type MetadataRow } from '../customers/index.ts'
import {
  type FeeRow,
  type Invoice,
  type InvoiceSubscription,
  loadInvoiceFees,
  loadInvoiceSubscriptions,
  presentAppliedSections,
  presentAppliedThresholds,
  presentFeeTaxes,
  presentInvoiceTaxes,
} from '../invoices/index.ts'
import type { Ctx } from '../platform/context.ts'
import type { WireInteger } from '../platform/wire.ts'
import { loadSubscriptionRecords, type SubscriptionRecord } from '../subscriptions/index.ts'
import { loadUnitChanges, type UnitChanges } from './load-unit-changes.ts'
import { loadLogo } from './logo.ts'
import type { Logo } from './printing/printed-document.ts'

/** A coupon that reduced an invoice, and what it is worth. */
export interface CouponLine {
  readonly name: string
  readonly amount_cents: bigint
  readonly percentage_rate: string | null
  readonly coupon_amount_cents: bigint | null
}

export interface PrintedTax {
  readonly tax_code: string
  readonly tax_name: string
  readonly tax_rate: number
  readonly amount_cents: WireInteger
  readonly fees_amount_cents: WireInteger
}

interface PassedThreshold {
  readonly lifetime_usage_amount_cents: WireInteger
  readonly usage_threshold: { readonly amount_cents: WireInteger }
}

/** Everything that stands on the documents of an invoice. */
export interface InvoiceForPrint {
  readonly invoice: Invoice
  readonly entity: BillingEntity
  readonly customer: Customer
  /** Of the customer, oldest first. */
  readonly metadata: readonly MetadataRow[]
  readonly logo: Logo | null
  readonly fees: readonly FeeRow[]
  /** The rates of the taxes on a fee, by fee. */
  readonly taxRates: ReadonlyMap<string, readonly number[]>
  readonly taxes: readonly PrintedTax[]
  readonly links: readonly InvoiceSubscription[]
  readonly subscriptions: readonly SubscriptionRecord[]
  readonly coupons: readonly CouponLine[]
  readonly sections: readonly { display_name: string | null; details: string | null }[]
  readonly thresholds: readonly PassedThreshold[]
  /** How units that carry over came about, by fee. */
  readonly unitChanges: ReadonlyMap<string, UnitChanges>
  /** What was bought, on the invoice of a top-up. */
  readonly purchase: { readonly name: string | null; readonly wallet_name: string | null } | undefined
}

/** @param breakdowns how usage came about is loaded too; it is when absent, and a receipt does not tell of it */
export async function loadInvoiceForPrint(
  ctx: Ctx,
  invoice: Invoice,
  { breakdowns = true }: { readonly breakdowns?: boolean } = {},
): Promise<InvoiceForPrint> {
  const ids = [invoice.id]
  const entity = (await findBillingEntitiesByIds(ctx, [invoice.billing_entity_id])).get(invoice.billing_entity_id)
  const [customer] = await findCustomersByIds(ctx, [invoice.customer_id])
  if (entity === undefined || customer === undefined) throw new Error(`invoice ${invoice.id} lacks one of its parties`)
  const fees = await loadInvoiceFees(ctx, invoice.id)
  const taxes = await presentFeeTaxes(
    ctx,
    fees.map(fee => fee.id),
  )
  const links = await loadInvoiceSubscriptions(ctx, ids)
  const subscriptionIds = [...links, ...fees].flatMap(({ subscription_id: id }) => id ?? [])
  const subscriptions = await loadSubscriptionRecords(ctx, [...new Set(subscriptionIds)])
  return {
    invoice,
    entity,
    customer,
    metadata: await listMetadata(ctx, [customer.id]),
    logo: await loadLogo(ctx, entity),
    fees,
    taxRates: new Map([...taxes].map(([id, own]) => [id, own.map(tax => tax.tax_rate).toSorted((a, b) => b - a)])),
    taxes: ((await presentInvoiceTaxes(ctx, ids)).get(invoice.id) ?? []).toSorted((a, b) => b.tax_rate - a.tax_rate),
    links,
    subscriptions,
    coupons: invoice.coupons_amount_cents === 0n ? [] : await loadCoupons(ctx, invoice.id),
    sections: (await presentAppliedSections(ctx, ids)).get(invoice.id) ?? [],
    thresholds:
      invoice.invoice_type === 'progressive_billing'
        ? ((await presentAppliedThresholds(ctx, ids)).get(invoice.id) ?? [])
        : [],
    unitChanges: breakdowns ? await loadUnitChanges(ctx, invoice, fees, subscriptions) : new Map(),
    purchase: invoice.invoice_type === 'credit' ? await loadPurchase(ctx, invoice.id) : undefined,
  }
}

async function loadCoupons(ctx: Ctx, invoiceId: string): Promise<CouponLine[]> {
  const { rows } = await sql<CouponLine>`
    select coupons.name, credits.amount_cents, applied.percentage_rate, applied.amount_cents as coupon_amount_cents
    from credits
    join applied_coupons as applied on applied.id = credits.applied_coupon_id
    join coupons on coupons.id = applied.coupon_id
    where credits.organization_id = ${ctx.org.id} and credits.invoice_id = ${invoiceId}
    order by credits.created_at, credits.id`.execute(ctx.db)
  return rows
}

async function loadPurchase(ctx: Ctx, invoiceId: string): Promise<InvoiceForPrint['purchase']> {
  return ctx.db
    .selectFrom('wallet_transactions as purchase')
    .innerJoin('wallets', 'wallets.id', 'purchase.wallet_id')
    .innerJoin('fees', 'fees.wallet_transaction_id', 'purchase.id')
    .select(['purchase.name', 'wallets.name as wallet_name'])
    .where('purchase.organization_id', '=', ctx.org.id)
    .where('fees.invoice_id', '=', invoiceId)
    .executeTakeFirst()
}
