import { findBillingEntitiesByIds } from '../accounts/index.ts'
import { listCreditsOfInvoices, serializeCredit } from '../credits/index.ts'
import { findCustomersByIds, loadCustomerRecords, serializeCustomer } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import { loadSubscriptionRecords, presentRecords, type SubscriptionRecord } from '../subscriptions/index.ts'
import { presentInvoiceTaxes } from './applied-taxes.ts'
import { loadLeftOnInvoices } from './crediting/creditable.ts'
import { loadFeesOfInvoices } from './fees-store.ts'
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
  const [presented] = await presentInvoices(ctx, [invoice])
  if (presented === undefined) throw new Error(`invoice ${invoice.id} cannot be shown`)
  return presented
}

/** Invoices with everything on them, in their order. The queries do not grow with the invoices. */
export async function presentInvoices(ctx: Ctx, invoices: readonly Invoice[]) {
  const ids = invoices.map(invoice => invoice.id)
  const bases = await presentInvoiceList(ctx, invoices)
  const contents = await presentContents(ctx, ids)
  const regenerated = await findRegenerated(ctx, invoices)
  const credits = await listCreditsOfInvoices(ctx, ids)
  const errors = ids.length === 0 ? undefined : await presentErrorDetails(ctx, ids)
  const sections = ids.length === 0 ? undefined : await presentAppliedSections(ctx, ids)
  return invoices.map((invoice, place) => ({
    ...bases[place],
    ...contents(invoice.id),
    lago_voided_invoice_id: invoice.voided_invoice_id,
    lago_regenerated_invoice_id: regenerated.get(invoice.id) ?? null,
    credits: (credits.get(invoice.id) ?? []).map(serializeCredit),
    error_details: errors?.get(invoice.id) ?? [],
    applied_invoice_custom_sections: sections?.get(invoice.id) ?? [],
  }))
}

/** The invoices that took the place of voided ones, by these. */
async function findRegenerated(ctx: Ctx, invoices: readonly Invoice[]): Promise<Map<string, string>> {
  const voided = invoices.filter(invoice => invoice.status === 'voided').map(invoice => invoice.id)
  if (voided.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('invoices')
    .select(['id', 'voided_invoice_id'])
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('voided_invoice_id', voided))
    .execute()
  return new Map(rows.map(row => [row.voided_invoice_id ?? '', row.id]))
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

/** What stands on invoices, by their ids. */
async function presentContents(ctx: Ctx, invoiceIds: readonly string[]) {
  const links = await loadInvoiceSubscriptions(ctx, invoiceIds)
  const records = await loadSubscriptionRecords(ctx, [...new Set(links.map(link => link.subscription_id))])
  const nameOf = ({ subscription, plan }: SubscriptionRecord) =>
    subscription.name || plan.invoiceDisplayName || plan.name || ''
  const sorted = records.toSorted((a, b) => nameOf(a).localeCompare(nameOf(b), 'en'))
  const presented = await presentRecords(ctx, sorted)
  const linksOf = Map.groupBy(links, link => link.invoice_id)
  const fees = await presentFeesOfInvoices(ctx, invoiceIds)
  return (invoiceId: string) => {
    const linkOf = new Map((linksOf.get(invoiceId) ?? []).map(link => [link.subscription_id, link]))
    return {
      billing_periods: sorted.flatMap(({ subscription }) => {
        const link = linkOf.get(subscription.id)
        if (link === undefined) return []
        return [serializeBillingPeriod(link, { externalId: subscription.external_id, planId: subscription.plan_id })]
      }),
      subscriptions: presented.filter(subscription => linkOf.has(subscription.lago_id)),
      fees: fees.get(invoiceId) ?? [],
    }
  }
}

/** What is billed by invoices, by their ids. */
export async function presentFeesOfInvoices(ctx: Ctx, invoiceIds: readonly string[]) {
  const fees = await loadFeesOfInvoices(ctx, invoiceIds)
  return new Map([...fees].map(([id, own]) => [id, own.map(serializeFee)]))
}

async function customersOf(ctx: Ctx, invoices: readonly Invoice[]) {
  const customers = await findCustomersByIds(ctx, [...new Set(invoices.map(invoice => invoice.customer_id))])
  const records = await loadCustomerRecords(ctx, customers)
  return new Map(
    records.map(record => [record.customer.id, { ...serializeCustomer(record), integration_customers: [] }]),
  )
}
