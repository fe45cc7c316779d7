import type { CreditNote } from '../../api/invoices.ts'
import { useAction } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { t, tWord } from '../../messages/index.ts'
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx'
import { Field, Select } from '../../ui/field.tsx'
import { DialogForm } from '../../ui/form.tsx'
import { useForm } from '../../ui/use-form.ts'
import { SendEmail } from '../invoices/record-dialogs.tsx'

export type NoteDialog = 'void' | 'refund' | 'email'

interface Props {
  readonly note: CreditNote
  readonly open: NoteDialog | undefined
  readonly onClose: () => void
}

export function NoteDialogs({ note, open, onClose }: Props) {
  const path = `/credit_notes/${note.lago_id}`
  const revoke = useAction(api => api.put(`${path}/void`), { done: t('note.voided'), toastFailure: false })
  if (open === 'email') {
    return <SendEmail path={`${path}/resend_email`} customerEmail={note.customer?.email} onClose={onClose} />
  }
  if (open === 'refund') return <RefundStatus note={note} onClose={onClose} />
  return (
    <ConfirmDialog
      open={open === 'void'}
      onOpenChange={onClose}
      title={t('note.void.title', { number: note.number })}
      affects={t('note.void.affects', { amount: formatMoney(note.balance_amount_cents, note.currency) })}
      confirm={t('note.void')}
      onConfirm={() => revoke.mutateAsync(undefined)}
    />
  )
}

const STATUSES = ['pending', 'succeeded', 'failed'] as const

/** Tells what became of a refund that was made outside. */
function RefundStatus({ note, onClose }: { readonly note: CreditNote; readonly onClose: () => void }) {
  const change = useAction(
    (api, refund_status: string) => api.put(`/credit_notes/${note.lago_id}`, { credit_note: { refund_status } }),
    { done: t('note.refund_changed'), toastFailure: false },
  )
  const form = useForm({
    start: { refund_status: note.refund_status ?? 'pending' },
    send: values => change.mutateAsync(values.refund_status),
    onSent: onClose,
  })
  return (
    <Dialog open onOpenChange={onClose} title={t('note.change_refund')} description={t('note.refund_about')}>
      <DialogForm form={form} submit={t('common.save')} onCancel={onClose}>
        <Field label={t('note.refund_status')} errors={form.errors('refund_status')}>
          <Select value={form.values.refund_status} onChange={event => form.set('refund_status', event.target.value)}>
            {STATUSES.map(status => (
              <option key={status} value={status}>
                {tWord('refund_status', status)}
              </option>
            ))}
          </Select>
        </Field>
      </DialogForm>
    </Dialog>
  )
}
