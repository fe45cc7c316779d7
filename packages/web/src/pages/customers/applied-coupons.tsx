import { TicketPercent } from 'lucide-react'
import { useState } from 'react'
import type { AppliedCoupon, Customer } from '../../api/types.ts'
import { OrgLink } from '../../app/org-link.tsx'
import { useApi, useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { formatRate } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Load } from '../../ui/load.tsx'
import { Section } from '../../ui/page.tsx'
import { Status } from '../../ui/status.tsx'
import { type Column, Table } from '../../ui/table.tsx'
import { ApplyCoupon } from './apply-coupon.tsx'
import { customerName } from './name.ts'
import type { CustomerProps } from './reads.ts'

/** The coupons that the customer has or had, with the way to give and to take them. */
export function AppliedCoupons({ customer }: CustomerProps) {
  const mayWrite = useMay()('applied_coupon', 'write')
  const [applying, setApplying] = useState(false)
  const [removing, setRemoving] = useState<AppliedCoupon>()
  const coupons = useGet<{ applied_coupons: AppliedCoupon[] }>('/applied_coupons', {
    external_customer_id: customer.external_id,
    per_page: 50,
  })
  return (
    <Section
      title={t('customer.coupons.title')}
      actions={
        mayWrite && (
          <Button icon={TicketPercent} onClick={() => setApplying(true)}>
            {t('apply_coupon.action')}
          </Button>
        )
      }
    >
      <Load query={coupons}>
        {data =>
          data.applied_coupons.length === 0 ? (
            <p className="text-soft">{t('customer.coupons.empty')}</p>
          ) : (
            <Table
              label={t('customer.coupons.title')}
              rows={data.applied_coupons}
              rowKey={coupon => coupon.lago_id}
              columns={columns(mayWrite ? setRemoving : undefined)}
            />
          )
        }
      </Load>
      {applying && <ApplyCoupon customer={customer} onClose={() => setApplying(false)} />}
      {removing !== undefined && (
        <RemoveCoupon customer={customer} coupon={removing} onClose={() => setRemoving(undefined)} />
      )}
    </Section>
  )
}

function columns(onRemove: ((coupon: AppliedCoupon) => void) | undefined): Column<AppliedCoupon>[] {
  const shown: Column<AppliedCoupon>[] = [
    {
      key: 'coupon',
      head: t('customer.coupons.coupon'),
      cell: coupon => (
        <>
          <OrgLink to={paths.coupon(coupon.coupon_code)} className="font-medium hover:text-accent">
            {coupon.coupon_name}
          </OrgLink>
          <span className="block font-mono text-xs text-faint">{coupon.coupon_code}</span>
        </>
      ),
    },
    {
      key: 'status',
      head: t('common.status'),
      cell: coupon => <Status kind="applied_coupon_status" value={coupon.status} />,
    },
    {
      key: 'discount',
      head: t('customer.coupons.discount'),
      numeric: true,
      cell: coupon => `${discountOf(coupon)} · ${tWord('frequency', coupon.frequency).toLowerCase()}`,
    },
    { key: 'remaining', head: t('customer.coupons.remaining'), numeric: true, wide: true, cell: remainingOf },
  ]
  if (onRemove === undefined) return shown
  return [
    ...shown,
    {
      key: 'actions',
      head: <span className="sr-only">{t('common.more_actions')}</span>,
      action: true,
      cell: coupon =>
        coupon.status === 'active' && (
          <Button kind="quiet" onClick={() => onRemove(coupon)}>
            {t('apply_coupon.remove')}
          </Button>
        ),
    },
  ]
}

function RemoveCoupon({
  customer,
  coupon,
  onClose,
}: {
  readonly customer: Customer
  readonly coupon: AppliedCoupon
  readonly onClose: () => void
}) {
  const api = useApi()
  const remove = useAction(
    () => api.delete(`${paths.customer(customer.external_id)}/applied_coupons/${coupon.lago_id}`),
    {
      done: t('apply_coupon.removed', { name: coupon.coupon_name }),
      toastFailure: false,
      invalidates: ['applied_coupons', 'customers', 'invoices', 'uses'],
    },
  )
  return (
    <ConfirmDialog
      open
      onOpenChange={open => !open && onClose()}
      title={t('apply_coupon.remove.title', { name: coupon.coupon_name, customer: customerName(customer) })}
      affects={t('apply_coupon.remove.affects')}
      confirm={t('apply_coupon.remove')}
      onConfirm={() => remove.mutateAsync(undefined)}
    />
  )
}

/** What an applied coupon takes off. */
export function discountOf({
  percentage_rate: rate,
  amount_cents: cents,
  amount_currency: currency,
}: AppliedCoupon): string {
  if (rate !== null) return formatRate(rate)
  return cents === null || currency === null ? '–' : formatMoney(cents, currency)
}

function remainingOf(coupon: AppliedCoupon): string {
  const { amount_cents_remaining: cents, amount_currency: currency, frequency_duration_remaining: periods } = coupon
  if (periods !== null) return t('customer.coupons.periods', { count: periods })
  return cents === null || currency === null ? '–' : formatMoney(cents, currency)
}
