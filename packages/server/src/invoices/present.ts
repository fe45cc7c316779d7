import { findBillingEntitiesByIds } from '../accounts/index.ts'
import { getPlans } from '../catalog/index.ts'
import { listCreditsOfInvoices, serializeCredit } from '../credits/index.ts'
import { findCustomersByIds, loadCustomerRecords, serializeCustomer } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { loadSubscriptionRecords, presentSubscriptions, type SubscriptionRecord } from '../subscriptions/index.ts'
import { presentInvoiceTaxes } from './applied-taxes.ts'
import { loadLeftOnInvoices } from './crediting/creditable.ts'
import { loadInvoiceFees } from './fees-store.ts'
import { loadFileUrls } from './files.ts'
import {
  presentAppliedSections,
  presentAppliedThresholds,
  presentErrorDetails,
  presentMetadata,
} from './invoice-parts.ts'
import { serializeFee } from './serialize-fee.ts'
import { serializeBillingPeriod, serializeInvoiceBase } from './serialize-invoice.ts'
import { type Invoice, loadInvoiceSubscriptions } from './store.ts'

/** Invoices as a list shows them: with customer, metadata and taxes, without fees. */
export async function presentInvoiceList(ctx: Ctx, invoices: readonly Invoice[]) {
  const ids = invoices.map(invoice => invoice.id)
  const bases = await presentInvoiceBases(ctx, invoices)
  const customers = await customersOf(ctx, invoices)
  const metadata = await presentMetadata(ctx, ids)
  const taxes = await presentInvoiceTaxes(ctx, ids)
  return invoices.map((invoice, place) => ({
    ...bases[place],
    customer: customers.get(invoice.customer_id),
    metadata: metadata.get(invoice.id) ?? [],
    applied_taxes: taxes.get(invoice.id) ?? [],
  }))
}

/** The fields that every form of an invoice has, of many. */
export async function presentInvoiceBases(ctx: Ctx, invoices: readonly Invoice[]) {
  const entities = await findBillingEntitiesByIds(ctx, [...new Set(invoices.map(invoice => invoice.billing_entity_id))])
  const left = await loadLeftOnInvoices(ctx, invoices)
  const urlOf = await loadFileUrls(
    ctx,
    'invoice_id',
    invoices.map(invoice => invoice.id),
  )
  const progressive = invoices.filter(invoice => invoice.invoice_type === 'progressive_billing')
  const progressiveIds = progressive.map(invoice => invoice.id)
  const thresholds = progressiveIds.length === 0 ? undefined : await presentAppliedThresholds(ctx, progressiveIds)
  return invoices.map(invoice => ({
    ...serializeInvoiceBase(invoice, {
      billingEntityCode: entities.get(invoice.billing_entity_id)?.code ?? '',
      left: left.get(invoice.id),
      fileUrl: urlOf(invoice.id, 'pdf'),
      xmlUrl: urlOf(invoice.id, 'xml'),
    }),
    ...(invoice.invoice_type === 'progressive_billing' && {
      applied_usage_thresholds: thresholds?.get(invoice.id) ?? [],
    }),
  }))
}

/** The fields that every form of an invoice has. */
export async function presentInvoiceBase(ctx: Ctx, invoice: Invoice) {
  const [base] = await presentInvoiceBases(ctx, [invoice])
  return base
}

/** An invoice with everything on it. */
export async function presentInvoice(ctx: Ctx, invoice: Invoice) {
  const [base] = await presentInvoiceList(ctx, [invoice])
  const parts = await presentContents(ctx, invoice)
  const ids = [invoice.id]
  return {
    ...base,
    ...parts,
    lago_voided_invoice_id: invoice.voided_invoice_id,
    lago_regenerated_invoice_id: await findRegenerated(ctx, invoice),
    credits: await presentCredits(ctx, invoice.id),
    error_details: (await presentErrorDetails(ctx, ids)).get(invoice.id) ?? [],
    applied_invoice_custom_sections: (await presentAppliedSections(ctx, ids)).get(invoice.id) ?? [],
  }
}

/** The invoice that took the place of a voided one. */
async function findRegenerated(ctx: Ctx, invoice: Invoice): Promise<string | null> {
  if (invoice.status !== 'voided') return null
  const row = await ctx.db
    .selectFrom('invoices')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .where('voided_invoice_id', '=', invoice.id)
    .executeTakeFirst()
  return row?.id ?? null
}

const PARTS = [
  'customer',
  'metadata',
  'applied_taxes',
  'billing_periods',
  'subscriptions',
  'fees',
  'credits',
  'error_details',
  'applied_invoice_custom_sections',
] as const

export type InvoicePart = (typeof PARTS)[number]

/** An invoice as webhooks tell of it: its own fields, and those parts that the webhook carries. */
export async function presentInvoiceForWebhook(ctx: Ctx, invoice: Invoice, parts: readonly InvoicePart[]) {
  const left: readonly string[] = PARTS.filter(part => !parts.includes(part))
  const whole = await presentInvoice(ctx, invoice)
  return Object.fromEntries(Object.entries(whole).filter(([key]) => !left.includes(key)))
}

async function presentContents(ctx: Ctx, invoice: Invoice) {
  const links = await loadInvoiceSubscriptions(ctx, [invoice.id])
  const records = await loadSubscriptionRecords(
    ctx,
    links.map(link => link.subscription_id),
  )
  const plans = await getPlans(ctx, [...new Set(records.map(({ plan }) => plan.id))])
  const nameOf = ({ subscription }: SubscriptionRecord) => {
    const plan = plans.get(subscription.plan_id)
    return subscription.name || plan?.invoiceDisplayName || plan?.name || ''
  }
  const sorted = records.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), 'en'))
  const linkOf = new Map(links.map(link => [link.subscription_id, link]))
  const fees = await loadInvoiceFees(ctx, invoice.id)
  return {
    billing_periods: sorted.flatMap(({ subscription }) => {
      const link = linkOf.get(subscription.id)
      if (link === undefined) return []
      return [serializeBillingPeriod(link, { externalId: subscription.external_id, planId: subscription.plan_id })]
    }),
    subscriptions: await presentSubscriptions(
      ctx,
      sorted.map(({ subscription }) => subscription),
    ),
    fees: fees.map(serializeFee),
  }
}

async function customersOf(ctx: Ctx, invoices: readonly Invoice[]) {
  const customers = await findCustomersByIds(ctx, [...new Set(invoices.map(invoice => invoice.customer_id))])
  const records = await loadCustomerRecords(ctx, customers)
  return new Map(
    records.map(record => [record.customer.id, { ...serializeCustomer(record), integration_customers: [] }]),
  )
}

/** The lines that reduce an invoice. */
async function presentCredits(ctx: Ctx, invoiceId: string) {
  return ((await listCreditsOfInvoices(ctx, [invoiceId])).get(invoiceId) ?? []).map(serializeCredit)
}
