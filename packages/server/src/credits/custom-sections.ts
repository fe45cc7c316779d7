import { type Selectable, sql } from 'kysely'
import { Type } from 'typebox'
import type { Ctx } from '../platform/context.ts'
import type { InvoiceCustomSections } from '../platform/db/types.ts'
import { Input, Nullable } from '../platform/http/input.ts'
import { newId } from '../platform/ids.ts'
import { formatInstant } from '../platform/wire.ts'

/** Texts of the organization that are to stand on the invoices of a wallet, a rule or a transaction. */
export const CustomSectionInput = Input({
  skip_invoice_custom_sections: Nullable(Type.Boolean()),
  invoice_custom_section_codes: Type.Array(Type.String()),
})
export type CustomSectionInput = Type.Static<typeof CustomSectionInput>

export type SectionOwner = 'wallet' | 'recurring_transaction_rule' | 'wallet_transaction'

export interface SelectedSection {
  readonly id: string
  readonly ownerId: string
  readonly selectedAt: Temporal.Instant
  readonly section: Selectable<InvoiceCustomSections>
}

/**
 * Selects what a request lists in place of what was selected; codes of no section are passed over. Sections that are to be
 * skipped are not selected.
 */
export async function selectSections(
  tx: Ctx,
  owner: SectionOwner,
  ownerId: string,
  input: CustomSectionInput | undefined,
): Promise<void> {
  const skipped = input?.skip_invoice_custom_sections === true
  const codes = input?.invoice_custom_section_codes
  if (!skipped && codes === undefined) return
  await tx.db
    .deleteFrom('selected_custom_sections')
    .where('organization_id', '=', tx.org.id)
    .where('owner_id', '=', ownerId)
    .execute()
  if (skipped || codes === undefined || codes.length === 0) return
  const sections = await tx.db
    .selectFrom('invoice_custom_sections')
    .select('id')
    .where('organization_id', '=', tx.org.id)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`code = any(${codes}::text[])`)
    .execute()
  if (sections.length === 0) return
  await tx.db
    .insertInto('selected_custom_sections')
    .values(
      sections.map(section => ({
        id: newId(),
        organization_id: tx.org.id,
        invoice_custom_section_id: section.id,
        owner_type: owner,
        owner_id: ownerId,
        created_at: tx.clock.now(),
      })),
    )
    .execute()
}

/** The sections that owners selected, by owner. */
export async function listSelectedSections(
  ctx: Ctx,
  ownerIds: readonly string[],
): Promise<Map<string, SelectedSection[]>> {
  if (ownerIds.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('selected_custom_sections as selected')
    .innerJoin('invoice_custom_sections as section', 'section.id', 'selected.invoice_custom_section_id')
    .selectAll('section')
    .select(['selected.id as selected_id', 'selected.owner_id', 'selected.created_at as selected_at'])
    .where('selected.organization_id', '=', ctx.org.id)
    .where(sql<boolean>`selected.owner_id = any(${ownerIds}::uuid[])`)
    .where('section.deleted_at', 'is', null)
    .orderBy('section.name')
    .orderBy('section.id')
    .execute()
  const sections = rows.map(({ selected_id, owner_id, selected_at, ...section }) => ({
    id: selected_id,
    ownerId: owner_id,
    selectedAt: selected_at,
    section,
  }))
  return Map.groupBy(sections, selected => selected.ownerId)
}

export function serializeSelectedSection({ id, selectedAt, section }: SelectedSection) {
  return {
    lago_id: id,
    created_at: formatInstant(selectedAt),
    invoice_custom_section_id: section.id,
    invoice_custom_section: {
      lago_id: section.id,
      code: section.code,
      name: section.name,
      description: section.description ?? '',
      details: section.details ?? '',
      display_name: section.display_name ?? '',
      organization_id: section.organization_id,
    },
  }
}
