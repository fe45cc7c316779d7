import { OrgLink } from '../../app/org-link.tsx'
import { useMay } from '../../app/organization.ts'
import { paths } from '../../app/paths.ts'

/** The invoice of a movement of credits; nothing where there is none, or nobody sees it yet. */
export function InvoiceLink({
  lago_invoice_id: id,
  invoice_number: number,
}: {
  readonly lago_invoice_id: string | null
  readonly invoice_number: string | null
}) {
  const mayRead = useMay()('invoice', 'read')
  if (id === null || number === null || !mayRead) return null
  return (
    <OrgLink
      to={paths.invoice(id)}
      className="block w-fit text-sm text-soft whitespace-nowrap hover:text-accent hover:underline"
    >
      {number}
    </OrgLink>
  )
}
