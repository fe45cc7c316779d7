import type { Query } from '../../api/client.ts'
import type { InvoiceTotal } from '../../api/invoices.ts'
import type { Invoice, Meta, Subscription } from '../../api/types.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { formatCount } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'
import { Load } from '../../ui/load.tsx'
import { Figure, Section } from '../../ui/page.tsx'
import { Skeleton } from '../../ui/skeleton.tsx'
import { InvoiceTable } from '../invoices/invoice-table.tsx'

const RECENT = 8
const TO_CHASE = 5

const OUTSTANDING = { status: ['finalized'], payment_status: ['pending', 'failed'] }
const OVERDUE = { payment_overdue: true }

type Invoices = { readonly invoices: readonly Invoice[]; readonly meta: Meta }

/** How many customers there are, what runs, what is owed, and what was billed last. */
export function Standing({ customers }: { readonly customers: number | undefined }) {
  const may = useMay()
  const running = useGet<{ subscriptions: Subscription[]; meta: Meta }>(
    '/subscriptions',
    { status: ['active'], per_page: 1 },
    { enabled: may('subscription', 'read') },
  )
  const outstanding = useGet<Invoices>('/invoices', { ...OUTSTANDING, per_page: 1 })
  const drafts = useGet<Invoices>('/invoices', { status: ['draft'], per_page: 1 })
  const overdue = useGet<Invoices>('/invoices', { ...OVERDUE, per_page: TO_CHASE })
  const recent = useGet<Invoices>('/invoices', { per_page: RECENT, with_total_count: false })
  const late = overdue.data?.invoices ?? []
  return (
    <>
      <div className="grid grid-cols-2 gap-x-8 gap-y-5 pb-8 sm:grid-cols-3 lg:grid-cols-5">
        <Figure label={t('home.customers')}>
          {customers === undefined ? (
            <Skeleton className="h-7 w-16" />
          ) : (
            <OrgLink to={paths.customers} className="hover:text-accent">
              {formatCount(customers)}
            </OrgLink>
          )}
        </Figure>
        {may('subscription', 'read') && (
          <Figure label={t('home.running')}>
            {running.data === undefined ? (
              <Skeleton className="h-7 w-16" />
            ) : (
              <OrgLink to={paths.subscriptions} search={{ status: 'active' }} className="hover:text-accent">
                {formatCount(running.data.meta.total_count)}
              </OrgLink>
            )}
          </Figure>
        )}
        <CountFigure
          label={t('home.outstanding')}
          view="outstanding"
          count={outstanding.data?.meta.total_count}
          owed={OUTSTANDING}
        />
        <CountFigure label={t('home.overdue')} view="overdue" count={overdue.data?.meta.total_count} owed={OVERDUE} />
        <CountFigure label={t('home.drafts')} view="draft" count={drafts.data?.meta.total_count} />
      </div>
      {late.length > 0 && (
        <Section title={t('home.to_chase')} actions={<AllInvoices view="overdue" />}>
          <InvoiceTable overdue rows={late} />
        </Section>
      )}
      <Section title={t('home.recent')} actions={<AllInvoices />}>
        <Load query={recent} lines={8}>
          {data =>
            data.invoices.length === 0 ? (
              <p className="text-soft">{t('invoices.empty.text')}</p>
            ) : (
              <InvoiceTable rows={data.invoices} />
            )
          }
        </Load>
      </Section>
    </>
  )
}

function AllInvoices({ view }: { readonly view?: string }) {
  return (
    <OrgLink to={paths.invoices} search={view === undefined ? {} : { view }} className="text-accent hover:underline">
      {t('common.view_all')}
    </OrgLink>
  )
}

function CountFigure({
  label,
  view,
  count,
  owed,
}: {
  readonly label: string
  readonly view: string
  readonly count: number | undefined
  /** Which invoices they are, where it is said what is due on them. */
  readonly owed?: Query
}) {
  return (
    <Figure label={label} {...(owed !== undefined && count !== 0 && { note: <Owed of={owed} /> })}>
      {count === undefined ? (
        <Skeleton className="h-7 w-24" />
      ) : (
        <OrgLink to={paths.invoices} search={{ view }} className="hover:text-accent">
          {t('home.invoices_count', { count })}
        </OrgLink>
      )}
    </Figure>
  )
}

/** What is due, a line a currency: amounts of several do not add up. */
function Owed({ of }: { readonly of: Query }) {
  const { data } = useGet<{ invoice_totals: InvoiceTotal[] }>('/invoice_totals', of)
  return (data?.invoice_totals ?? []).map(({ currency, total_due_amount_cents: due }) => (
    <span key={currency} className="block tabular">
      {formatMoney(due, currency)}
    </span>
  ))
}
