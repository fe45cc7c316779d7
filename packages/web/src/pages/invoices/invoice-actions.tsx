import { FileText } from 'lucide-react'
import { useState } from 'react'
import type { Invoice } from '../../api/invoices.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { paths } from '../../app/paths.ts'
import { t } from '../../messages/index.ts'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { InvoiceDialogs } from './invoice-dialogs.tsx'
import { OfferItems, useInvoiceAction } from './offer-items.tsx'
import type { Offer } from './offers.ts'

interface Props {
  readonly invoice: Invoice
  readonly offers: ReadonlySet<Offer>
  readonly showsPdf: boolean
  readonly onTogglePdf: () => void
}

/** The first of these that is offered is what people come for. */
const NEXT: readonly Offer[] = ['finalize', 'retry_taxes', 'record_payment', 'regenerate']

/** What can be done to an invoice: the next step as a button, the rest in the menu. */
export function InvoiceActions({ invoice, offers, showsPdf, onTogglePdf }: Props) {
  const [open, setOpen] = useState<Offer>()
  const navigate = useOrgNavigate()
  const { start, busy } = useInvoiceAction((_, offer) => setOpen(offer))
  const next = NEXT.find(offer => offers.has(offer))
  const others = new Set([...offers].filter(offer => offer !== next && offer !== 'download_pdf'))
  return (
    <>
      {offers.has('download_pdf') && (
        <Button icon={FileText} aria-pressed={showsPdf} onClick={onTogglePdf}>
          {showsPdf ? t('invoice.hide_pdf') : t('invoice.show_pdf')}
        </Button>
      )}
      {next !== undefined && (
        <Button kind="primary" busy={busy} onClick={() => start(invoice, next)}>
          {t(`invoice.action.${next}`)}
        </Button>
      )}
      {others.size > 0 && (
        <Menu label={t('invoice.actions')}>
          <OfferItems offers={others} onChoose={offer => start(invoice, offer)} />
        </Menu>
      )}
      <InvoiceDialogs
        invoice={invoice}
        open={open}
        onClose={() => setOpen(undefined)}
        onDeleted={() => navigate(paths.invoices)}
      />
    </>
  )
}
