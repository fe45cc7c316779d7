import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import type { SectionChoiceInput } from './schema.ts'
import { type CustomSection, findSectionsByCodes } from './store.ts'

export type SectionOwner =
  | 'billing_entity'
  | 'customer'
  | 'subscription'
  | 'wallet'
  | 'recurring_transaction_rule'
  | 'wallet_transaction'

export interface SelectedSection {
  readonly id: string
  readonly ownerId: string
  readonly selectedAt: Temporal.Instant
  readonly section: CustomSection
}

/**
 * Whether the owner of a choice prints no sections, as the choice says: choosing some, even none, means that they are not
 * skipped. Undefined where the choice changes nothing about it.
 */
export function skipsSections(choice: SectionChoiceInput | undefined): boolean | undefined {
  const skips = choice?.skip_invoice_custom_sections
  if (typeof skips === 'boolean') return skips
  return choice?.invoice_custom_section_codes === undefined ? undefined : false
}

/**
 * Selects what a request lists in place of what was selected; codes of no section are passed over. Sections that are to be
 * skipped are not selected. Whether they are is the caller's to store.
 */
export async function selectSections(
  tx: Ctx,
  owner: SectionOwner,
  ownerId: string,
  choice: SectionChoiceInput | undefined,
): Promise<void> {
  const skips = skipsSections(choice)
  if (skips === true) await replaceSections(tx, owner, ownerId, [])
  else if (choice?.invoice_custom_section_codes !== undefined) {
    await replaceSections(tx, owner, ownerId, choice.invoice_custom_section_codes)
  }
}

/** Selects exactly the sections with these codes, beside those that the system made. Unknown codes are passed over. */
export async function replaceSections(
  tx: Ctx,
  owner: SectionOwner,
  ownerId: string,
  codes: readonly string[],
): Promise<void> {
  await sql`
    delete from selected_custom_sections as selected
    using invoice_custom_sections as section
    where section.id = selected.invoice_custom_section_id
      and selected.organization_id = ${tx.org.id}
      and selected.owner_id = ${ownerId}
      and section.section_type = 'manual'`.execute(tx.db)
  const sections = await findSectionsByCodes(tx, codes)
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

/** The sections that owners selected, by owner, each by name. One query. */
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
