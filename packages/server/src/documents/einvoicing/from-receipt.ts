import { decimal } from '@weir/engine'
import type { ReceiptForPrint } from '../load-receipt.ts'
import { customerDisplayName } from '../printing/parties.ts'
import { type EInvoice, firstEmail, plainCents } from './einvoice.ts'
import { type Element, group, text, writeXml } from './xml.ts'

const SCHEMAS = 'urn:oasis:names:specification:ubl:schema:xsd'
/** Of the list of responses: paid. */
const PAID = 'PD'

/** A receipt in the syntax of invoices: one line, which is paid. */
export function einvoiceOfReceipt({ receipt, payment, invoices }: ReceiptForPrint): EInvoice {
  const [{ print }] = invoices
  const cents = payment.amount_cents
  const paidOn = payment.created_at.toZonedDateTimeISO(print.invoice.timezone).toPlainDate()
  const numbers = invoices.map(({ print: { invoice } }) => invoice.number).join(', ')
  const part = { category: 'Z', rate: 0, taxableCents: cents, taxCents: 0n, reductionCents: 0n } as const
  return {
    kind: 'invoice',
    typeCode: '202',
    number: receipt.number,
    issuedOn: paidOn,
    dueOn: null,
    currency: payment.amount_currency,
    notes: [`Payment ID: ${payment.id}`],
    purchaseOrderNumber: null,
    corrected: { number: numbers, issuedOn: print.invoice.issuing_date },
    entity: print.entity,
    customer: print.customer,
    deliveredOn: paidOn,
    payments: [{ code: payment.payment_method_id === null ? '1' : '48', cents }],
    terms: 'Paid',
    parts: [part],
    totals: {
      lines: cents,
      reductions: 0n,
      exclusive: cents,
      taxes: 0n,
      inclusive: cents,
      prepaid: cents,
      payable: 0n,
    },
    lines: [
      {
        name: 'Payment Received',
        description: `Payment of ${numbers}`,
        quantity: decimal(1),
        price: plainCents(cents, payment.amount_currency),
        amountCents: cents,
        category: 'Z',
        rate: 0,
      },
    ],
  }
}

/** A receipt as a UBL 2.1 ApplicationResponse: the issuer tells the customer that invoices are paid. */
export function ublReceipt({ receipt, payment, invoices }: ReceiptForPrint): string {
  const [{ print }] = invoices
  const { entity, customer, invoice } = print
  const paidAt = payment.created_at.toZonedDateTimeISO(invoice.timezone)
  const content = [
    text('cbc:ID', receipt.number),
    text('cbc:IssueDate', paidAt.toPlainDate().toString()),
    group(
      'cac:SenderParty',
      text('cbc:EndpointID', firstEmail(entity.email), { schemeID: 'EM' }),
      group('cac:PartyName', text('cbc:Name', entity.legal_name || entity.name)),
    ),
    group(
      'cac:ReceiverParty',
      text('cbc:EndpointID', firstEmail(customer.email), { schemeID: 'EM' }),
      group('cac:PartyName', text('cbc:Name', customerDisplayName(customer))),
    ),
    ...invoices.map(paid => documentResponse(paid.print.invoice.number)),
  ]
  return writeXml({
    name: 'ApplicationResponse',
    attributes: {
      xmlns: `${SCHEMAS}:ApplicationResponse-2`,
      'xmlns:cac': `${SCHEMAS}:CommonAggregateComponents-2`,
      'xmlns:cbc': `${SCHEMAS}:CommonBasicComponents-2`,
    },
    content: content.filter(child => child !== undefined),
  })
}

function documentResponse(number: string): Element | undefined {
  return group(
    'cac:DocumentResponse',
    group('cac:Response', text('cbc:ResponseCode', PAID)),
    group('cac:DocumentReference', text('cbc:ID', number)),
  )
}
