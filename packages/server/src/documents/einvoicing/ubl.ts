import { decimal } from '@weir/engine'
import { customerDisplayName } from '../printing/parties.ts'
import { type EInvoice, type EInvoiceLine, firstEmail, plainCents, type RatePart } from './einvoice.ts'
import { type Element, group, text, writeXml } from './xml.ts'

const SCHEMAS = 'urn:oasis:names:specification:ubl:schema:xsd'
const EN16931 = 'urn:cen.eu:en16931:2017'
const XRECHNUNG = `${EN16931}#compliant#urn:xeinkauf.de:kosit:xrechnung_3.0`
const PEPPOL_BILLING = 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0'
const STANDARD_PAYMENT = '1'
const PIECE = 'C62'

/** The elements of invoices and credit notes that are named after them. */
const NAMES = {
  invoice: { root: 'Invoice', type: 'cbc:InvoiceTypeCode', line: 'cac:InvoiceLine', quantity: 'cbc:InvoicedQuantity' },
  credit_note: {
    root: 'CreditNote',
    type: 'cbc:CreditNoteTypeCode',
    line: 'cac:CreditNoteLine',
    quantity: 'cbc:CreditedQuantity',
  },
} as const

/** A document as UBL 2.1 XML after EN 16931; those of German entities are XRechnungen. */
export function ublDocument(document: EInvoice): string {
  const { kind, currency, totals, entity, customer, corrected } = document
  const isGerman = entity.country === 'DE'
  const names = NAMES[kind]
  const money = moneyIn(currency)
  const content = [
    text('cbc:CustomizationID', isGerman ? XRECHNUNG : EN16931),
    isGerman ? text('cbc:ProfileID', PEPPOL_BILLING) : undefined,
    text('cbc:ID', document.number),
    text('cbc:IssueDate', document.issuedOn.toString()),
    text('cbc:DueDate', document.dueOn?.toString()),
    text(names.type, document.typeCode),
    // An invoice's id is told in the other syntax only.
    ...(kind === 'credit_note' ? [text('cbc:Note', document.notes.join('. '))] : []),
    text('cbc:DocumentCurrencyCode', currency),
    isGerman ? text('cbc:BuyerReference', customer.external_id) : undefined,
    group('cac:OrderReference', text('cbc:ID', document.purchaseOrderNumber)),
    group(
      'cac:BillingReference',
      group(
        'cac:InvoiceDocumentReference',
        text('cbc:ID', corrected?.number),
        text('cbc:IssueDate', corrected?.issuedOn.toString()),
      ),
    ),
    seller(document, isGerman),
    buyer(document),
    group('cac:Delivery', text('cbc:ActualDeliveryDate', document.deliveredOn.toString())),
    group('cac:PaymentMeans', text('cbc:PaymentMeansCode', STANDARD_PAYMENT)),
    group('cac:PaymentTerms', text('cbc:Note', document.terms)),
    ...document.parts.filter(part => part.reductionCents !== 0n).map(part => reduction(document, part)),
    group(
      'cac:TaxTotal',
      money('cbc:TaxAmount', totals.taxes),
      document.parts.map(part => taxSubtotal(part, currency)),
    ),
    group(
      'cac:LegalMonetaryTotal',
      money('cbc:LineExtensionAmount', totals.lines),
      money('cbc:TaxExclusiveAmount', totals.exclusive),
      money('cbc:TaxInclusiveAmount', totals.inclusive),
      kind === 'invoice'
        ? money('cbc:AllowanceTotalAmount', totals.reductions)
        : money('cbc:ChargeTotalAmount', -totals.reductions),
      money('cbc:PrepaidAmount', totals.prepaid),
      money('cbc:PayableAmount', totals.payable),
    ),
    ...document.lines.map((line, place) => documentLine(line, place, document)),
  ]
  const attributes = {
    xmlns: `${SCHEMAS}:${names.root}-2`,
    'xmlns:cac': `${SCHEMAS}:CommonAggregateComponents-2`,
    'xmlns:cbc': `${SCHEMAS}:CommonBasicComponents-2`,
  }
  return writeXml({ name: names.root, attributes, content: content.filter(child => child !== undefined) })
}

function moneyIn(currency: string) {
  return (name: string, cents: bigint) => text(name, plainCents(cents, currency), { currencyID: currency })
}

function seller({ entity, typeCode }: EInvoice, isGerman: boolean): Element | undefined {
  const name = entity.legal_name || entity.name
  return group(
    'cac:AccountingSupplierParty',
    group(
      'cac:Party',
      text('cbc:EndpointID', firstEmail(entity.email), { schemeID: 'EM' }),
      address(entity),
      typeCode === '386'
        ? undefined
        : group('cac:PartyTaxScheme', text('cbc:CompanyID', entity.tax_identification_number), vat()),
      group('cac:PartyLegalEntity', text('cbc:RegistrationName', name), text('cbc:CompanyID', entity.legal_number)),
      group(
        'cac:Contact',
        text('cbc:Name', name),
        isGerman ? text('cbc:Telephone', entity.phone) : undefined,
        text('cbc:ElectronicMail', firstEmail(entity.email)),
      ),
    ),
  )
}

function buyer({ customer }: EInvoice): Element | undefined {
  const name = customerDisplayName(customer)
  return group(
    'cac:AccountingCustomerParty',
    group(
      'cac:Party',
      text('cbc:EndpointID', firstEmail(customer.email), { schemeID: 'EM' }),
      address(customer),
      group('cac:PartyLegalEntity', text('cbc:RegistrationName', name)),
      group('cac:Contact', text('cbc:Name', name), text('cbc:ElectronicMail', firstEmail(customer.email))),
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

/** What coupons took off an invoice is an allowance; what they take off what is given back is a charge. */
function reduction({ kind, currency }: EInvoice, part: RatePart): Element | undefined {
  const isCharge = kind === 'credit_note'
  const money = moneyIn(currency)
  return group(
    'cac:AllowanceCharge',
    text('cbc:ChargeIndicator', String(isCharge)),
    text('cbc:AllowanceChargeReason', reductionReason(part)),
    money('cbc:Amount', isCharge ? -part.reductionCents : part.reductionCents),
    taxCategory('cac:TaxCategory', part, false),
  )
}

export function reductionReason({ rate }: RatePart): string {
  return `Discount ${decimal(rate).toFixed(2)}% portion`
}

function taxSubtotal(part: RatePart, currency: string): Element | undefined {
  const money = moneyIn(currency)
  return group(
    'cac:TaxSubtotal',
    money('cbc:TaxableAmount', part.taxableCents),
    money('cbc:TaxAmount', part.taxCents),
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

function documentLine(line: EInvoiceLine, place: number, { kind, currency }: EInvoice): Element | undefined {
  const { line: name, quantity } = NAMES[kind]
  return group(
    name,
    text('cbc:ID', String(place + 1)),
    text(quantity, line.quantity.toFixed(), { unitCode: PIECE }),
    moneyIn(currency)('cbc:LineExtensionAmount', line.amountCents),
    group(
      'cac:Item',
      text('cbc:Description', line.description),
      text('cbc:Name', line.name),
      taxCategory('cac:ClassifiedTaxCategory', line, false),
    ),
    group('cac:Price', text('cbc:PriceAmount', decimal(line.price).toFixed(), { currencyID: currency })),
  )
}
