import { type CustomSection, findSectionsByCodes, listSelectedSections } from '../accounts/index.ts'
import type { Customer } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/ids.ts'

/** A billed subscription, or the top-up, its rule or its wallet: what may have sections of its own. */
export interface SectionResource {
  readonly id: string
  readonly skip_invoice_custom_sections: boolean
}

/** Whose sections an invoice gets. */
export interface SectionedInvoice {
  readonly invoiceId: string
  readonly customer: Pick<Customer, 'id' | 'billing_entity_id' | 'skip_invoice_custom_sections'>
  /** None where the customer alone decides. */
  readonly resources?: readonly SectionResource[]
  /** Codes that the request names; none where it leaves the choice to the customer. Unknown ones are passed over. */
  readonly codes?: readonly string[]
}

type ByOwner = (id: string) => readonly CustomSection[]

/**
 * Writes on invoices what their sections say now: later changes of the sections change nothing there. Two statements for
 * all of them, one where none has any.
 */
export async function applySections(tx: Ctx, invoices: readonly SectionedInvoice[]): Promise<void> {
  const owners = invoices.flatMap(({ customer, resources = [] }) => [
    customer.id,
    customer.billing_entity_id,
    ...resources.map(resource => resource.id),
  ])
  const selected = await listSelectedSections(tx, [...new Set(owners)])
  const sectionsOf: ByOwner = id => (selected.get(id) ?? []).map(({ section }) => section)
  const now = tx.clock.now()
  const rows = []
  for (const invoice of invoices) {
    const named = await findSectionsByCodes(tx, invoice.codes ?? [])
    for (const { code, name, display_name, details } of chooseSections(invoice, sectionsOf, named)) {
      rows.push({
        id: newId(),
        organization_id: tx.org.id,
        invoice_id: invoice.invoiceId,
        code,
        name,
        display_name,
        details,
        created_at: now,
      })
    }
  }
  if (rows.length > 0) await tx.db.insertInto('applied_invoice_custom_sections').values(rows).execute()
}

/** Takes the sections of an invoice away, where they are chosen anew. */
export async function removeSections(tx: Ctx, invoiceId: string): Promise<void> {
  await tx.db
    .deleteFrom('applied_invoice_custom_sections')
    .where('organization_id', '=', tx.org.id)
    .where('invoice_id', '=', invoiceId)
    .execute()
}

/**
 * The sections of an invoice: those that are named; else those of what it bills, and the customer's beside them where
 * something it bills has none; else the customer's, which are its own or those of its billing entity. What the system made
 * for the customer comes last. There are none at all where nothing that is billed wants any, and, unless they are chosen for
 * the invoice or for what it bills, where the customer wants none.
 */
export function chooseSections(
  { customer, resources = [], codes = [] }: SectionedInvoice,
  sectionsOf: ByOwner,
  named: readonly CustomSection[],
): CustomSection[] {
  const wanting = resources.filter(resource => !resource.skip_invoice_custom_sections)
  const own = wanting.flatMap(({ id }) => sectionsOf(id))
  const isNamed = codes.length > 0
  if (own.length === 0) {
    if (resources.length > 0 && wanting.length === 0) return []
    if (!isNamed && customer.skip_invoice_custom_sections) return []
  }
  const ofCustomer = sectionsOf(customer.id)
  const manual = ofCustomer.filter(isManual)
  const configured = manual.length > 0 ? manual : sectionsOf(customer.billing_entity_id)
  const configurable = customer.skip_invoice_custom_sections ? [] : configured
  const hasGap = own.length === 0 || wanting.some(({ id }) => sectionsOf(id).length === 0)
  const chosen = isNamed ? named : [...own, ...(hasGap ? configurable : [])]
  const system = ofCustomer.filter(section => !isManual(section))
  return [...new Map([...chosen, ...system].map(section => [section.id, section])).values()]
}

function isManual(section: CustomSection): boolean {
  return section.section_type === 'manual'
}
