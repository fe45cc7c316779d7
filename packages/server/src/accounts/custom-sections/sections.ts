import { type Ctx, transaction } from '../../platform/context.ts'
import { claimingCode } from '../../platform/db/unique-code.ts'
import { Problems } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { newId } from '../../platform/ids.ts'
import type { CustomSectionInput } from './schema.ts'
import { type CustomSection, findSectionByCode, getSectionByCode, insertSection, updateSectionRow } from './store.ts'

const CODE_INDEX = 'invoice_custom_sections_code'

/** @throws 422 with everything that is wrong */
export async function createSection(ctx: Ctx, input: CustomSectionInput): Promise<CustomSection> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const problems = new Problems()
      const code = input.code ?? ''
      if (isBlank(code)) problems.add('code', 'value_is_mandatory')
      else if ((await findSectionByCode(tx, code)) !== undefined) problems.add('code', 'value_already_exist')
      if (isBlank(input.name)) problems.add('name', 'value_is_mandatory')
      problems.throwIfAny()
      const now = tx.clock.now()
      return insertSection(tx, {
        id: newId(),
        organization_id: tx.org.id,
        code,
        name: input.name ?? '',
        display_name: input.display_name ?? null,
        description: input.description ?? null,
        details: input.details ?? null,
        created_at: now,
        updated_at: now,
      })
    }),
  )
}

/**
 * Changes what is in the input, but for the code: that one stays. Invoices keep the text that they were given.
 *
 * @throws 404 `invoice_custom_section_not_found`; 422 with everything that is wrong
 */
export async function updateSection(ctx: Ctx, code: string, input: CustomSectionInput): Promise<CustomSection> {
  return transaction(ctx, async tx => {
    const { code: _code, ...given } = input
    const section = await getSectionByCode(tx, code)
    const { name, display_name, description, details } = { ...section, ...given }
    const problems = new Problems()
    if (isBlank(name)) problems.add('name', 'value_is_mandatory')
    problems.throwIfAny()
    return updateSectionRow(tx, section.id, { name: name ?? '', display_name, description, details })
  })
}

/**
 * Deletes a section, also from everything that selected it. Its code is free again.
 *
 * @throws 404 `invoice_custom_section_not_found`
 */
export async function deleteSection(ctx: Ctx, code: string): Promise<CustomSection> {
  return transaction(ctx, async tx => {
    const { id } = await getSectionByCode(tx, code)
    await tx.db
      .deleteFrom('selected_custom_sections')
      .where('organization_id', '=', tx.org.id)
      .where('invoice_custom_section_id', '=', id)
      .execute()
    return updateSectionRow(tx, id, { deleted_at: tx.clock.now() })
  })
}
