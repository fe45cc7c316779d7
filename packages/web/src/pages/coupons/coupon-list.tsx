import { Plus } from 'lucide-react'
import type { Coupon } from '../../api/catalog.ts'
import { apiCall } from '../../app/api-call.ts'
import { RowLink, useOrgHref, useOrgNavigate } from '../../app/org-link.tsx'
import { useMay, useOrganization } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { formatDay } from '../../format/dates.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ListPage } from '../../ui/list.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { Status } from '../../ui/status.tsx'
import { UsesCell } from '../catalogue/uses-cell.tsx'
import { couponStatus, discountInWords, frequencyInWords } from './coupon-words.ts'

export default function CouponList() {
  const href = useOrgHref()
  const go = useOrgNavigate()
  const mayWrite = useMay()('coupon', 'write')
  const { timezone } = useOrganization()
  return (
    <>
      <PageHeader
        title={t('coupons.title')}
        actions={
          mayWrite && (
            <Button kind="primary" icon={Plus} onClick={() => go(paths.newCoupon)}>
              {t('coupons.create')}
            </Button>
          )
        }
      />
      <ListPage
        label={t('coupons.title')}
        path="/coupons"
        root="coupons"
        searchLabel={t('metrics.search')}
        columns={[
          {
            key: 'name',
            head: t('common.name'),
            cell: coupon => (
              <>
                <RowLink to={paths.coupon(coupon.code)}>{coupon.name}</RowLink>
                <span className="block text-sm text-faint">
                  <InlineCode>{coupon.code}</InlineCode>
                </span>
              </>
            ),
          },
          {
            key: 'status',
            head: t('common.status'),
            cell: coupon => <Status kind="coupon_status" value={couponStatus(coupon)} />,
          },
          {
            key: 'discount',
            head: t('coupons.discount'),
            numeric: true,
            cell: coupon => (
              <>
                {discountInWords(coupon)}
                <span className="block text-sm text-faint">{frequencyInWords(coupon)}</span>
              </>
            ),
          },
          {
            key: 'customers',
            head: t('customers.title'),
            numeric: true,
            wide: true,
            cell: coupon => <UsesCell collection="coupons" code={coupon.code} count="customers_count" />,
          },
          {
            key: 'expires',
            head: t('coupons.expires'),
            numeric: true,
            wide: true,
            cell: coupon =>
              coupon.expiration_at === null ? t('coupons.never') : formatDay(coupon.expiration_at, timezone),
          },
        ]}
        rowKey={coupon => coupon.lago_id}
        href={(coupon: Coupon) => href(paths.coupon(coupon.code))}
        empty={
          <Empty
            title={t('coupons.empty.title')}
            text={t('coupons.empty.text')}
            call={apiCall('POST', '/coupons', {
              coupon: {
                name: 'Launch partner',
                code: 'launch',
                coupon_type: 'percentage',
                percentage_rate: '10',
                frequency: 'recurring',
                frequency_duration: 3,
                expiration: 'no_expiration',
              },
            })}
          />
        }
      />
    </>
  )
}
