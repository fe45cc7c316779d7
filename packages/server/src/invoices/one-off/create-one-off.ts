import {
  type Currency,
  draftNumber,
  feeTaxes,
  finalizedOrClosed,
  invoiceDates,
  invoiceTaxes,
  invoiceTotals,
  isCurrency,
  localDate,
  oneOffFee,
} from '@weir/engine'
import { type BillingEntity, findBillingEntitiesByIds, resolveBillingEntity } from '../../accounts/index.ts'
import { type AddOn, holdAddOns } from '../../catalog/index.ts'
import {
  applicableTimeZone,
  type Customer,
  findCustomersAwaitingVatCheck,
  getCustomerByExternalId,
  lockCustomer,
  setCurrency,
} from '../../customers/index.ts'
import { type PaymentMethodReference, readPaymentMethod } from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notFound, Problems } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { newId } from '../../platform/ids.ts'
import { checkPurchaseOrderNumber, readPurchaseOrderNumber } from '../../subscriptions/index.ts'
import { withholdTotals } from '../awaiting-taxes/withhold.ts'
import { taxRows, writeFees } from '../billing/write.ts'
import { applySections } from '../custom-sections.ts'
import { issuingSettings } from '../issuing-settings.ts'
import { assignNumber } from '../numbering.ts'
import { type Invoice, lockInvoice } from '../store.ts'
import { oneOffFees } from './fee-rows.ts'
import { type OneOffLine, readLines, readPeriods } from './read-fees.ts'
import type { OneOffFeeInput, OneOffInput } from './schema.ts'

/** What decides about a one-off invoice beside its lines. */
export interface OneOffTerms {
  readonly customer: Customer
  readonly customerEntity: BillingEntity
  readonly issuer: BillingEntity
  readonly currency: Currency
  readonly purchaseOrderNumber: string | null
  readonly skipsPayment: boolean
  readonly paymentMethod: PaymentMethodReference | undefined
  /** The invoice that it takes the place of. */
  readonly voidedInvoiceId?: string
}

/**
 * Bills add-ons at once: no grace period, no coupons, credit notes or prepaid credits. An invoice without amounts is closed
 * where such invoices are not wanted.
 *
 * @returns the invoice, finalized or closed
 * @throws 404 `customer_not_found`, `fees_not_found`, `add_on_not_found`, `billing_entity_not_found`; 422 with what is wrong
 */
export async function createOneOff(ctx: Ctx, input: OneOffInput): Promise<Invoice> {
  return transaction(ctx, async tx => {
    const found = await getCustomerByExternalId(tx, input.external_customer_id ?? '')
    const customer = await lockCustomer(tx, found.id)
    const fees = input.fees ?? []
    if (fees.length === 0) throw notFound('fees')
    const addOns = await getAddOns(tx, fees)
    const paymentMethod = await checkedPaymentMethod(tx, input, customer.id)
    const { customerEntity, issuer } = await entitiesOf(tx, customer, input.billing_entity_code)
    const periods = readPeriods(fees, tx.clock.now())
    const { currency, purchaseOrderNumber } = checkedTerms(input, customer, customerEntity)
    const lines = await readLines(tx, fees, { addOns, periods, currency, customer })
    if (customer.currency === null) await setCurrency(tx, customer.id, currency)
    const skipsPayment = input.skip_psp ?? false
    const terms = { customer, customerEntity, issuer, currency, purchaseOrderNumber, skipsPayment, paymentMethod }
    const invoice = await writeOneOff(tx, terms, lines)
    const sections = input.invoice_custom_section
    if (sections?.skip_invoice_custom_sections !== true) {
      const codes = sections?.invoice_custom_section_codes ?? []
      await applySections(tx, [{ invoiceId: invoice.id, customer, codes }])
    }
    if (invoice.status === 'finalized') await emit(tx, 'invoice.one_off_created', invoice.id)
    return invoice
  })
}

async function getAddOns(tx: Ctx, fees: readonly OneOffFeeInput[]): Promise<Map<string, AddOn>> {
  const codes = [...new Set(fees.map(fee => fee.add_on_code ?? ''))]
  const addOns = new Map((await holdAddOns(tx, { ids: [], codes })).map(addOn => [addOn.code, addOn]))
  if (!codes.every(code => addOns.has(code))) throw notFound('add_on')
  return addOns
}

async function checkedPaymentMethod(
  tx: Ctx,
  input: OneOffInput,
  customerId: string,
): Promise<PaymentMethodReference | undefined> {
  const problems = new Problems()
  const method = await readPaymentMethod(tx, input.payment_method, problems, customerId)
  if (method?.payment_method_type === 'manual' && !isBlank(input.payment_method?.payment_method_id)) {
    problems.add('payment_method', 'invalid_payment_method')
  }
  problems.throwIfAny()
  return method
}

async function entitiesOf(tx: Ctx, customer: Customer, code: string | null | undefined) {
  const own = (await findBillingEntitiesByIds(tx, [customer.billing_entity_id])).get(customer.billing_entity_id)
  if (own === undefined) throw new Error(`customer ${customer.id} has no billing entity`)
  return { customerEntity: own, issuer: isBlank(code) ? own : await resolveBillingEntity(tx, code) }
}

function checkedTerms(input: OneOffInput, customer: Customer, entity: BillingEntity) {
  const problems = new Problems()
  const currency = input.currency || customer.currency || entity.default_currency
  if (!isCurrency(currency)) problems.add('currency', 'value_is_invalid')
  const purchaseOrderNumber = readPurchaseOrderNumber(input.purchase_order_number)
  checkPurchaseOrderNumber(purchaseOrderNumber, problems)
  problems.throwIfAny()
  return { currency: currency as Currency, purchaseOrderNumber }
}

/** Writes a one-off invoice with its fees and taxes, finalized or closed, and tells nobody. The customer is locked. */
export async function writeOneOff(tx: Ctx, terms: OneOffTerms, given: readonly OneOffLine[]): Promise<Invoice> {
  const { customer, customerEntity, issuer, currency } = terms
  const awaitsTaxes = (await findCustomersAwaitingVatCheck(tx, [customer.id])).size > 0
  const lines = awaitsTaxes ? given.map(line => (line.namesTaxes ? line : { ...line, taxes: [] })) : given
  const fees = lines.map(line => {
    const fee = oneOffFee(line.unitAmountCents, line.units, currency)
    return { line, fee, taxation: feeTaxes(fee, line.taxes) }
  })
  const feesAmountCents = fees.reduce((sum, { fee }) => sum + fee.amountCents, 0n)
  const taxes = invoiceTaxes(
    fees.map(({ fee, line }) => ({ amountCents: fee.amountCents, taxes: line.taxes })),
    feesAmountCents,
  )
  const totals = invoiceTotals(feesAmountCents, taxes)
  const status = awaitsTaxes
    ? 'pending'
    : finalizedOrClosed(
        feesAmountCents,
        customer.finalize_zero_amount_invoice as 'inherit' | 'skip' | 'finalize',
        issuer.finalize_zero_amount_invoice,
      )
  const now = tx.clock.now()
  const selfBilled = customer.account_type === 'partner'
  const numbered = status === 'finalized' ? await assignNumber(tx, { issuer, customer, selfBilled }) : undefined
  const timeZone = applicableTimeZone(customer, customerEntity)
  const settings = issuingSettings(customer, customerEntity)
  const dates = invoiceDates(localDate(now, timeZone), 'immediate', settings)
  const invoice = await tx.db
    .insertInto('invoices')
    .values({
      id: newId(),
      organization_id: tx.org.id,
      customer_id: customer.id,
      billing_entity_id: issuer.id,
      sequential_id: numbered?.sequentialId ?? null,
      billing_entity_sequential_id: numbered?.billingEntitySequentialId ?? null,
      number: numbered?.number ?? draftNumber(issuer.document_number_prefix),
      invoice_type: 'one_off',
      status,
      currency,
      timezone: timeZone,
      issuing_date: dates.issuingDate,
      expected_finalization_date: dates.expectedFinalizationDate,
      payment_due_date: dates.paymentDueDate,
      net_payment_term: settings.netPaymentTerm,
      payment_status: totals.paymentStatus,
      fees_amount_cents: totals.feesAmountCents,
      sub_total_excluding_taxes_amount_cents: totals.subTotalExcludingTaxesAmountCents,
      taxes_amount_cents: totals.taxesAmountCents,
      taxes_rate: totals.taxesRate,
      sub_total_including_taxes_amount_cents: totals.subTotalIncludingTaxesAmountCents,
      total_amount_cents: totals.totalAmountCents,
      self_billed: selfBilled,
      purchase_order_number: terms.purchaseOrderNumber,
      skip_automatic_payment: terms.skipsPayment,
      payment_method_id: terms.paymentMethod?.payment_method_id ?? null,
      payment_method_type: terms.paymentMethod?.payment_method_type ?? null,
      voided_invoice_id: terms.voidedInvoiceId ?? null,
      finalized_at: status === 'finalized' ? now : null,
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await writeFees(tx, oneOffFees(tx, invoice, fees))
  if (awaitsTaxes) {
    await withholdTotals(tx, [invoice.id])
    return (await lockInvoice(tx, invoice.id)) ?? invoice
  }
  const rows = taxRows(tx, { id: invoice.id, createdAt: now, currency }, taxes.taxes)
  if (rows.length > 0) await tx.db.insertInto('invoices_taxes').values(rows).execute()
  return invoice
}
