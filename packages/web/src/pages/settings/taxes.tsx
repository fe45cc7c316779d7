import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { TaxRate } from '../../api/catalog.ts'
import { apiCall } from '../../app/api-call.ts'
import { useMay } from '../../app/organization.ts'
import { useAction } from '../../app/queries.ts'
import { formatDay } from '../../format/dates.ts'
import { formatRate } from '../../format/numbers.ts'
import { t } from '../../messages/index.ts'
import { AmountInput } from '../../ui/amount.tsx'
import { Button } from '../../ui/button.tsx'
import { InlineCode } from '../../ui/code.tsx'
import { Sheet } from '../../ui/dialog.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Checkbox, Field, TextArea } from '../../ui/field.tsx'
import { DialogForm } from '../../ui/form.tsx'
import { ListPage } from '../../ui/list.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { NameAndCode } from '../../ui/name-and-code.tsx'
import { PageHeader } from '../../ui/page.tsx'
import { Badge } from '../../ui/status.tsx'
import type { Column } from '../../ui/table.tsx'
import { type FieldErrors, useForm } from '../../ui/use-form.ts'
import { DeleteObject } from '../catalogue/delete-object.tsx'

/** The taxes there are, and which of them customers pay who have none of their own. */
export default function Taxes() {
  const mayWrite = useMay()('tax', 'write')
  const [editing, setEditing] = useState<TaxRate | 'new'>()
  const [deleting, setDeleting] = useState<TaxRate>()
  const columns: Column<TaxRate>[] = [
    {
      key: 'name',
      head: t('common.name'),
      cell: tax => (
        <>
          <span className="font-medium">{tax.name}</span>
          <span className="block text-sm text-faint">
            <InlineCode>{tax.code}</InlineCode>
          </span>
        </>
      ),
    },
    {
      key: 'default',
      head: t('taxes.default'),
      cell: tax => tax.applied_to_organization && <Badge tone="accent">{t('common.yes')}</Badge>,
    },
    { key: 'rate', head: t('taxes.rate'), numeric: true, cell: tax => formatRate(tax.rate) },
    {
      key: 'created',
      head: t('common.created'),
      numeric: true,
      wide: true,
      cell: tax => formatDay(tax.created_at),
    },
  ]
  if (mayWrite) {
    columns.push({
      key: 'actions',
      head: <span className="sr-only">{t('common.more_actions')}</span>,
      action: true,
      cell: tax => (
        <Menu>
          <MenuItem onSelect={() => setEditing(tax)}>{t('catalogue.edit')}</MenuItem>
          <MenuItem danger onSelect={() => setDeleting(tax)}>
            {t('common.delete')}
          </MenuItem>
        </Menu>
      ),
    })
  }
  return (
    <>
      <PageHeader
        title={t('taxes.title')}
        actions={
          mayWrite && (
            <Button kind="primary" icon={Plus} onClick={() => setEditing('new')}>
              {t('taxes.create')}
            </Button>
          )
        }
      />
      <ListPage
        label={t('taxes.title')}
        path="/taxes"
        root="taxes"
        searchable={false}
        columns={columns}
        rowKey={(tax: TaxRate) => tax.lago_id}
        empty={
          <Empty
            title={t('taxes.empty.title')}
            text={t('taxes.empty.text')}
            call={apiCall('POST', '/taxes', {
              tax: { name: 'VAT', code: 'vat', rate: '8.1', applied_to_organization: true },
            })}
          />
        }
      />
      {editing !== undefined && (
        <TaxForm tax={editing === 'new' ? undefined : editing} onClose={() => setEditing(undefined)} />
      )}
      {deleting !== undefined && (
        <DeleteObject
          collection="taxes"
          code={deleting.code}
          name={deleting.name}
          isUsed={deleting.applied_to_organization}
          affects={({ plans, customers }) => t('tax.delete.affects', { plans, customers })}
          onClose={() => setDeleting(undefined)}
        />
      )}
    </>
  )
}

function TaxForm({ tax, onClose }: { readonly tax: TaxRate | undefined; readonly onClose: () => void }) {
  const isNew = tax === undefined
  const start = {
    name: tax?.name ?? '',
    code: tax?.code ?? '',
    rate: tax === undefined ? '' : String(tax.rate),
    description: tax?.description ?? '',
    applied_to_organization: tax?.applied_to_organization ?? false,
  }
  const save = useAction(
    (api, values: typeof start) =>
      isNew
        ? api.post<{ tax: TaxRate }>('/taxes', { tax: values })
        : api.put<{ tax: TaxRate }>(`/taxes/${encodeURIComponent(tax.code)}`, { tax: values }),
    {
      done: ({ tax: { name } }) => t(isNew ? 'catalogue.made' : 'catalogue.saved', { name }),
      toastFailure: false,
    },
  )
  const form = useForm({
    start,
    send: values => save.mutateAsync(values),
    onSent: onClose,
    check: ({ rate }): FieldErrors => {
      if (rate === '') return { rate: ['value_is_mandatory'] }
      return /^\d+(\.\d+)?$/.test(rate) ? {} : { rate: ['not_a_number'] }
    },
  })
  const { values, set, errors } = form
  return (
    <Sheet
      open
      onOpenChange={open => !open && onClose()}
      title={isNew ? t('taxes.create') : tax.name}
      description={isNew ? t('taxes.text') : t('tax.edit.text')}
    >
      <DialogForm form={form} submit={isNew ? t('common.create') : t('common.save')} onCancel={onClose}>
        <NameAndCode form={form} isNew={isNew} />
        <Field label={t('taxes.rate')} errors={errors('rate')}>
          <AmountInput value={values.rate} unit="%" onChange={rate => set('rate', rate)} />
        </Field>
        <Field label={t('form.description')} optional={t('common.optional')}>
          <TextArea rows={2} value={values.description} onChange={event => set('description', event.target.value)} />
        </Field>
        <Checkbox
          label={t('taxes.default')}
          hint={t('taxes.default_hint')}
          checked={values.applied_to_organization}
          onChange={event => set('applied_to_organization', event.target.checked)}
        />
      </DialogForm>
    </Sheet>
  )
}
