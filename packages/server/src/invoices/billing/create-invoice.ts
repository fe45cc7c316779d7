import {
  draftNumber,
  finalizedOrClosed,
  type InvoiceTiming,
  type IssuingSettings,
  invoiceDates,
  localDate,
} from '@weir/engine'
import type { Insertable } from 'kysely'
import { type BillingEntity, findBillingEntitiesByIds } from '../../accounts/index.ts'
import { applicableTimeZone, type Customer, findCustomersAwaitingVatCheck } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Invoices } from '../../platform/db/types.ts'
import { emitAll } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import type { SubscriptionRecord } from '../../subscriptions/index.ts'
import { withholdTotals, withoutTaxes } from '../awaiting-taxes/withhold.ts'
import { applySections } from '../custom-sections.ts'
import { issuingSettings } from '../issuing-settings.ts'
import { type AssignedNumber, assignNumbers } from '../numbering.ts'
import { creditProgressiveInvoices } from '../progressive/credit.ts'
import { settleInvoices } from '../settlement/settle.ts'
import { totalColumns } from '../total-columns.ts'
import { type BilledSubscription, type BillingRequest, type ComputedInvoice, computeInvoices } from './compute.ts'
import { statementsOf, type WrittenFees, writeInvoiceContents } from './write.ts'

/** An invoice to be made for a customer whose row is locked. */
export interface InvoiceOrder
  extends Pick<BillingRequest, 'subscriptions' | 'reason' | 'at' | 'skipCharges' | 'keepsZeroFixedCharges'> {
  readonly customer: Customer
  /** The customer's own billing entity: its time zone and settings apply where the customer has none. */
  readonly customerEntity: BillingEntity
  /** Who issues the invoice: the subscriptions' billing entity, or the customer's. */
  readonly issuer: BillingEntity
  /** Bills usage in full, whatever was billed of it because thresholds were passed. */
  readonly ignoresProgressive?: boolean
  /** It stays open, and unseen, until it is paid: a subscription waits for that. */
  readonly mustBePaid?: boolean
}

/** A computed invoice and what else decides about its row. */
interface NewInvoice {
  readonly id: string
  readonly order: InvoiceOrder
  readonly computed: ComputedInvoice
  readonly first: BilledSubscription
  readonly timeZone: string
  readonly timing: InvoiceTiming
  readonly settings: IssuingSettings
  readonly status: 'draft' | 'finalized' | 'closed' | 'pending' | 'open'
  /** It is not known yet which taxes the customer pays. */
  readonly awaitsTaxes: boolean
}

/**
 * Computes invoices and writes them, as {@link issueInvoices}, with a number of statements that does not grow with the
 * invoices, but for those that read usage. None is made where everything is billed already.
 */
export async function createSubscriptionInvoices(tx: Ctx, orders: readonly InvoiceOrder[]): Promise<void> {
  if (orders.length === 0) return
  const computed = await computeInvoices(
    tx,
    orders.map(order => requestOf(tx, order)),
  )
  await issueInvoices(
    tx,
    orders.flatMap((order, place) => {
      const invoice = computed[place]
      return invoice === undefined ? [] : [{ order, computed: invoice }]
    }),
  )
}

/** An invoice that a subscription gets by itself. */
export async function orderOf(
  tx: Ctx,
  customer: Customer,
  { record, reason, at }: { record: SubscriptionRecord } & Pick<InvoiceOrder, 'reason' | 'at'>,
): Promise<InvoiceOrder> {
  const issuerId = record.subscription.billing_entity_id ?? customer.billing_entity_id
  const entities = await findBillingEntitiesByIds(tx, [customer.billing_entity_id, issuerId])
  const customerEntity = entities.get(customer.billing_entity_id)
  const issuer = entities.get(issuerId)
  if (customerEntity === undefined || issuer === undefined)
    throw new Error(`customer ${customer.id} has no billing entity`)
  const skipCharges = reason === 'subscription_starting' || reason === 'in_advance_charge'
  return { customer, customerEntity, issuer, subscriptions: [record], reason, at, skipCharges }
}

/** What is to be computed for a new invoice. */
export function requestOf(tx: Ctx, order: InvoiceOrder): BillingRequest {
  const { customer, customerEntity, subscriptions, reason, at, skipCharges, keepsZeroFixedCharges } = order
  return {
    subscriptions,
    reason,
    at,
    skipCharges,
    keepsZeroFixedCharges: keepsZeroFixedCharges ?? false,
    taxpayer: { customerId: customer.id, billingEntityId: customer.billing_entity_id },
    timeZone: applicableTimeZone(customer, customerEntity),
    invoiceCreatedAt: tx.clock.now(),
  }
}

/**
 * Writes computed invoices with their periods, fees, taxes and numbers, and tells of them, all in the caller's transaction.
 * A periodic, first or last invoice becomes a draft when the customer has a grace period; others are finalized, or closed
 * when they are empty and such invoices are not wanted; one that must be paid first stays open. While a customer's VAT number
 * is being checked they wait for their taxes instead: `awaiting-taxes` issues them. What was billed already because usage
 * passed a threshold is credited.
 *
 * @returns the ids of the invoices
 */
export async function issueInvoices(
  tx: Ctx,
  ordered: readonly { readonly order: InvoiceOrder; readonly computed: ComputedInvoice }[],
): Promise<string[]> {
  const now = tx.clock.now()
  const awaiting = await findCustomersAwaitingVatCheck(
    tx,
    ordered.map(({ order }) => order.customer.id),
  )
  const invoices = ordered.flatMap(({ order, computed }) =>
    awaiting.has(order.customer.id)
      ? (newInvoice(order, withoutTaxes(computed), true) ?? [])
      : (newInvoice(order, computed, false) ?? []),
  )
  const numbers = await numbersOf(tx, invoices)
  const rows = invoices.map(invoice => invoiceRow(tx, invoice, numbers.get(invoice.id), now))
  for (const part of statementsOf(rows)) await tx.db.insertInto('invoices').values(part).execute()
  const written = await writeInvoiceContents(
    tx,
    invoices.map(({ id, order, computed }) => ({
      invoice: { id, billingEntityId: order.issuer.id, createdAt: now },
      request: order,
      computed,
    })),
  )
  await creditProgressiveInvoices(
    tx,
    invoices.flatMap(({ id, order, computed }) =>
      order.ignoresProgressive === true ? [] : [{ id, billed: computed.billed }],
    ),
  )
  await settleInvoices(
    tx,
    invoices.flatMap(({ id, order, status, awaitsTaxes }) =>
      ['finalized', 'pending', 'open'].includes(status) ? [{ id, customerId: order.customer.id, awaitsTaxes }] : [],
    ),
  )
  await applySections(
    tx,
    invoices.map(({ id, order, computed }) => ({
      invoiceId: id,
      customer: order.customer,
      // What is billed before its period ends is the customer's matter.
      resources: order.reason === 'progressive_billing' ? [] : computed.billed.map(({ subscription }) => subscription),
    })),
  )
  await withholdTotals(
    tx,
    invoices.flatMap(({ id, awaitsTaxes }) => (awaitsTaxes ? [id] : [])),
  )
  await emitAll(
    tx,
    invoices.flatMap(invoice => happenings(invoice, written)),
  )
  return invoices.map(({ id }) => id)
}

function newInvoice(order: InvoiceOrder, computed: ComputedInvoice, awaitsTaxes: boolean): NewInvoice | undefined {
  const [first] = computed.billed
  if (first === undefined) return undefined
  const { customer, customerEntity } = order
  const settings = issuingSettings(customer, customerEntity)
  const timing = timingOf(order)
  const hasGrace = timing !== 'immediate' && settings.invoiceGracePeriod > 0
  const isPending = awaitsTaxes && !hasGrace && order.mustBePaid !== true
  const status = isPending ? 'pending' : statusOf(order, computed, hasGrace)
  const timeZone = applicableTimeZone(customer, customerEntity)
  return { id: newId(), order, computed, first, timeZone, timing, settings, status, awaitsTaxes }
}

function statusOf(
  { reason, customer, issuer, mustBePaid }: InvoiceOrder,
  { assembled }: ComputedInvoice,
  hasGrace: boolean,
): NewInvoice['status'] {
  if (mustBePaid) return 'open'
  if (reason === 'progressive_billing') return 'finalized'
  if (hasGrace) return 'draft'
  return finalizedOrClosed(
    assembled.totals.feesAmountCents,
    customer.finalize_zero_amount_invoice as 'inherit' | 'skip' | 'finalize',
    issuer.finalize_zero_amount_invoice,
  )
}

function timingOf({ reason, mustBePaid }: InvoiceOrder): InvoiceTiming {
  if (mustBePaid) return 'immediate'
  if (reason === 'subscription_periodic') return 'periodic'
  return reason === 'in_advance_charge' || reason === 'progressive_billing' ? 'immediate' : 'non_periodic'
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
  { id, order, computed, first, timeZone, timing, settings, status }: NewInvoice,
  numbered: AssignedNumber | undefined,
  now: Temporal.Instant,
): Insertable<Invoices> {
  const { customer, issuer } = order
  const dates = invoiceDates(localDate(order.at, timeZone), timing, settings)
  return {
    id,
    organization_id: tx.org.id,
    customer_id: customer.id,
    billing_entity_id: issuer.id,
    sequential_id: numbered?.sequentialId ?? null,
    billing_entity_sequential_id: numbered?.billingEntitySequentialId ?? null,
    number: numbered?.number ?? draftNumber(issuer.document_number_prefix),
    invoice_type: order.reason === 'progressive_billing' ? 'progressive_billing' : 'subscription',
    status,
    currency: first.plan.amountCurrency,
    timezone: timeZone,
    issuing_date: dates.issuingDate,
    expected_finalization_date: dates.expectedFinalizationDate,
    payment_due_date: dates.paymentDueDate,
    net_payment_term: settings.netPaymentTerm,
    ...totalColumns(computed.assembled.totals),
    skip_charges: order.skipCharges,
    self_billed: isSelfBilled(customer),
    purchase_order_number: first.subscription.purchase_order_number,
    finalized_at: status === 'finalized' ? now : null,
    created_at: now,
    updated_at: now,
  }
}

/** Fees are told of when they are on no invoice, or on one in advance that is seen. */
function happenings(
  { id, status, order, awaitsTaxes }: NewInvoice,
  written: WrittenFees,
): { type: string; objectId: string }[] {
  const types = {
    finalized: ['invoice.created'],
    draft: awaitsTaxes ? ['invoice.drafted'] : ['invoice.drafted', 'invoice.ready_to_finalize'],
    pending: [],
    closed: [],
    open: [],
  }[status]
  const isToldOfFees = order.reason === 'in_advance_charge' && status !== 'closed' && status !== 'open'
  const fees = [...(written.standalone.get(id) ?? []), ...(isToldOfFees ? (written.invoiced.get(id) ?? []) : [])]
  return [
    ...fees.map(feeId => ({ type: 'fee.created', objectId: feeId })),
    ...types.map(type => ({ type, objectId: id })),
  ]
}
