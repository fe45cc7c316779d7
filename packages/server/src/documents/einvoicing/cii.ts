import { decimal } from '@weir/engine'
import { customerDisplayName } from '../printing/parties.ts'
import { type EInvoice, type EInvoiceLine, firstEmail, plainCents, type RatePart } from './einvoice.ts'
import { reductionReason } from './ubl.ts'
import { type Element, group, text, writeXml } from './xml.ts'

const GUIDELINE = 'urn:cen.eu:en16931:2017'
const PIECE = 'C62'
const NAMESPACES = {
  'xmlns:rsm': 'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100',
  'xmlns:ram': 'urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100',
  'xmlns:qdt': 'urn:un:unece:uncefact:data:standard:QualifiedDataType:100',
  'xmlns:udt': 'urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100',
}

/** A document as a Cross Industry Invoice (D16B) after EN 16931: what Factur-X puts into the PDF. */
export function ciiDocument(document: EInvoice): string {
  const content = [
    group(
      'rsm:ExchangedDocumentContext',
      group('ram:GuidelineSpecifiedDocumentContextParameter', text('ram:ID', GUIDELINE)),
    ),
    group(
      'rsm:ExchangedDocument',
      text('ram:ID', document.number),
      text('ram:TypeCode', document.typeCode),
      group('ram:IssueDateTime', day('udt:DateTimeString', document.issuedOn)),
      document.notes.map(note => group('ram:IncludedNote', text('ram:Content', note))),
    ),
    group(
      'rsm:SupplyChainTradeTransaction',
      document.lines.map((line, place) => tradeLine(line, place, document.currency)),
      agreement(document),
      group(
        'ram:ApplicableHeaderTradeDelivery',
        group(
          'ram:ActualDeliverySupplyChainEvent',
          group('ram:OccurrenceDateTime', day('udt:DateTimeString', document.deliveredOn)),
        ),
      ),
      settlement(document),
    ),
  ]
  return writeXml({
    name: 'rsm:CrossIndustryInvoice',
    attributes: NAMESPACES,
    content: content.filter(child => child !== undefined),
  })
}

/** `20260701` */
function day(name: string, date: Temporal.PlainDate): Element | undefined {
  return text(name, date.toString().replaceAll('-', ''), { format: '102' })
}

function tradeLine(line: EInvoiceLine, place: number, currency: string): Element | undefined {
  return group(
    'ram:IncludedSupplyChainTradeLineItem',
    group('ram:AssociatedDocumentLineDocument', text('ram:LineID', String(place + 1))),
    group('ram:SpecifiedTradeProduct', text('ram:Name', line.name), text('ram:Description', line.description)),
    group(
      'ram:SpecifiedLineTradeAgreement',
      group('ram:NetPriceProductTradePrice', text('ram:ChargeAmount', decimal(line.price).toFixed())),
    ),
    group('ram:SpecifiedLineTradeDelivery', text('ram:BilledQuantity', line.quantity.toFixed(), { unitCode: PIECE })),
    group(
      'ram:SpecifiedLineTradeSettlement',
      group('ram:ApplicableTradeTax', text('ram:TypeCode', 'VAT'), text('ram:CategoryCode', line.category), rate(line)),
      group(
        'ram:SpecifiedTradeSettlementLineMonetarySummation',
        text('ram:LineTotalAmount', plainCents(line.amountCents, currency)),
      ),
    ),
  )
}

function rate({ category, rate: percent }: Pick<RatePart, 'category' | 'rate'>): Element | undefined {
  return category === 'O' ? undefined : text('ram:RateApplicablePercent', decimal(percent).toFixed(2))
}

function agreement({ entity, customer, purchaseOrderNumber }: EInvoice): Element | undefined {
  return group(
    'ram:ApplicableHeaderTradeAgreement',
    entity.country === 'DE' ? text('ram:BuyerReference', customer.external_id) : undefined,
    group(
      'ram:SellerTradeParty',
      text('ram:ID', entity.code),
      text('ram:Name', entity.legal_name || entity.name),
      group('ram:SpecifiedLegalOrganization', text('ram:ID', entity.legal_number)),
      address(entity),
      endpoint(firstEmail(entity.email)),
      group('ram:SpecifiedTaxRegistration', text('ram:ID', entity.tax_identification_number, { schemeID: 'VA' })),
    ),
    group(
      'ram:BuyerTradeParty',
      text('ram:Name', customer.legal_name || customer.name || customerDisplayName(customer)),
      address(customer),
      endpoint(firstEmail(customer.email)),
    ),
    group('ram:BuyerOrderReferencedDocument', text('ram:IssuerAssignedID', purchaseOrderNumber)),
  )
}

function endpoint(email: string | undefined): Element | undefined {
  return group('ram:URIUniversalCommunication', text('ram:URIID', email, { schemeID: 'EM' }))
}

function address(at: EInvoice['entity'] | EInvoice['customer']): Element | undefined {
  return group(
    'ram:PostalTradeAddress',
    text('ram:PostcodeCode', at.zipcode),
    text('ram:LineOne', at.address_line1),
    text('ram:LineTwo', at.address_line2),
    text('ram:CityName', at.city),
    text('ram:CountryID', at.country),
  )
}

function settlement(document: EInvoice): Element | undefined {
  const { currency, totals, kind, dueOn, corrected } = document
  const money = (name: string, cents: bigint) => text(name, plainCents(cents, currency))
  return group(
    'ram:ApplicableHeaderTradeSettlement',
    text('ram:InvoiceCurrencyCode', currency),
    document.payments.map(({ code }) => group('ram:SpecifiedTradeSettlementPaymentMeans', text('ram:TypeCode', code))),
    document.parts.map(part => tradeTax(part, currency)),
    document.parts.filter(part => part.reductionCents !== 0n).map(part => reduction(document, part)),
    group(
      'ram:SpecifiedTradePaymentTerms',
      text('ram:Description', document.terms),
      dueOn === null ? undefined : group('ram:DueDateDateTime', day('udt:DateTimeString', dueOn)),
    ),
    group(
      'ram:SpecifiedTradeSettlementHeaderMonetarySummation',
      money('ram:LineTotalAmount', totals.lines),
      money('ram:ChargeTotalAmount', kind === 'credit_note' ? -totals.reductions : 0n),
      money('ram:AllowanceTotalAmount', kind === 'invoice' ? totals.reductions : 0n),
      money('ram:TaxBasisTotalAmount', totals.exclusive),
      text('ram:TaxTotalAmount', plainCents(totals.taxes, currency), { currencyID: currency }),
      money('ram:GrandTotalAmount', totals.inclusive),
      money('ram:TotalPrepaidAmount', totals.prepaid),
      money('ram:DuePayableAmount', totals.payable),
    ),
    group(
      'ram:InvoiceReferencedDocument',
      text('ram:IssuerAssignedID', corrected?.number),
      corrected === null
        ? undefined
        : group('ram:FormattedIssueDateTime', day('qdt:DateTimeString', corrected.issuedOn)),
    ),
  )
}

function tradeTax(part: RatePart, currency: string): Element | undefined {
  const isOutOfScope = part.category === 'O'
  return group(
    'ram:ApplicableTradeTax',
    text('ram:CalculatedAmount', plainCents(part.taxCents, currency)),
    text('ram:TypeCode', 'VAT'),
    isOutOfScope ? text('ram:ExemptionReason', 'Not subject to VAT') : undefined,
    text('ram:BasisAmount', plainCents(part.taxableCents, currency)),
    text('ram:CategoryCode', part.category),
    isOutOfScope ? text('ram:ExemptionReasonCode', 'VATEX-EU-O') : undefined,
    rate(part),
  )
}

function reduction({ kind, currency }: EInvoice, part: RatePart): Element | undefined {
  const isCharge = kind === 'credit_note'
  const cents = isCharge ? -part.reductionCents : part.reductionCents
  return group(
    'ram:SpecifiedTradeAllowanceCharge',
    group('ram:ChargeIndicator', text('udt:Indicator', String(isCharge))),
    text('ram:ActualAmount', plainCents(cents, currency)),
    text('ram:Reason', reductionReason(part)),
    group('ram:CategoryTradeTax', text('ram:TypeCode', 'VAT'), text('ram:CategoryCode', part.category), rate(part)),
  )
}
