import { useParams } from '@tanstack/react-router'
import type { Customer } from '../../api/types.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { formatDay } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { InlineCode } from '../../ui/code.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Failure } from '../../ui/empty.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { ActivityLog, useActivityTab } from '../activity/activity-log.tsx'
import { Credits } from './credits.tsx'
import { CustomerInvoices } from './customer-invoices.tsx'
import { HeaderActions } from './header-actions.tsx'
import { Information } from './information.tsx'
import { customerName } from './name.ts'
import { Overview } from './overview.tsx'
import type { CustomerProps } from './reads.ts'
import { Settings } from './settings.tsx'
import { UsageTab } from './usage.tsx'
import { Wallets } from './wallets.tsx'

/** Everything that happened to the customer and to what is theirs. */
function Activity({ customer }: CustomerProps) {
  return (
    <ActivityLog
      of={{ external_customer_id: customer.external_id }}
      zone={customer.applicable_timezone}
      subjectId={customer.lago_id}
    />
  )
}

const TABS = {
  overview: Overview,
  usage: UsageTab,
  invoices: CustomerInvoices,
  wallets: Wallets,
  credits: Credits,
  information: Information,
  settings: Settings,
  activity: Activity,
} as const

/** Everything about one customer. */
export default function CustomerPage() {
  const { customerId = '' } = useParams({ strict: false }) as { customerId?: string }
  const history = useActivityTab()
  const found = useGet<{ customer: Customer }>(paths.customer(customerId))
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={8} />
  const { customer } = found.data
  return (
    <>
      <PageHeader
        crumb={{ label: t('customers.title'), to: paths.customers }}
        title={customerName(customer)}
        facts={
          <>
            <span className="flex items-center gap-0.5">
              <InlineCode>{customer.external_id}</InlineCode>
              <CopyButton text={customer.external_id} label={t('common.copy_id')} />
            </span>
            {customer.email !== null && <span>{customer.email}</span>}
            <span>{t('customer.since', { date: formatDay(customer.created_at, customer.applicable_timezone) })}</span>
          </>
        }
        actions={<HeaderActions customer={customer} />}
      />
      <Tabs
        label={customerName(customer)}
        tabs={[
          ...(['overview', 'usage', 'invoices', 'wallets', 'credits', 'information', 'settings'] as const).map(key => ({
            key,
            label: t(`customer.tab.${key}`),
          })),
          ...history,
        ]}
      >
        {chosen => {
          const Tab = TABS[chosen as keyof typeof TABS] ?? Overview
          return <Tab customer={customer} />
        }}
      </Tabs>
    </>
  )
}
