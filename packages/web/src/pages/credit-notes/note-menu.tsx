import { type ReactNode, useState } from 'react'
import type { Api } from '../../api/client.ts'
import type { CreditNote, Issuer } from '../../api/invoices.ts'
import { useOrgNavigate } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'
import { useAction, useGet } from '../../app/queries.ts'
import { t } from '../../messages/index.ts'
import { CopyIdItem, Menu, MenuItem, MenuRule } from '../../ui/menu.tsx'
import { menuColumn } from '../../ui/row-menu.tsx'
import type { Column } from '../../ui/table.tsx'
import { documentAddress } from '../invoices/document-address.ts'
import { type NoteDialog, NoteDialogs } from './note-dialogs.tsx'

/** What can be done to a credit note. */
type NoteOffer = NoteDialog | 'pdf' | 'xml'

/** What the note's state and the user's rights allow; the others are not shown. */
function useNoteOffers(note: CreditNote): ReadonlySet<NoteOffer> {
  const may = useMay()
  const issuer = useGet<{ billing_entity: Issuer }>(
    `/billing_entities/${encodeURIComponent(note.billing_entity_code)}`,
    {},
    { enabled: may('billing_entity', 'read') },
  )
  const writes = may('credit_note', 'write')
  const conditions: Readonly<Record<NoteOffer, boolean>> = {
    pdf: note.file_url !== null || writes,
    xml: note.xml_url !== null,
    email: writes && issuer.data?.billing_entity.email_settings.includes('credit_note.created') === true,
    refund: writes && note.refund_amount_cents > 0,
    void: writes && note.balance_amount_cents > 0 && note.credit_status !== 'voided',
  }
  return new Set((Object.keys(conditions) as NoteOffer[]).filter(offer => conditions[offer]))
}

/** Does what was chosen. @param ask opens the dialog of what is to be asked first */
function useNoteAction(ask: (note: CreditNote, dialog: NoteDialog) => void) {
  const navigate = useOrgNavigate()
  const print = useAction((api: Api, id: string) => api.post(`/credit_notes/${id}/download`), {
    invalidates: ['credit_notes'],
  })
  const openDocument = (url: string) => void window.open(documentAddress(url), '_blank')
  return (note: CreditNote, offer: NoteOffer) => {
    if (offer === 'xml') return openDocument(note.xml_url ?? '')
    if (offer !== 'pdf') return ask(note, offer)
    if (note.file_url !== null) return openDocument(note.file_url)
    // It is printed first: its page shows it as soon as it is there.
    print.mutate(note.lago_id)
    return navigate(paths.creditNote(note.lago_id), { pdf: '1' })
  }
}

const LABELS = {
  pdf: 'invoice.action.download_pdf',
  xml: 'invoice.action.download_xml',
  email: 'invoice.action.email',
  refund: 'note.change_refund',
  void: 'note.void',
} as const

function OfferItems({
  offers,
  onChoose,
}: {
  readonly offers: ReadonlySet<NoteOffer>
  readonly onChoose: (offer: NoteOffer) => void
}) {
  return (Object.keys(LABELS) as NoteOffer[])
    .filter(offer => offers.has(offer))
    .map(offer => (
      <MenuItem key={offer} danger={offer === 'void'} onSelect={() => onChoose(offer)}>
        {t(LABELS[offer])}
      </MenuItem>
    ))
}

/** The menu on the page of a note, which shows its PDF itself. */
export function NoteMenu({ note }: { readonly note: CreditNote }) {
  const [open, setOpen] = useState<NoteDialog>()
  const start = useNoteAction((_, dialog) => setOpen(dialog))
  const offers = new Set([...useNoteOffers(note)].filter(offer => offer !== 'pdf'))
  if (offers.size === 0) return null
  return (
    <>
      <Menu label={t('note.actions')}>
        <OfferItems offers={offers} onChoose={offer => start(note, offer)} />
      </Menu>
      <NoteDialogs note={note} open={open} onClose={() => setOpen(undefined)} />
    </>
  )
}

/** The menus of the notes of a list, and the dialogs, which stand beside the table. */
export function useNoteMenu(): { readonly column: Column<CreditNote>; readonly dialogs: ReactNode } {
  const [asked, setAsked] = useState<{ readonly note: CreditNote; readonly dialog: NoteDialog }>()
  const start = useNoteAction((note, dialog) => setAsked({ note, dialog }))
  return {
    column: menuColumn({
      label: note => t('invoice.actions_of', { number: note.number }),
      items: note => <RowItems note={note} onChoose={start} />,
    }),
    dialogs: asked && (
      <NoteDialogs key={asked.note.lago_id} note={asked.note} open={asked.dialog} onClose={() => setAsked(undefined)} />
    ),
  }
}

function RowItems({
  note,
  onChoose,
}: {
  readonly note: CreditNote
  readonly onChoose: (note: CreditNote, offer: NoteOffer) => void
}) {
  const offers = useNoteOffers(note)
  return (
    <>
      <OfferItems offers={offers} onChoose={offer => onChoose(note, offer)} />
      {offers.size > 0 && <MenuRule />}
      <CopyIdItem id={note.lago_id} />
    </>
  )
}
