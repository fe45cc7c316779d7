import { useParams } from '@tanstack/react-router'
import { FileText } from 'lucide-react'
import type { Api } from '../../api/client.ts'
import type { Invoice } from '../../api/types.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatDate } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { cx } from '../../ui/classes.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { Failure } from '../../ui/empty.tsx'
import { Facts, PageHeader, Section } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { customerName } from '../customers/name.ts'
import { FeeTable } from './fee-table.tsx'
import { InvoiceStatus } from './invoice-table.tsx'
import { InvoiceTotals } from './totals.tsx'

const WITHOUT_PDF = new Set(['draft', 'failed', 'pending'])

/** One invoice: who, what, how each line came about, and the document beside it. */
export default function InvoicePage() {
  const { invoiceId = '' } = useParams({ strict: false }) as { invoiceId?: string }
  const found = useGet<{ invoice: Invoice }>(paths.invoice(invoiceId))
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={10} />
  return <Content invoice={found.data.invoice} />
}

function Content({ invoice }: { readonly invoice: Invoice }) {
  const [state, setState] = useUrlState()
  const may = useMay()
  const hasPdf = !WITHOUT_PDF.has(invoice.status)
  const showsPdf = hasPdf && state.pdf === '1'
  const make = useAction((api: Api, id: string) => api.post(`/invoices/${id}/download`), { invalidates: ['invoices'] })
  const togglePdf = () => {
    if (!showsPdf && invoice.file_url === null) make.mutate(invoice.lago_id)
    setState({ pdf: showsPdf ? undefined : '1' }, { replace: true })
  }
  const name = invoice.number || t('invoice.no_number')
  return (
    <>
      <PageHeader
        crumb={{ label: t('invoices.title'), to: paths.invoices }}
        title={name}
        facts={
          <>
            <InvoiceStatus invoice={invoice} />
            <span>{tWord('invoice_type', invoice.invoice_type)}</span>
            <span>{t('invoice.issued_on', { date: formatDate(invoice.issuing_date) })}</span>
            <CopyButton text={invoice.lago_id} label={t('common.copy_id')} />
          </>
        }
        actions={
          hasPdf &&
          may('invoice', 'write') && (
            <Button icon={FileText} aria-pressed={showsPdf} onClick={togglePdf} busy={make.isPending}>
              {showsPdf ? t('invoice.hide_pdf') : t('invoice.show_pdf')}
            </Button>
          )
        }
      />
      <Notice invoice={invoice} />
      <div className={cx(showsPdf && 'grid gap-8 xl:grid-cols-2')}>
        <div className="min-w-0">
          <Section>
            <Parties invoice={invoice} />
          </Section>
          <Section title={t('invoice.lines')}>
            <FeeTable invoice={invoice} />
            <InvoiceTotals invoice={invoice} />
          </Section>
          {(invoice.metadata ?? []).length > 0 && (
            <Section title={t('customer.info.metadata')}>
              <Facts items={(invoice.metadata ?? []).map(({ key, value }) => [key, value] as const)} />
            </Section>
          )}
        </div>
        {showsPdf && <Pdf invoice={invoice} />}
      </div>
    </>
  )
}

/** What one has to know before reading on. */
function Notice({ invoice }: { readonly invoice: Invoice }) {
  const text =
    invoice.status === 'draft'
      ? t('invoice.notice.draft')
      : invoice.status === 'voided'
        ? t('invoice.notice.voided')
        : invoice.status === 'failed'
          ? t('invoice.notice.failed')
          : undefined
  return text === undefined ? null : (
    <p className="mb-6 border-l-2 border-warn bg-warn-wash/60 px-3 py-2 text-warn">{text}</p>
  )
}

function Parties({ invoice }: { readonly invoice: Invoice }) {
  const { customer } = invoice
  return (
    <div className="grid gap-x-12 gap-y-4 lg:grid-cols-2">
      <Facts
        items={[
          [
            t('invoices.customer'),
            customer && (
              <OrgLink
                key="customer"
                to={paths.customer(customer.external_id)}
                className="font-medium text-accent hover:underline"
              >
                {customerName(customer)}
              </OrgLink>
            ),
          ],
          [t('customer.info.legal_name'), customer?.legal_name],
          [t('customer.info.tax_number'), customer?.tax_identification_number],
          [t('customer.info.email'), customer?.email],
        ]}
      />
      <Facts
        items={[
          [t('invoices.issued'), formatDate(invoice.issuing_date)],
          [t('invoice.payment_due'), invoice.payment_due_date && formatDate(invoice.payment_due_date)],
          [t('customer.info.entity'), invoice.billing_entity_code],
          [t('invoice.po_number'), invoice.purchase_order_number],
        ]}
      />
    </div>
  )
}

/** The document, from this server: the address in the answer may carry the public name of it. */
function Pdf({ invoice }: { readonly invoice: Invoice }) {
  if (invoice.file_url === null) return <SkeletonLines lines={8} />
  const { pathname, search } = new URL(invoice.file_url)
  const address = `${pathname}${search}`
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <iframe
        title={t('invoice.pdf_title', { number: invoice.number })}
        src={address}
        className="h-[80vh] w-full border border-rule bg-sunk"
      />
      <a href={address} target="_blank" rel="noreferrer" className="text-accent hover:underline">
        {t('invoice.open_pdf')}
      </a>
    </div>
  )
}
