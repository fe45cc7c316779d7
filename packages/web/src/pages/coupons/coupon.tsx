import { useParams } from '@tanstack/react-router'
import { Ban, Pencil, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Coupon } from '../../api/catalog.ts'
import type { AppliedCoupon } from '../../api/types.ts'
import { RowLink, useOrgHref, useOrgNavigate } from '../../app/org-link.tsx'
import { useMay, useOrganization } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { formatDay } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { CopyButton } from '../../ui/copy.tsx'
import { Failure } from '../../ui/empty.tsx'
import { Load } from '../../ui/load.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { Facts, PageHeader, Section } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { Status } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { WithActivity } from '../activity/activity-log.tsx'
import { discountOf } from '../customers/applied-coupons.tsx'
import { couponStatus, discountInWords, frequencyInWords } from './coupon-words.ts'
import { DeleteCoupon, TerminateCoupon } from './end-coupon.tsx'

export default function CouponPage() {
  const { code = '' } = useParams({ strict: false }) as { code?: string }
  const found = useGet<{ coupon: Coupon }>(`/coupons/${encodeURIComponent(code)}`)
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined) return <SkeletonLines lines={8} />
  return <Detail coupon={found.data.coupon} />
}

function Detail({ coupon }: { readonly coupon: Coupon }) {
  const go = useOrgNavigate()
  const mayWrite = useMay()('coupon', 'write')
  const { timezone } = useOrganization()
  const [ending, setEnding] = useState<'terminate' | 'delete'>()
  const status = couponStatus(coupon)
  const close = () => setEnding(undefined)
  return (
    <>
      <PageHeader
        crumb={{ label: t('coupons.title'), to: paths.coupons }}
        title={coupon.name}
        facts={
          <>
            <Status kind="coupon_status" value={status} />
            <span className="flex items-center gap-0.5">
              <InlineCode>{coupon.code}</InlineCode>
              <CopyButton text={coupon.code} />
            </span>
          </>
        }
        actions={
          mayWrite && (
            <>
              <Button icon={Pencil} onClick={() => go(paths.editCoupon(coupon.code))}>
                {t('coupon.edit')}
              </Button>
              <Menu>
                {status === 'active' && (
                  <MenuItem icon={Ban} onSelect={() => setEnding('terminate')}>
                    {t('coupon.terminate')}
                  </MenuItem>
                )}
                <MenuItem icon={Trash2} danger onSelect={() => setEnding('delete')}>
                  {t('common.delete')}
                </MenuItem>
              </Menu>
            </>
          )
        }
      />
      <WithActivity
        label={coupon.name}
        of={{ resource_types: ['Coupon'], resource_ids: [coupon.lago_id] }}
        zone={timezone}
        subjectId={coupon.lago_id}
      >
        <Section title={t('coupon.section.discount')}>
          <Facts
            items={[
              [t('coupons.discount'), `${discountInWords(coupon)}, ${frequencyInWords(coupon)}`],
              [t('coupon.applies_to'), scopeOf(coupon)],
              [t('form.description'), coupon.description],
            ]}
          />
        </Section>
        <Section title={t('coupon.section.limits')}>
          <Facts
            items={[
              [t('customers.title'), coupon.reusable ? t('coupon.more_than_once') : t('coupon.once_each')],
              [
                t('coupons.expires'),
                coupon.expiration_at === null ? t('coupons.never') : formatDay(coupon.expiration_at, timezone),
              ],
              [t('common.created'), formatDay(coupon.created_at, timezone)],
            ]}
          />
        </Section>
        <Holders coupon={coupon} />
      </WithActivity>
      {ending === 'terminate' && <TerminateCoupon coupon={coupon} onClose={close} />}
      {ending === 'delete' && <DeleteCoupon coupon={coupon} onClose={close} onDeleted={() => go(paths.coupons)} />}
    </>
  )
}

function scopeOf(coupon: Coupon): string {
  const { limited_plans: ofPlans, limited_billable_metrics: ofMetrics } = coupon
  if (!ofPlans && !ofMetrics) return t('coupon.everything')
  const codes = ofPlans ? coupon.plan_codes : coupon.billable_metric_codes
  if (codes.length === 0) return t('coupon.limited_to_deleted')
  return `${ofPlans ? t('coupon.plans') : t('coupon.metrics')}: ${codes.join(', ')}`
}

type Held = AppliedCoupon & { readonly external_customer_id: string }

function Holders({ coupon }: { readonly coupon: Coupon }) {
  const href = useOrgHref()
  const { timezone } = useOrganization()
  const held = useGet<{ applied_coupons: Held[] }>('/applied_coupons', { coupon_code: [coupon.code], per_page: 50 })
  const search = { tab: 'credits' }
  return (
    <Section title={t('coupon.section.customers')}>
      <Load query={held}>
        {({ applied_coupons: rows }) =>
          rows.length === 0 ? (
            <p className="text-soft">{t('coupon.customers_none')}</p>
          ) : (
            <Table
              label={t('coupon.section.customers')}
              rows={rows}
              rowKey={row => row.lago_id}
              href={row => href(paths.customer(row.external_customer_id), search)}
              columns={[
                {
                  key: 'customer',
                  head: t('customers.title'),
                  cell: row => (
                    <RowLink to={paths.customer(row.external_customer_id)} search={search}>
                      {row.external_customer_id}
                    </RowLink>
                  ),
                },
                {
                  key: 'status',
                  head: t('common.status'),
                  cell: row => <Status kind="applied_coupon_status" value={row.status} />,
                },
                { key: 'discount', head: t('coupons.discount'), numeric: true, cell: discountOf },
                {
                  key: 'date',
                  head: t('common.date'),
                  numeric: true,
                  wide: true,
                  cell: row => formatDay(row.created_at, timezone),
                },
              ]}
            />
          )
        }
      </Load>
    </Section>
  )
}
