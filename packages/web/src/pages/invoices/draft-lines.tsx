import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { AdjustedFee, Fee, Invoice } from '../../api/invoices.ts'
import { useMay } from '../../app/organization.ts'
import { useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Field, Select } from '../../ui/field.tsx'
import { useChargeables } from './charges-of.ts'
import { feeName } from './fee-name.ts'
import { FeeTable } from './fee-table.tsx'
import { LineForm } from './line-form.tsx'

/** The lines of a draft: each may be edited, and what has no line yet may be added. */
export function DraftLines({ invoice }: { readonly invoice: Invoice }) {
  const may = useMay()
  const [edited, setEdited] = useState<Fee>()
  const [adding, setAdding] = useState(false)
  const { data } = useGet<{ adjusted_fees: AdjustedFee[] }>(`/invoices/${invoice.lago_id}/adjusted_fees`)
  if (!may('invoice', 'write')) return <FeeTable invoice={invoice} edits={data?.adjusted_fees ?? []} />
  const edit = data?.adjusted_fees.find(one => one.lago_fee_id === edited?.lago_id)
  return (
    <>
      <FeeTable invoice={invoice} edits={data?.adjusted_fees ?? []} onEdit={setEdited} />
      {invoice.subscriptions?.length !== 0 && (
        <Button kind="quiet" icon={Plus} className="mt-2 -ml-3" onClick={() => setAdding(true)}>
          {t('invoice.add_line')}
        </Button>
      )}
      <Sheet
        open={edited !== undefined}
        onOpenChange={() => setEdited(undefined)}
        title={edited === undefined ? '' : t('invoice.edit_named', { name: feeName(edited) })}
        description={t('invoice.edit_about')}
      >
        {edited !== undefined && edited.lago_id !== null && (
          <LineForm
            invoice={invoice}
            target={{ fee_id: edited.lago_id }}
            fee={edited}
            {...(edit !== undefined && { edit })}
            onClose={() => setEdited(undefined)}
          />
        )}
      </Sheet>
      <Sheet
        open={adding}
        onOpenChange={setAdding}
        title={t('invoice.add_line')}
        description={t('invoice.add_line_about')}
      >
        <AddLine invoice={invoice} onClose={() => setAdding(false)} />
      </Sheet>
    </>
  )
}

function AddLine({ invoice, onClose }: { readonly invoice: Invoice; readonly onClose: () => void }) {
  const subscriptions = invoice.subscriptions ?? []
  const [subscriptionId, setSubscriptionId] = useState(subscriptions[0]?.lago_id)
  const [chosen, setChosen] = useState('')
  const subscription = subscriptions.find(({ lago_id: id }) => id === subscriptionId)
  const taken = new Set(
    (invoice.fees ?? [])
      .filter(fee => fee.lago_subscription_id === subscriptionId)
      .map(fee => `${fee.lago_charge_id} ${fee.lago_charge_filter_id ?? ''}`),
  )
  const free = useChargeables(subscription).filter(one => !taken.has(`${one.charge_id} ${one.charge_filter_id ?? ''}`))
  const chargeable = free.find(one => `${one.charge_id} ${one.charge_filter_id ?? ''}` === chosen)
  return (
    <div className="flex flex-col gap-4">
      {subscriptions.length > 1 && (
        <Field label={t('invoice.subscription')}>
          <Select value={subscriptionId} onChange={event => setSubscriptionId(event.target.value)}>
            {subscriptions.map(one => (
              <option key={one.lago_id} value={one.lago_id}>
                {one.name || one.plan_code} · {one.external_id}
              </option>
            ))}
          </Select>
        </Field>
      )}
      <Field label={t('invoice.charge')} hint={free.length === 0 ? t('invoice.no_charge_left') : undefined}>
        <Select value={chosen} onChange={event => setChosen(event.target.value)}>
          <option value="">{t('invoice.choose_charge')}</option>
          {free.map(one => (
            <option
              key={`${one.charge_id} ${one.charge_filter_id ?? ''}`}
              value={`${one.charge_id} ${one.charge_filter_id ?? ''}`}
            >
              {one.label}
            </option>
          ))}
        </Select>
      </Field>
      {chargeable !== undefined && subscription !== undefined && (
        <LineForm
          key={chosen}
          invoice={invoice}
          target={{
            subscription_id: subscription.lago_id,
            charge_id: chargeable.charge_id,
            ...(chargeable.charge_filter_id !== undefined && { charge_filter_id: chargeable.charge_filter_id }),
          }}
          {...(chargeable.unit !== undefined && { unit: chargeable.unit })}
          onClose={onClose}
        />
      )}
    </div>
  )
}
