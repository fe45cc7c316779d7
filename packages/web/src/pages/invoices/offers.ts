import type { Invoice, Issuer } from '../../api/invoices.ts'
import type { Mode } from '../../api/types.ts'

/** What can be done to an invoice. */
export type Offer =
  | 'finalize'
  | 'refresh'
  | 'delete'
  | 'retry_taxes'
  | 'record_payment'
  | 'collect'
  | 'payment_link'
  | 'payment_status'
  | 'credit_note'
  | 'email'
  | 'metadata'
  | 'dispute'
  | 'void'
  | 'regenerate'
  | 'download_pdf'
  | 'download_xml'

interface Asker {
  readonly may: (resource: string, mode: Mode) => boolean
  readonly isAdmin: boolean
  /** What the settings of the invoice's billing entity allow; undefined while it is not known. */
  readonly issuer: Issuer | undefined
}

const WITHOUT_DOCUMENT = ['draft', 'failed', 'pending']

/** The actions that an invoice's state and the user's rights allow; the others are not shown. */
export function offersOf(invoice: Invoice, { may, isAdmin, issuer }: Asker): ReadonlySet<Offer> {
  const { status, invoice_type: type } = invoice
  const isIssued = status === 'finalized'
  const isUnpaid = invoice.payment_status !== 'succeeded'
  const left = invoice.creditable_amount_cents + invoice.refundable_amount_cents + invoice.offsettable_amount_cents
  const writes = may('invoice', 'write')
  const hasProvider = invoice.customer?.billing_configuration.payment_provider != null
  const conditions: Readonly<Record<Offer, boolean>> = {
    finalize: writes && status === 'draft',
    refresh: writes && status === 'draft' && type === 'subscription',
    delete: writes && isAdmin && status === 'draft',
    retry_taxes: writes && status === 'failed',
    record_payment:
      may('payment', 'write') &&
      isIssued &&
      invoice.total_due_amount_cents > 0 &&
      invoice.total_paid_amount_cents < invoice.total_amount_cents,
    collect: writes && isIssued && isUnpaid,
    payment_link: writes && isIssued && isUnpaid && hasProvider,
    payment_status: writes && isIssued,
    credit_note: may('credit_note', 'write') && isIssued && left > 0,
    email: writes && isIssued && issuer?.email_settings.includes('invoice.finalized') === true,
    metadata: writes && status !== 'draft' && status !== 'voided',
    dispute: writes && isIssued && invoice.payment_dispute_lost_at === null,
    void: writes && isIssued,
    regenerate: writes && status === 'voided' && invoice.lago_regenerated_invoice_id == null,
    download_pdf: invoice.file_url !== null || (writes && isIssued),
    download_xml: !WITHOUT_DOCUMENT.includes(status) && invoice.xml_url !== null,
  }
  return new Set((Object.keys(conditions) as Offer[]).filter(offer => conditions[offer]))
}
