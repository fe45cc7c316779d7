import type { AppliedCoupon, CreditNote } from '../../api/types.ts'
import { useOrgHref } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { formatRate } from '../../format/numbers.ts'
import { t, tWord } from '../../messages/index.ts'
import { Load } from '../../ui/load.tsx'
import { Section } from '../../ui/page.tsx'
import { Status } from '../../ui/status.tsx'
import { Table } from '../../ui/table.tsx'
import { noteColumns } from '../credit-notes/note-table.tsx'
import type { CustomerProps } from './reads.ts'

/** What reduces invoices: coupons that were applied and credit notes that were issued. */
export function Credits({ customer }: CustomerProps) {
  const query = { external_customer_id: customer.external_id, per_page: 50 }
  const coupons = useGet<{ applied_coupons: AppliedCoupon[] }>('/applied_coupons', query)
  const notes = useGet<{ credit_notes: CreditNote[] }>('/credit_notes', query)
  return (
    <>
      <Section title={t('customer.coupons.title')}>
        <Load query={coupons}>
          {data =>
            data.applied_coupons.length === 0 ? (
              <p className="text-soft">{t('customer.coupons.empty')}</p>
            ) : (
              <Coupons rows={data.applied_coupons} />
            )
          }
        </Load>
      </Section>
      <Section title={t('customer.credit_notes.title')}>
        <Load query={notes}>
          {data =>
            data.credit_notes.length === 0 ? (
              <p className="text-soft">{t('customer.credit_notes.empty')}</p>
            ) : (
              <Notes rows={data.credit_notes} />
            )
          }
        </Load>
      </Section>
    </>
  )
}

function Coupons({ rows }: { readonly rows: readonly AppliedCoupon[] }) {
  return (
    <Table
      label={t('customer.coupons.title')}
      rows={rows}
      rowKey={coupon => coupon.lago_id}
      columns={[
        {
          key: 'coupon',
          head: t('customer.coupons.coupon'),
          cell: coupon => (
            <>
              <span className="font-medium">{coupon.coupon_name}</span>
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
      ]}
    />
  )
}

function discountOf({ percentage_rate: rate, amount_cents: cents, amount_currency: currency }: AppliedCoupon): string {
  if (rate !== null) return formatRate(rate)
  return cents === null || currency === null ? '–' : formatMoney(cents, currency)
}

function remainingOf(coupon: AppliedCoupon): string {
  const { amount_cents_remaining: cents, amount_currency: currency, frequency_duration_remaining: periods } = coupon
  if (periods !== null) return t('customer.coupons.periods', { count: periods })
  return cents === null || currency === null ? '–' : formatMoney(cents, currency)
}

function Notes({ rows }: { readonly rows: readonly CreditNote[] }) {
  const href = useOrgHref()
  return (
    <Table
      label={t('customer.credit_notes.title')}
      rows={rows}
      rowKey={note => note.lago_id}
      href={note => href(paths.creditNote(note.lago_id))}
      columns={noteColumns('customer')}
    />
  )
}
