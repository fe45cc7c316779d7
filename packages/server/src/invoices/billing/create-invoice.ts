import {
  draftNumber,
  finalizedOrClosed,
  type InvoiceTiming,
  type IssuingSettings,
  invoiceDates,
  localDate,
} from '@weir/engine'
import type { Insertable } from 'kysely'
import type { BillingEntity } from '../../accounts/index.ts'
import { applicableTimeZone, type Customer } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Invoices } from '../../platform/db/types.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import { issuingSettings } from '../issuing-settings.ts'
import { type AssignedNumber, assignNumbers } from '../numbering.ts'
import { type BilledSubscription, type BillingRequest, type ComputedInvoice, computeInvoices } from './compute.ts'
import { statementsOf, writeInvoiceContents } from './write.ts'

/** An invoice to be made for a customer whose row is locked. */
export interface InvoiceOrder extends Pick<BillingRequest, 'subscriptions' | 'reason' | 'at' | 'skipCharges'> {
  readonly customer: Customer
  /** The customer's own billing entity: its time zone and settings apply where the customer has none. */
  readonly customerEntity: BillingEntity
  /** Who issues the invoice: the subscriptions' billing entity, or the customer's. */
  readonly issuer: BillingEntity
}

/** A computed invoice and what else decides about its row. */
interface NewInvoice {
  readonly id: string
  readonly order: InvoiceOrder
  readonly computed: ComputedInvoice
  readonly first: BilledSubscription
  readonly timeZone: string
  readonly settings: IssuingSettings
  readonly status: 'draft' | 'finalized' | 'closed'
}

/**
 * Computes invoices and writes them with their periods, fees and numbers, and tells of them, all in the caller's
 * transaction and with a number of statements that does not grow with the invoices, but for those that read usage. An
 * invoice becomes a draft when the customer has a grace period, else it is finalized, or closed when it is empty and such
 * invoices are not wanted. None is made where everything is billed already.
 */
export async function createSubscriptionInvoices(tx: Ctx, orders: readonly InvoiceOrder[]): Promise<void> {
  const now = tx.clock.now()
  const requests = orders.map(order => ({
    ...order,
    timeZone: applicableTimeZone(order.customer, order.customerEntity),
    invoiceCreatedAt: now,
  }))
  const computed = await computeInvoices(tx, requests)
  const invoices = requests.flatMap((request, place) => newInvoice(request, computed[place]) ?? [])
  const numbers = await numbersOf(tx, invoices)
  const rows = invoices.map(invoice => invoiceRow(tx, invoice, numbers.get(invoice.id), now))
  for (const part of statementsOf(rows)) await tx.db.insertInto('invoices').values(part).execute()
  await writeInvoiceContents(
    tx,
    invoices.map(({ id, order, computed }) => ({
      invoice: { id, billingEntityId: order.issuer.id, createdAt: now },
      request: order,
      computed,
    })),
  )
  await emitAll(tx, invoices.flatMap(happenings))
}

function newInvoice(
  order: InvoiceOrder & { readonly timeZone: string },
  computed: ComputedInvoice | undefined,
): NewInvoice | undefined {
  const first = computed?.billed[0]
  if (computed === undefined || first === undefined) return undefined
  const { customer, issuer, timeZone } = order
  const settings = issuingSettings(customer, order.customerEntity)
  const status =
    settings.invoiceGracePeriod > 0
      ? 'draft'
      : finalizedOrClosed(
          computed.assembled.totals.feesAmountCents,
          customer.finalize_zero_amount_invoice as 'inherit' | 'skip' | 'finalize',
          issuer.finalize_zero_amount_invoice,
        )
  return { id: newId(), order, computed, first, timeZone, settings, status }
}

/** The numbers of the finalized ones, by invoice. */
async function numbersOf(tx: Ctx, invoices: readonly NewInvoice[]): Promise<Map<string, AssignedNumber>> {
  const finalized = invoices.filter(({ status }) => status === 'finalized')
  const numbers = await assignNumbers(
    tx,
    finalized.map(({ order: { customer, issuer } }) => ({ issuer, customer, selfBilled: isSelfBilled(customer) })),
  )
  return new Map(numbers.map((number, place) => [finalized[place]?.id ?? '', number]))
}

function isSelfBilled(customer: Customer): boolean {
  return customer.account_type === 'partner'
}

function invoiceRow(
  tx: Ctx,
  { id, order, computed, first, timeZone, settings, status }: NewInvoice,
  numbered: AssignedNumber | undefined,
  now: Temporal.Instant,
): Insertable<Invoices> {
  const { customer, issuer } = order
  const { totals } = computed.assembled
  const timing: InvoiceTiming = order.reason === 'subscription_periodic' ? 'periodic' : 'non_periodic'
  const dates = invoiceDates(localDate(order.at, timeZone), timing, settings)
  return {
    id,
    organization_id: tx.org.id,
    customer_id: customer.id,
    billing_entity_id: issuer.id,
    sequential_id: numbered?.sequentialId ?? null,
    billing_entity_sequential_id: numbered?.billingEntitySequentialId ?? null,
    number: numbered?.number ?? draftNumber(issuer.document_number_prefix),
    invoice_type: 'subscription',
    status,
    payment_status: totals.paymentStatus,
    currency: first.plan.amountCurrency,
    timezone: timeZone,
    issuing_date: dates.issuingDate,
    expected_finalization_date: dates.expectedFinalizationDate,
    payment_due_date: dates.paymentDueDate,
    net_payment_term: settings.netPaymentTerm,
    fees_amount_cents: totals.feesAmountCents,
    sub_total_excluding_taxes_amount_cents: totals.subTotalExcludingTaxesAmountCents,
    taxes_amount_cents: totals.taxesAmountCents,
    sub_total_including_taxes_amount_cents: totals.subTotalIncludingTaxesAmountCents,
    total_amount_cents: totals.totalAmountCents,
    skip_charges: order.skipCharges,
    self_billed: isSelfBilled(customer),
    purchase_order_number: first.subscription.purchase_order_number,
    finalized_at: status === 'finalized' ? now : null,
    created_at: now,
    updated_at: now,
  }
}

function happenings({ id, status }: NewInvoice): { type: string; objectId: string }[] {
  const types = {
    finalized: ['invoice.created'],
    draft: ['invoice.drafted', 'invoice.ready_to_finalize'],
    closed: [],
  }[status]
  return types.map(type => ({ type, objectId: id }))
}
