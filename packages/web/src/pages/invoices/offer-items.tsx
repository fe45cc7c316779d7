import { Fragment } from 'react'
import type { Api } from '../../api/client.ts'
import type { Invoice } from '../../api/invoices.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { useAction } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { MenuItem, MenuRule } from '../../ui/menu.tsx'
import { documentAddress } from './document-address.ts'
import type { Offer } from './offers.ts'

/** What belongs together, in the order of an invoice's life. */
const GROUPS: readonly (readonly Offer[])[] = [
  ['finalize', 'refresh', 'retry_taxes', 'regenerate'],
  ['record_payment', 'payment_link', 'collect', 'payment_status', 'dispute'],
  ['credit_note', 'email', 'metadata', 'download_pdf', 'download_xml'],
  ['void', 'delete'],
]

/** Those of an invoice's actions that are to stand in a menu, with rules between groups. */
export function OfferItems({
  offers,
  onChoose,
}: {
  readonly offers: ReadonlySet<Offer>
  readonly onChoose: (offer: Offer) => void
}) {
  const groups = GROUPS.map(group => group.filter(offer => offers.has(offer))).filter(group => group.length > 0)
  return groups.map((group, index) => (
    <Fragment key={group[0]}>
      {index > 0 && <MenuRule />}
      {group.map(offer => (
        <MenuItem key={offer} danger={offer === 'delete' || offer === 'void'} onSelect={() => onChoose(offer)}>
          {t(`invoice.action.${offer}`)}
        </MenuItem>
      ))}
    </Fragment>
  ))
}

/**
 * Does what was chosen: at once, on a page of its own, or by a dialog.
 *
 * @param ask opens the dialog of what is to be asked first
 */
export function useInvoiceAction(ask: (invoice: Invoice, offer: Offer) => void) {
  const navigate = useOrgNavigate()
  const refresh = useAction((api: Api, id: string) => api.put(`/invoices/${id}/refresh`), {
    done: t('invoice.refreshed'),
  })
  const retry = useAction((api: Api, id: string) => api.post(`/invoices/${id}/retry`), { done: t('invoice.retried') })
  const print = useAction((api: Api, id: string) => api.post(`/invoices/${id}/download`), { invalidates: ['invoices'] })
  const openDocument = (url: string) => void window.open(documentAddress(url), '_blank')
  const start = (invoice: Invoice, offer: Offer) => {
    const id = invoice.lago_id
    switch (offer) {
      case 'refresh':
        return refresh.mutate(id)
      case 'retry_taxes':
        return retry.mutate(id)
      case 'void':
        return navigate(paths.voidInvoice(id))
      case 'regenerate':
        return navigate(paths.regenerateInvoice(id))
      case 'credit_note':
        return navigate(paths.newCreditNote(id))
      case 'download_xml':
        return openDocument(invoice.xml_url ?? '')
      case 'download_pdf':
        if (invoice.file_url !== null) return openDocument(invoice.file_url)
        // It is printed first: its page shows it as soon as it is there.
        print.mutate(id)
        return navigate(paths.invoice(id), { pdf: '1' })
      default:
        return ask(invoice, offer)
    }
  }
  return { start, busy: retry.isPending }
}
