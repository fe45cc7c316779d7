import { type Selectable, sql } from 'kysely'
import type { Customer } from '../customers/index.ts'
import type { Ctx } from '../platform/context.ts'
import type { InvoiceCustomSections } from '../platform/db/types.ts'
import { newId } from '../platform/ids.ts'

type CustomSection = Selectable<InvoiceCustomSections>

/** Which sections an invoice of no subscription gets. */
export interface SectionChoice {
  readonly customer: Pick<Customer, 'id' | 'billing_entity_id' | 'skip_invoice_custom_sections'>
  /** Codes that the request names; none where it leaves the choice to the customer. Unknown ones are passed over. */
  readonly codes?: readonly string[]
}

/**
 * The sections of an invoice: those that are named, else the customer's own, else those of its billing entity, by name; and
 * what the system adds for the customer. A customer that skips sections has none but the named ones.
 */
export async function sectionsOf(tx: Ctx, { customer, codes }: SectionChoice): Promise<CustomSection[]> {
  const isNamed = codes !== undefined && codes.length > 0
  if (!isNamed && customer.skip_invoice_custom_sections) return []
  const selected = await selectedBy(tx, [customer.id, customer.billing_entity_id])
  const ofCustomer = selected.filter(({ ownerId }) => ownerId === customer.id).map(({ section }) => section)
  const manual = ofCustomer.filter(section => section.section_type === 'manual')
  const ofEntity = selected
    .filter(({ ownerId }) => ownerId === customer.billing_entity_id)
    .map(({ section }) => section)
  const chosen = isNamed ? await sectionsByCodes(tx, codes) : manual.length > 0 ? manual : ofEntity
  const system = ofCustomer.filter(section => section.section_type === 'system_generated')
  return [...new Map([...chosen, ...system].map(section => [section.id, section])).values()]
}

/** Writes what sections say now on an invoice: later changes of them change nothing there. */
export async function applySections(tx: Ctx, invoiceId: string, sections: readonly CustomSection[]): Promise<void> {
  if (sections.length === 0) return
  const now = tx.clock.now()
  await tx.db
    .insertInto('applied_invoice_custom_sections')
    .values(
      sections.map(({ code, name, display_name, details }) => ({
        id: newId(),
        organization_id: tx.org.id,
        invoice_id: invoiceId,
        code,
        name,
        display_name,
        details,
        created_at: now,
      })),
    )
    .execute()
}

async function sectionsByCodes(tx: Ctx, codes: readonly string[]): Promise<CustomSection[]> {
  return tx.db
    .selectFrom('invoice_custom_sections')
    .selectAll()
    .where('organization_id', '=', tx.org.id)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`code = any(${codes}::text[])`)
    .orderBy('name')
    .orderBy('id')
    .execute()
}

async function selectedBy(tx: Ctx, ownerIds: readonly string[]) {
  const rows = await tx.db
    .selectFrom('selected_custom_sections as selected')
    .innerJoin('invoice_custom_sections as section', 'section.id', 'selected.invoice_custom_section_id')
    .selectAll('section')
    .select('selected.owner_id')
    .where('selected.organization_id', '=', tx.org.id)
    .where(sql<boolean>`selected.owner_id = any(${ownerIds}::uuid[])`)
    .where('section.deleted_at', 'is', null)
    .orderBy('section.name')
    .orderBy('section.id')
    .execute()
  return rows.map(({ owner_id: ownerId, ...section }) => ({ ownerId, section }))
}
