import { useQueryClient } from '@tanstack/react-query'
import type { Invoice } from '../../api/invoices.ts'
import { useApi } from '../../app/organization.ts'
import { useAction } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import type { Offer } from './offers.ts'
import { Collect, PaymentLink, PaymentStatus, RecordPayment } from './payment-dialogs.tsx'
import { Metadata, SendEmail } from './record-dialogs.tsx'

interface Props {
  readonly invoice: Invoice
  readonly open: Offer | undefined
  readonly onClose: () => void
  /** Where to go once there is no such invoice any more. */
  readonly onDeleted?: () => void
}

/** The dialog of what was chosen to be done to an invoice. */
export function InvoiceDialogs({ invoice, open, onClose, onDeleted }: Props) {
  const id = invoice.lago_id
  const total = formatMoney(invoice.total_amount_cents, invoice.currency)
  const finalize = useAction(api => api.put(`/invoices/${id}/finalize`), {
    done: t('invoice.finalized'),
    toastFailure: false,
  })
  const client = useQueryClient()
  const { organizationId } = useApi()
  const remove = useAction(api => api.delete(`/invoices/${id}`), {
    done: t('invoice.deleted'),
    invalidates: ['invoice_totals'],
    toastFailure: false,
  })
  const dispute = useAction(api => api.post(`/invoices/${id}/lose_dispute`), {
    done: t('invoice.disputed'),
    toastFailure: false,
  })
  switch (open) {
    case 'finalize':
      return (
        <Confirm
          title={t('invoice.finalize.title', { total })}
          affects={t('invoice.finalize.affects')}
          confirm={t('invoice.action.finalize')}
          danger={false}
          onConfirm={() => finalize.mutateAsync(undefined)}
          onClose={onClose}
        />
      )
    case 'delete':
      return (
        <Confirm
          title={t('invoice.delete.title', { total })}
          affects={t('invoice.delete.affects')}
          confirm={t('invoice.action.delete')}
          onConfirm={async () => {
            await remove.mutateAsync(undefined)
            // The draft itself is gone, and not asked for any more; lists are read again.
            client.removeQueries({ queryKey: [organizationId, 'invoices'], type: 'inactive' })
            if (onDeleted === undefined) await client.invalidateQueries({ queryKey: [organizationId, 'invoices'] })
            else onDeleted()
          }}
          onClose={onClose}
        />
      )
    case 'dispute':
      return (
        <Confirm
          title={t('invoice.dispute.title', { number: invoice.number })}
          affects={t('invoice.dispute.affects')}
          confirm={t('invoice.action.dispute')}
          onConfirm={() => dispute.mutateAsync(undefined)}
          onClose={onClose}
        />
      )
    case 'record_payment':
      return <RecordPayment invoice={invoice} onClose={onClose} />
    case 'collect':
      return <Collect invoice={invoice} onClose={onClose} />
    case 'payment_link':
      return <PaymentLink invoice={invoice} onClose={onClose} />
    case 'payment_status':
      return <PaymentStatus invoice={invoice} onClose={onClose} />
    case 'metadata':
      return <Metadata invoice={invoice} onClose={onClose} />
    case 'email':
      return (
        <SendEmail path={`/invoices/${id}/resend_email`} customerEmail={invoice.customer?.email} onClose={onClose} />
      )
    default:
      return null
  }
}

function Confirm({
  onClose,
  ...rest
}: Omit<Parameters<typeof ConfirmDialog>[0], 'open' | 'onOpenChange'> & { readonly onClose: () => void }) {
  return <ConfirmDialog open onOpenChange={onClose} {...rest} />
}
