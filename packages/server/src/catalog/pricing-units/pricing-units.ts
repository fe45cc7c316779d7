import { type Ctx, transaction } from '../../platform/context.ts'
import { claimingCode } from '../../platform/db/unique-code.ts'
import { Problems } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { newId } from '../../platform/ids.ts'
import { characterCount } from '../../platform/validation/text.ts'
import type { PricingUnitInput } from './schema.ts'
import {
  findPricingUnitByCode,
  getPricingUnitByCode,
  insertPricingUnit,
  type PricingUnit,
  updatePricingUnitRow,
} from './store.ts'

const CODE_INDEX = 'pricing_units_organization_id_code_key'
const LONGEST_SHORT_NAME = 3
const LONGEST_DESCRIPTION = 600

/** @throws 422 with everything that is wrong */
export async function createPricingUnit(ctx: Ctx, input: PricingUnitInput): Promise<PricingUnit> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const problems = unitProblems(input)
      if (isBlank(input.code)) problems.add('code', 'value_is_mandatory')
      else if ((await findPricingUnitByCode(tx, input.code ?? '')) !== undefined) {
        problems.add('code', 'value_already_exist')
      }
      problems.throwIfAny()
      const now = tx.clock.now()
      return insertPricingUnit(tx, {
        id: newId(),
        organization_id: tx.org.id,
        code: input.code ?? '',
        name: input.name ?? '',
        short_name: input.short_name ?? '',
        description: input.description ?? null,
        created_at: now,
        updated_at: now,
      })
    }),
  )
}

/**
 * Changes what is in the input, but for the code: that one stays.
 *
 * @throws 404 `pricing_unit_not_found`; 422 with everything that is wrong
 */
export async function updatePricingUnit(ctx: Ctx, code: string, input: PricingUnitInput): Promise<PricingUnit> {
  return transaction(ctx, async tx => {
    const unit = await getPricingUnitByCode(tx, code)
    const { name, short_name, description } = { ...unit, ...input }
    unitProblems({ name, short_name, description }).throwIfAny()
    return updatePricingUnitRow(tx, unit.id, { name: name ?? '', short_name: short_name ?? '', description })
  })
}

function unitProblems({ name, short_name, description }: PricingUnitInput): Problems {
  const problems = new Problems()
  if (isBlank(name)) problems.add('name', 'value_is_mandatory')
  if (isBlank(short_name)) problems.add('short_name', 'value_is_mandatory')
  else if (characterCount(short_name ?? '') > LONGEST_SHORT_NAME) problems.add('short_name', 'value_is_too_long')
  if (characterCount(description ?? '') > LONGEST_DESCRIPTION) problems.add('description', 'value_is_too_long')
  return problems
}
