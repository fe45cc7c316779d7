import type { Invoice, Issuer } from '../../api/invoices.ts'
import { useIsAdmin, useMay } from '../../app/organization.ts'
import { useGet } from '../../app/queries.ts'
import { type Offer, offersOf } from './offers.ts'

/** What the user may do to an invoice as it stands. */
export function useOffers(invoice: Invoice): ReadonlySet<Offer> {
  const may = useMay()
  const isAdmin = useIsAdmin()
  const issuer = useGet<{ billing_entity: Issuer }>(
    `/billing_entities/${encodeURIComponent(invoice.billing_entity_code)}`,
    {},
    { enabled: may('billing_entity', 'read') },
  )
  return offersOf(invoice, { may, isAdmin, issuer: issuer.data?.billing_entity })
}
