import { useAction } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { DialogForm } from '../../ui/form.tsx'
import { RowList } from '../../ui/row-list.tsx'
import { useForm } from '../../ui/use-form.ts'
import { WordList } from '../../ui/word-list.tsx'
import type { InvoiceDialogProps } from './payment-dialogs.tsx'

const MOST_PAIRS = 5

/** Words that other systems know the invoice by. */
export function Metadata({ invoice, onClose }: InvoiceDialogProps) {
  const save = useAction(
    (api, metadata: object) => api.put(`/invoices/${invoice.lago_id}`, { invoice: { metadata } }),
    { done: t('invoice.metadata_saved'), toastFailure: false },
  )
  const held = (invoice.metadata ?? []).map(({ lago_id: id = '', key, value }) => ({ id, key, value }))
  const form = useForm({
    start: { metadata: held as readonly (typeof held)[number][] },
    send: values =>
      save.mutateAsync(values.metadata.map(({ id, key, value }) => ({ ...(id !== '' && { id }), key, value }))),
    onSent: onClose,
  })
  return (
    <Dialog open onOpenChange={onClose} title={t('invoice.metadata')} description={t('invoice.metadata_about')}>
      <DialogForm form={form} submit={t('common.save')} onCancel={onClose}>
        <RowList
          rows={form.values.metadata}
          onChange={rows => form.set('metadata', rows)}
          fresh={() => ({ id: '', key: '', value: '' })}
          add={t('invoice.add_pair')}
          most={MOST_PAIRS}
          nameOf={row => t('form.take_out', { name: row.key || t('invoice.pair') })}
          render={(row, change) => (
            <div className="grid grid-cols-2 gap-2">
              <Input
                aria-label={t('invoice.pair_key')}
                placeholder={t('invoice.pair_key')}
                maxLength={20}
                value={row.key}
                onChange={event => change({ key: event.target.value })}
              />
              <Input
                aria-label={t('invoice.pair_value')}
                placeholder={t('invoice.pair_value')}
                maxLength={140}
                value={row.value}
                onChange={event => change({ value: event.target.value })}
              />
            </div>
          )}
        />
      </DialogForm>
    </Dialog>
  )
}

/** Sends a document by e-mail once more. */
export function SendEmail({
  path,
  customerEmail,
  onClose,
}: {
  /** Of the API, e.g. `/invoices/…/resend_email`. */
  readonly path: string
  readonly customerEmail: string | null | undefined
  readonly onClose: () => void
}) {
  const send = useAction((api, input: object) => api.post(path, input), {
    done: t('email.sent'),
    invalidates: [],
    toastFailure: false,
  })
  const own = (customerEmail ?? '').split(',').flatMap(part => part.trim() || [])
  const form = useForm({
    start: { to: own as readonly string[], cc: [] as readonly string[], bcc: [] as readonly string[] },
    send: values => send.mutateAsync(values),
    onSent: onClose,
  })
  return (
    <Dialog open onOpenChange={onClose} title={t('email.title')} description={t('email.about')}>
      <DialogForm form={form} submit={t('email.send')} onCancel={onClose}>
        {(['to', 'cc', 'bcc'] as const).map(field => (
          <Field key={field} label={t(`email.${field}`)} errors={form.errors(field)}>
            <WordList words={form.values[field]} onChange={words => form.set(field, words)} />
          </Field>
        ))}
      </DialogForm>
    </Dialog>
  )
}
