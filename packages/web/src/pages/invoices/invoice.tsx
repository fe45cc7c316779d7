import { useParams } from '@tanstack/react-router'
import type { Api } from '../../api/client.ts'
import type { Invoice } from '../../api/invoices.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { formatDate } from '../../format/dates.ts'
import { t, tWord } from '../../messages/index.ts'
import { cx } from '../../ui/classes.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { Failure } from '../../ui/empty.tsx'
import { Money } from '../../ui/money.tsx'
import { Facts, PageHeader, Section } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { ActivityLog, useActivityTab } from '../activity/activity-log.tsx'
import { InvoiceCreditNotes } from '../credit-notes/of-invoice.tsx'
import { customerName } from '../customers/name.ts'
import { InvoicePayments } from '../payments/of-invoice.tsx'
import { DraftLines } from './draft-lines.tsx'
import { FeeTable } from './fee-table.tsx'
import { InvoiceActions } from './invoice-actions.tsx'
import { InvoiceStatus } from './invoice-table.tsx'
import { Notices } from './notices.tsx'
import type { Offer } from './offers.ts'
import { Pdf } from './pdf.tsx'
import { InvoiceTotals } from './totals.tsx'
import { useOffers } from './use-offers.ts'

const PRINTING_MS = 1500

/** One invoice: who, what, how each line came about, what can be done, and the document beside it. */
export default function InvoicePage() {
  const { invoiceId = '' } = useParams({ strict: false }) as { invoiceId?: string }
  const [state] = useUrlState()
  const found = useGet<{ invoice: Invoice }>(
    paths.invoice(invoiceId),
    {},
    { refetchInterval: ({ state: { data } }) => (state.pdf === '1' && isBeingPrinted(data) ? PRINTING_MS : false) },
  )
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={10} />
  return <Content invoice={found.data.invoice} />
}

function isBeingPrinted(data: unknown): boolean {
  const { invoice } = (data ?? {}) as { readonly invoice?: Invoice }
  return invoice?.file_url === null && invoice.status === 'finalized'
}

function Content({ invoice }: { readonly invoice: Invoice }) {
  const [state, setState] = useUrlState()
  const offers = useOffers(invoice)
  const showsPdf = offers.has('download_pdf') && state.pdf === '1'
  const print = useAction((api: Api, id: string) => api.post(`/invoices/${id}/download`), { invalidates: ['invoices'] })
  const togglePdf = () => {
    if (!showsPdf && invoice.file_url === null) print.mutate(invoice.lago_id)
    setState({ pdf: showsPdf ? undefined : '1' }, { replace: true })
  }
  const isIssued = invoice.status === 'finalized' || invoice.status === 'voided'
  const tabs = [
    ...(['overview', ...(isIssued ? (['payments', 'credit_notes'] as const) : [])] as const).map(key => ({
      key,
      label: t(`invoice.tab.${key}`),
    })),
    ...useActivityTab(),
  ]
  return (
    <>
      <PageHeader
        crumb={{ label: t('invoices.title'), to: paths.invoices }}
        title={invoice.number || t('invoice.no_number')}
        facts={
          <>
            <InvoiceStatus invoice={invoice} />
            <Money cents={invoice.total_amount_cents} currency={invoice.currency} className="font-medium text-ink" />
            <span>{tWord('invoice_type', invoice.invoice_type)}</span>
            <span>
              {t(invoice.status === 'draft' ? 'invoice.to_issue_on' : 'invoice.issued_on', {
                date: formatDate(invoice.issuing_date),
              })}
            </span>
            <CopyButton text={invoice.lago_id} label={t('common.copy_id')} />
          </>
        }
        actions={<InvoiceActions invoice={invoice} offers={offers} showsPdf={showsPdf} onTogglePdf={togglePdf} />}
      />
      <Notices invoice={invoice} />
      <div className={cx(showsPdf && 'grid gap-8 xl:grid-cols-2')}>
        <div className="min-w-0">
          {tabs.length > 1 ? (
            <Tabs label={invoice.number || t('invoice.no_number')} tabs={tabs}>
              {chosen => <Tab name={chosen} invoice={invoice} offers={offers} />}
            </Tabs>
          ) : (
            <Overview invoice={invoice} />
          )}
        </div>
        {showsPdf && <Pdf title={t('invoice.pdf_title', { number: invoice.number })} fileUrl={invoice.file_url} />}
      </div>
    </>
  )
}

interface TabProps {
  readonly name: string
  readonly invoice: Invoice
  readonly offers: ReadonlySet<Offer>
}

function Tab({ name, invoice, offers }: TabProps) {
  switch (name) {
    case 'payments':
      return <InvoicePayments invoice={invoice} offers={offers} />
    case 'credit_notes':
      return <InvoiceCreditNotes invoice={invoice} offers={offers} />
    case 'activity':
      return (
        <ActivityLog
          of={{ resource_types: ['Invoice'], resource_ids: [invoice.lago_id] }}
          zone={invoice.customer?.applicable_timezone}
          subjectId={invoice.lago_id}
        />
      )
    default:
      return <Overview invoice={invoice} />
  }
}

function Overview({ invoice }: { readonly invoice: Invoice }) {
  const pairs = (list: readonly { readonly key: string; readonly value: string }[] = []) =>
    list.map(({ key, value }) => [key, value] as const)
  const metadata = [...pairs(invoice.metadata)]
  const ofCustomer = pairs(invoice.customer?.metadata)
  return (
    <>
      <Section>
        <Parties invoice={invoice} />
      </Section>
      <Section title={t('invoice.lines')}>
        {invoice.status === 'draft' && invoice.invoice_type === 'subscription' ? (
          <DraftLines invoice={invoice} />
        ) : (
          <FeeTable invoice={invoice} />
        )}
        <InvoiceTotals invoice={invoice} />
      </Section>
      {metadata.length + ofCustomer.length > 0 && (
        <Section title={t('invoice.metadata')}>
          <div className="grid gap-x-12 gap-y-4 lg:grid-cols-2">
            {metadata.length > 0 && <Facts items={metadata} />}
            {ofCustomer.length > 0 && (
              <div>
                <p className="pb-1 text-sm text-faint">{t('invoice.metadata_of_customer')}</p>
                <Facts items={ofCustomer} />
              </div>
            )}
          </div>
        </Section>
      )}
    </>
  )
}

/** Who owes what to whom, until when. */
export function Parties({ invoice }: { readonly invoice: Invoice }) {
  const { customer } = invoice
  const address = customer && [
    customer.address_line1,
    customer.address_line2,
    [customer.zipcode, customer.city].filter(Boolean).join(' '),
    customer.state,
    customer.country,
  ]
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
          [t('customer.info.address'), address?.filter(Boolean).join(', ')],
          [t('customer.info.tax_number'), customer?.tax_identification_number],
          [t('customer.info.email'), customer?.email],
        ]}
      />
      <Facts
        items={[
          [invoice.status === 'draft' ? t('invoice.to_issue') : t('invoices.issued'), formatDate(invoice.issuing_date)],
          [t('invoice.payment_due'), invoice.payment_due_date && formatDate(invoice.payment_due_date)],
          [t('common.status'), tWord('invoice_status', invoice.status)],
          [
            t('payment.status'),
            invoice.status === 'finalized' ? tWord('payment_status', invoice.payment_status) : undefined,
          ],
          [t('customer.info.entity'), invoice.billing_entity_code],
          [t('invoice.po_number'), invoice.purchase_order_number],
        ]}
      />
    </div>
  )
}
