import { useQueryClient } from '@tanstack/react-query'
import { Download, FileText, type LucideIcon } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { Invoice } from '../../api/invoices.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useApi } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction } from '../../app/queries.ts'
import { formatMoney } from '../../format/money.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { ConfirmDialog } from '../../ui/dialog.tsx'
import { Menu, MenuItem, MenuRule } from '../../ui/menu.tsx'
import { documentAddress } from './document-address.ts'
import type { Offer } from './offers.ts'
import { Collect, PaymentLink, PaymentStatus, RecordPayment } from './payment-dialogs.tsx'
import { Metadata, SendEmail } from './record-dialogs.tsx'

interface Props {
  readonly invoice: Invoice
  readonly offers: ReadonlySet<Offer>
  readonly showsPdf: boolean
  readonly onTogglePdf: () => void
}

/** What can be done to an invoice: the next step as a button, the rest in the menu. */
export function InvoiceActions({ invoice, offers, showsPdf, onTogglePdf }: Props) {
  const [open, setOpen] = useState<Offer>()
  const navigate = useOrgNavigate()
  const id = invoice.lago_id
  const refresh = useAction(api => api.put(`/invoices/${id}/refresh`), { done: t('invoice.refreshed') })
  const retry = useAction(api => api.post(`/invoices/${id}/retry`), { done: t('invoice.retried') })
  const next = NEXT.find(offer => offers.has(offer))
  const run: Partial<Record<Offer, () => void>> = {
    refresh: () => refresh.mutate(undefined),
    retry_taxes: () => retry.mutate(undefined),
    void: () => navigate(paths.voidInvoice(id)),
    regenerate: () => navigate(paths.regenerateInvoice(id)),
    credit_note: () => navigate(paths.newCreditNote(id)),
    download_xml: () => void window.open(documentAddress(invoice.xml_url ?? ''), '_blank'),
  }
  const start = (offer: Offer) => (run[offer] ?? (() => setOpen(offer)))()
  const groups = MENU.map(group => group.filter(offer => offers.has(offer) && offer !== next)).filter(
    group => group.length > 0,
  )
  return (
    <>
      {offers.has('download_pdf') && (
        <Button icon={FileText} aria-pressed={showsPdf} onClick={onTogglePdf}>
          {showsPdf ? t('invoice.hide_pdf') : t('invoice.show_pdf')}
        </Button>
      )}
      {next !== undefined && (
        <Button kind="primary" busy={retry.isPending} onClick={() => start(next)}>
          {t(`invoice.action.${next}`)}
        </Button>
      )}
      {groups.length > 0 && (
        <Menu label={t('invoice.actions')}>
          {groups.map((group, index) => (
            <Group key={group[0]} ruled={index > 0}>
              {group.map(offer => (
                <MenuItem
                  key={offer}
                  danger={offer === 'delete' || offer === 'void'}
                  onSelect={() => start(offer)}
                  {...(ICONS[offer] !== undefined && { icon: ICONS[offer] })}
                >
                  {t(`invoice.action.${offer}`)}
                </MenuItem>
              ))}
            </Group>
          ))}
        </Menu>
      )}
      <Dialogs invoice={invoice} open={open} onClose={() => setOpen(undefined)} />
    </>
  )
}

type Named = Exclude<Offer, 'download_pdf'>

/** The first of these that is offered is what people come for. */
const NEXT: readonly Named[] = ['finalize', 'retry_taxes', 'record_payment', 'regenerate']
const MENU: readonly (readonly Named[])[] = [
  ['finalize', 'refresh', 'retry_taxes', 'regenerate'],
  ['record_payment', 'payment_link', 'collect', 'payment_status', 'dispute'],
  ['credit_note', 'email', 'metadata', 'download_xml'],
  ['void', 'delete'],
]
const ICONS: Partial<Record<Offer, LucideIcon>> = { download_xml: Download }

function Group({ ruled, children }: { readonly ruled: boolean; readonly children: ReactNode }) {
  return (
    <>
      {ruled && <MenuRule />}
      {children}
    </>
  )
}

interface DialogProps {
  readonly invoice: Invoice
  readonly open: Offer | undefined
  readonly onClose: () => void
}

function Dialogs({ invoice, open, onClose }: DialogProps) {
  const navigate = useOrgNavigate()
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
            // Lists are read again; the draft itself is gone, and not asked for.
            client.removeQueries({ queryKey: [organizationId, 'invoices'], type: 'inactive' })
            navigate(paths.invoices)
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
