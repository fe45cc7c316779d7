import { findBillingEntitiesByIds } from '../accounts/index.ts'
import { getPlans } from '../catalog/index.ts'
import { listCreditsOfInvoices, serializeCredit } from '../credits/index.ts'
import { findCustomersByIds, loadCustomerRecords, serializeCustomer } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { loadSubscriptionRecords, presentSubscriptions, type SubscriptionRecord } from '../subscriptions/index.ts'
import { presentInvoiceTaxes } from './applied-taxes.ts'
import { loadLeftOnInvoices } from './crediting/creditable.ts'
import { loadInvoiceFees } from './fees-store.ts'
import { serializeFee } from './serialize-fee.ts'
import { serializeBillingPeriod, serializeInvoiceBase } from './serialize-invoice.ts'
import { type Invoice, loadInvoiceSubscriptions } from './store.ts'

/** Invoices as a list shows them: with customer, metadata and taxes, without fees. */
export async function presentInvoiceList(ctx: Ctx, invoices: readonly Invoice[]) {
  const [entities, customers] = [await entitiesOf(ctx, invoices), await customersOf(ctx, invoices)]
  const taxes = await presentInvoiceTaxes(
    ctx,
    invoices.map(invoice => invoice.id),
  )
  const left = await loadLeftOnInvoices(ctx, invoices)
  return invoices.map(invoice => ({
    ...serializeInvoiceBase(invoice, {
      billingEntityCode: entities.get(invoice.billing_entity_id)?.code ?? '',
      left: left.get(invoice.id),
    }),
    customer: customers.get(invoice.customer_id),
    metadata: [],
    applied_taxes: taxes.get(invoice.id) ?? [],
  }))
}

/** An invoice with everything on it. */
export async function presentInvoice(ctx: Ctx, invoice: Invoice) {
  const [base] = await presentInvoiceList(ctx, [invoice])
  const parts = await presentContents(ctx, invoice)
  const credits = (await listCreditsOfInvoices(ctx, [invoice.id])).get(invoice.id) ?? []
  return {
    ...base,
    ...parts,
    credits: credits.map(serializeCredit),
    error_details: [],
    applied_invoice_custom_sections: [],
  }
}

/** An invoice as webhooks tell of it. */
export async function presentInvoiceForWebhook(ctx: Ctx, invoice: Invoice) {
  const { metadata: _, ...rest } = await presentInvoice(ctx, invoice)
  return rest
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

async function entitiesOf(ctx: Ctx, invoices: readonly Invoice[]) {
  return findBillingEntitiesByIds(ctx, [...new Set(invoices.map(invoice => invoice.billing_entity_id))])
}

async function customersOf(ctx: Ctx, invoices: readonly Invoice[]) {
  const customers = await findCustomersByIds(ctx, [...new Set(invoices.map(invoice => invoice.customer_id))])
  const records = await loadCustomerRecords(ctx, customers)
  return new Map(
    records.map(record => [record.customer.id, { ...serializeCustomer(record), integration_customers: [] }]),
  )
}
