import { decimal } from '@weir/engine'
import type { InvoiceForPrint } from '../load-invoice.ts'
import { feeName } from '../printing/fee-rows.ts'
import { customerDisplayName } from '../printing/parties.ts'
import {
  categoryOf,
  deliveryDate,
  documentType,
  linesOf,
  plainAmount,
  plainCents,
  type RatePart,
  ratePartsOf,
} from './einvoice.ts'
import { type Element, group, text, writeXml } from './xml.ts'

const NAMESPACES = {
  xmlns: 'urn:oasis:names:specification:ubl:schema:xsd:Invoice-2',
  'xmlns:cac': 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2',
  'xmlns:cbc': 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2',
}
const EN16931 = 'urn:cen.eu:en16931:2017'
const XRECHNUNG = `${EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0`
const PEPPOL_BILLING = 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0'
const STANDARD_PAYMENT = '1'
const PIECE = 'C62'

/** An invoice as UBL 2.1 XML after EN 16931; those of German entities are XRechnungen. */
export function ublInvoice(print: InvoiceForPrint): string {
  const { invoice, entity, customer } = print
  const { currency } = invoice
  const isGerman = entity.country === 'DE'
  const money = (name: string, cents: bigint) => text(name, plainCents(cents, currency), { currencyID: currency })
  const parts = ratePartsOf(print)
  const allowances = invoice.coupons_amount_cents + invoice.progressive_billing_credit_amount_cents
  const content = [
    text('cbc:CustomizationID', isGerman ? XRECHNUNG : EN16931),
    isGerman ? text('cbc:ProfileID', PEPPOL_BILLING) : undefined,
    text('cbc:ID', invoice.number),
    text('cbc:IssueDate', invoice.issuing_date.toString()),
    text('cbc:DueDate', invoice.payment_due_date.toString()),
    text('cbc:InvoiceTypeCode', documentType(print)),
    text('cbc:DocumentCurrencyCode', currency),
    isGerman ? text('cbc:BuyerReference', customer.customer.external_id) : undefined,
    group('cac:OrderReference', text('cbc:ID', invoice.purchase_order_number)),
    seller(print, isGerman),
    buyer(print),
    group('cac:Delivery', text('cbc:ActualDeliveryDate', deliveryDate(print).toString())),
    group('cac:PaymentMeans', text('cbc:PaymentMeansCode', STANDARD_PAYMENT)),
    group('cac:PaymentTerms', text('cbc:Note', paymentTerms(print))),
    ...parts.filter(part => !part.allowance.isZero()).map(part => allowance(part, currency)),
    group(
      'cac:TaxTotal',
      money('cbc:TaxAmount', invoice.taxes_amount_cents),
      parts.map(part => taxSubtotal(part, currency)),
    ),
    group(
      'cac:LegalMonetaryTotal',
      money('cbc:LineExtensionAmount', invoice.fees_amount_cents),
      money('cbc:TaxExclusiveAmount', invoice.sub_total_excluding_taxes_amount_cents),
      money('cbc:TaxInclusiveAmount', invoice.sub_total_including_taxes_amount_cents),
      money('cbc:AllowanceTotalAmount', allowances),
      money('cbc:PrepaidAmount', invoice.prepaid_credit_amount_cents + invoice.credit_notes_amount_cents),
      money('cbc:PayableAmount', invoice.total_amount_cents),
    ),
    ...lines(print),
  ]
  return writeXml({ name: 'Invoice', attributes: NAMESPACES, content: content.filter(child => child !== undefined) })
}

function seller(print: InvoiceForPrint, isGerman: boolean): Element | undefined {
  const { entity, invoice } = print
  const name = entity.legal_name || entity.name
  return group(
    'cac:AccountingSupplierParty',
    group(
      'cac:Party',
      text('cbc:EndpointID', entity.email, { schemeID: 'EM' }),
      address(entity),
      invoice.invoice_type === 'credit'
        ? undefined
        : group('cac:PartyTaxScheme', text('cbc:CompanyID', entity.tax_identification_number), vat()),
      group('cac:PartyLegalEntity', text('cbc:RegistrationName', name), text('cbc:CompanyID', entity.legal_number)),
      group(
        'cac:Contact',
        text('cbc:Name', name),
        isGerman ? text('cbc:Telephone', entity.phone) : undefined,
        text('cbc:ElectronicMail', entity.email),
      ),
    ),
  )
}

function buyer({ customer: { customer } }: InvoiceForPrint): Element | undefined {
  const name = customerDisplayName(customer)
  return group(
    'cac:AccountingCustomerParty',
    group(
      'cac:Party',
      text('cbc:EndpointID', customer.email, { schemeID: 'EM' }),
      address(customer),
      group('cac:PartyLegalEntity', text('cbc:RegistrationName', name)),
      group('cac:Contact', text('cbc:Name', name), text('cbc:ElectronicMail', customer.email)),
    ),
  )
}

interface Address {
  readonly address_line1: string | null
  readonly address_line2: string | null
  readonly city: string | null
  readonly zipcode: string | null
  readonly country: string | null
}

function address(at: Address): Element | undefined {
  return group(
    'cac:PostalAddress',
    text('cbc:StreetName', at.address_line1),
    text('cbc:AdditionalStreetName', at.address_line2),
    text('cbc:CityName', at.city),
    text('cbc:PostalZone', at.zipcode),
    group('cac:Country', text('cbc:IdentificationCode', at.country)),
  )
}

function paymentTerms({ invoice }: InvoiceForPrint): string {
  const amount = (cents: bigint) => `${plainCents(cents, invoice.currency)} ${invoice.currency}`
  return [
    `Payment term ${invoice.net_payment_term} days`,
    ...(invoice.prepaid_credit_amount_cents > 0n
      ? [`Prepaid credits of ${amount(invoice.prepaid_credit_amount_cents)} were used`]
      : []),
    ...(invoice.credit_notes_amount_cents > 0n
      ? [`Credit notes of ${amount(invoice.credit_notes_amount_cents)} were used`]
      : []),
  ].join(' and ')
}

function allowance(part: RatePart, currency: string): Element | undefined {
  return group(
    'cac:AllowanceCharge',
    text('cbc:ChargeIndicator', 'false'),
    text('cbc:AllowanceChargeReason', `Discount ${decimal(part.rate).toFixed(2)}% portion`),
    text('cbc:Amount', plainAmount(part.allowance, currency), { currencyID: currency }),
    taxCategory('cac:TaxCategory', part, false),
  )
}

function taxSubtotal(part: RatePart, currency: string): Element | undefined {
  return group(
    'cac:TaxSubtotal',
    text('cbc:TaxableAmount', plainAmount(part.taxable, currency), { currencyID: currency }),
    text('cbc:TaxAmount', plainAmount(part.tax, currency), { currencyID: currency }),
    taxCategory('cac:TaxCategory', part, true),
  )
}

function taxCategory(
  name: string,
  { category, rate }: Pick<RatePart, 'category' | 'rate'>,
  saysWhy: boolean,
): Element | undefined {
  const isOutOfScope = category === 'O'
  return group(
    name,
    text('cbc:ID', category),
    isOutOfScope ? undefined : text('cbc:Percent', decimal(rate).toFixed(2)),
    isOutOfScope && saysWhy
      ? [text('cbc:TaxExemptionReasonCode', 'VATEX-EU-O'), text('cbc:TaxExemptionReason', 'Not subject to VAT')]
      : undefined,
    vat(),
  )
}

function vat(): Element | undefined {
  return group('cac:TaxScheme', text('cbc:ID', 'VAT'))
}

function lines(print: InvoiceForPrint): (Element | undefined)[] {
  const { currency } = print.invoice
  return linesOf(print).map((fee, place) => {
    const name = feeName(fee) || 'Prepaid credits'
    return group(
      'cac:InvoiceLine',
      text('cbc:ID', String(place + 1)),
      text('cbc:InvoicedQuantity', decimal(fee.units).toFixed(), { unitCode: PIECE }),
      text('cbc:LineExtensionAmount', plainCents(fee.amount_cents, currency), { currencyID: currency }),
      group(
        'cac:Item',
        text('cbc:Description', fee.description || name),
        text('cbc:Name', name),
        taxCategory(
          'cac:ClassifiedTaxCategory',
          { category: categoryOf(print, fee.taxes_rate), rate: fee.taxes_rate },
          false,
        ),
      ),
      group('cac:Price', text('cbc:PriceAmount', decimal(fee.precise_unit_amount).toFixed(), { currencyID: currency })),
    )
  })
}
