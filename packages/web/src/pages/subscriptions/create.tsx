import { ApiFailure } from '../../api/client.ts'
import type { Customer } from '../../api/types.ts'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useGet } from '../../app/queries.ts'
import { useUrlState } from '../../app/url-state.ts'
import { t } from '../../messages/index.ts'
import { ListPicker } from '../../pickers/list-picker.tsx'
import { Failure } from '../../ui/empty.tsx'
import { Field } from '../../ui/field.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { SkeletonLines } from '../../ui/skeleton.tsx'
import { customerName } from '../customers/name.ts'
import { CreateForm } from './create-form.tsx'

/** A new subscription: whose is asked first, where the address does not say it. */
export default function CreateSubscription() {
  const [state, setState] = useUrlState()
  const may = useMay()
  const customer = useGet<{ customer: Customer }>(
    paths.customer(state.customer ?? ''),
    {},
    { enabled: state.customer !== undefined },
  )
  if (!may('subscription', 'write')) return <Failure page error={new ApiFailure(403, undefined)} />
  if (customer.isError) return <Failure page error={customer.error} onRetry={() => void customer.refetch()} />
  const found = customer.data?.customer
  return (
    <>
      <PageHeader
        crumb={
          found === undefined
            ? { label: t('subscriptions.title'), to: paths.subscriptions }
            : { label: customerName(found), to: paths.customer(found.external_id) }
        }
        title={t('subscriptions.new')}
      />
      {state.customer === undefined ? (
        <div className="max-w-md">
          <Field label={t('subscriptions.customer')} hint={t('sub.form.customer_hint')}>
            <ListPicker<Customer>
              label={t('subscriptions.customer')}
              path="/customers"
              root="customers"
              option={one => ({ value: one.external_id, label: customerName(one), note: one.external_id })}
              chosen={undefined}
              placeholder={t('sub.form.choose_customer')}
              onChange={one => setState({ customer: one.external_id }, { replace: true })}
            />
          </Field>
        </div>
      ) : found === undefined ? (
        <SkeletonLines lines={8} />
      ) : (
        <CreateForm customer={found} />
      )}
    </>
  )
}
