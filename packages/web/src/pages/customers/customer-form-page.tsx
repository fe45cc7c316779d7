import { useParams } from '@tanstack/react-router'
import { ApiFailure } from '../../api/client.ts'
import type { FullCustomer } from '../../api/customers.ts'
import type { Meta } from '../../api/types.ts'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { Failure } from '../../ui/empty.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { CustomerForm } from './customer-form.tsx'

/** Creates a customer, or edits the one of the path. */
export default function CustomerFormPage() {
  const { customerId } = useParams({ strict: false }) as { customerId?: string }
  const may = useMay()
  if (!may('customer', 'write')) return <Failure page error={new ApiFailure(403, undefined)} />
  if (customerId === undefined) return <CustomerForm customer={undefined} used={{ currency: false, account: false }} />
  return <Edit id={customerId} />
}

const ONE = { per_page: 1 }

function Edit({ id }: { readonly id: string }) {
  const found = useGet<{ customer: FullCustomer }>(paths.customer(id))
  const of = { external_customer_id: id, ...ONE }
  const reads = [
    useGet<{ meta: Meta }>('/subscriptions', { ...of, status: ['active', 'pending', 'terminated', 'canceled'] }),
    useGet<{ meta: Meta }>('/invoices', of),
    useGet<{ meta: Meta }>('/wallets', of),
    useGet<{ meta: Meta }>('/applied_coupons', of),
  ]
  if (found.isError) return <Failure page error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined || reads.some(read => read.isPending)) return <SkeletonLines lines={8} />
  const has = reads.map(read => (read.data?.meta.total_count ?? 0) > 0)
  const { customer } = found.data
  return (
    <CustomerForm
      customer={customer}
      used={{ currency: customer.currency !== null && has.includes(true), account: has.slice(0, 2).includes(true) }}
    />
  )
}
