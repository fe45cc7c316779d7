import { type ReactNode, useState } from 'react'
import type { Invoice } from '../../api/invoices.ts'
import { useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { CopyIdItem, MenuRule } from '../../ui/menu.tsx'
import { menuColumn } from '../../ui/row-menu.tsx'
import type { Column } from '../../ui/table.tsx'
import { InvoiceDialogs } from './invoice-dialogs.tsx'
import { OfferItems, useInvoiceAction } from './offer-items.tsx'
import type { Offer } from './offers.ts'
import { useOffers } from './use-offers.ts'

/**
 * What can be done to the invoices of a list, without opening them: the column of their menus, and the dialogs. These stand
 * beside the table, or what is clicked in them would open the row.
 */
export function useInvoiceMenu(): { readonly column: Column<Invoice>; readonly dialogs: ReactNode } {
  const [asked, setAsked] = useState<{ readonly invoice: Invoice; readonly offer: Offer }>()
  const { start } = useInvoiceAction((invoice, offer) => setAsked({ invoice, offer }))
  return {
    column: menuColumn({
      label: invoice => t('invoice.actions_of', { number: invoice.number || t('invoice.no_number') }),
      items: invoice => <Items invoice={invoice} onChoose={start} />,
    }),
    dialogs: asked && (
      <InvoiceDialogs
        key={asked.invoice.lago_id}
        invoice={asked.invoice}
        open={asked.offer}
        onClose={() => setAsked(undefined)}
      />
    ),
  }
}

/** Only its own page tells whether a voided invoice was made again: it is read when the menu opens. */
function Items({
  invoice,
  onChoose,
}: {
  readonly invoice: Invoice
  readonly onChoose: (invoice: Invoice, offer: Offer) => void
}) {
  const isVoided = invoice.status === 'voided'
  const { data } = useGet<{ invoice: Invoice }>(`/invoices/${invoice.lago_id}`, {}, { enabled: isVoided })
  const known = data?.invoice ?? invoice
  const offered = useOffers(known)
  const offers = new Set([...offered].filter(offer => offer !== 'regenerate' || data !== undefined))
  return (
    <>
      <OfferItems offers={offers} onChoose={offer => onChoose(known, offer)} />
      {offers.size > 0 && <MenuRule />}
      <CopyIdItem id={invoice.lago_id} />
    </>
  )
}
