import { isCurrency } from '@weir/engine'
import { type Ctx, transaction } from '../../platform/context.ts'
import { claimingCode } from '../../platform/db/unique-code.ts'
import { Problems } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { newId } from '../../platform/ids.ts'
import { replaceTaxes } from '../../taxes/index.ts'
import type { AddOnInput } from './schema.ts'
import {
  type AddOn,
  deleteFixedChargesOf,
  findAddOnByCode,
  insertAddOn,
  lockAddOnByCode,
  updateAddOnRow,
} from './store.ts'

const CODE_INDEX = 'add_ons_code'

/** The fields of an add-on as they would be after a request. */
interface AddOnTerms {
  readonly name: string | null
  readonly code: string | null
  readonly invoice_display_name: string | null
  readonly description: string | null
  readonly amount_cents: number | null
  readonly amount_currency: string | null
}

const NO_TERMS: AddOnTerms = {
  name: null,
  code: null,
  invoice_display_name: null,
  description: null,
  amount_cents: null,
  amount_currency: null,
}

/** @throws 404 `tax_not_found`; 422 with everything that is wrong */
export async function createAddOn(ctx: Ctx, input: AddOnInput): Promise<AddOn> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const id = newId()
      const now = tx.clock.now()
      const { tax_codes: codes, ...fields } = input
      const columns = await checkedColumns(tx, { ...NO_TERMS, ...fields }, id)
      const addOn = await insertAddOn(tx, {
        id,
        organization_id: tx.org.id,
        ...columns,
        created_at: now,
        updated_at: now,
      })
      await replaceTaxes(tx, 'add_on', id, codes)
      return addOn
    }),
  )
}

/**
 * Changes what is in the input: anything, also where the add-on is used.
 *
 * @throws 404 `add_on_not_found`, `tax_not_found`; 422 with everything that is wrong
 */
export async function updateAddOn(ctx: Ctx, code: string, input: AddOnInput): Promise<AddOn> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const current = await lockAddOnByCode(tx, code)
      const { tax_codes: codes, ...fields } = input
      await replaceTaxes(tx, 'add_on', current.id, codes)
      const columns = await checkedColumns(tx, { ...termsOf(current), ...fields }, current.id)
      return updateAddOnRow(tx, current.id, columns)
    }),
  )
}

/**
 * Deletes an add-on and, with it, the fixed charges of all plans that bill it.
 *
 * @throws 404 `add_on_not_found`
 */
export async function deleteAddOn(ctx: Ctx, code: string): Promise<AddOn> {
  return transaction(ctx, async tx => {
    const { id } = await lockAddOnByCode(tx, code)
    await deleteFixedChargesOf(tx, id)
    return updateAddOnRow(tx, id, { deleted_at: tx.clock.now() })
  })
}

function termsOf(addOn: AddOn): AddOnTerms {
  const { name, code, invoice_display_name, description, amount_currency } = addOn
  return {
    name,
    code,
    invoice_display_name,
    description,
    amount_cents: Number(addOn.amount_cents),
    amount_currency,
  }
}

async function checkedColumns(ctx: Ctx, terms: AddOnTerms, id: string) {
  const { amount_cents: cents } = terms
  const problems = new Problems()
  if (isBlank(terms.name)) problems.add('name', 'value_is_mandatory')
  if (isBlank(terms.code)) problems.add('code', 'value_is_mandatory')
  const holder = await findAddOnByCode(ctx, terms.code ?? '')
  if (holder !== undefined && holder.id !== id) problems.add('code', 'value_already_exist')
  if (cents === null || Number.isNaN(cents)) problems.add('amount_cents', 'is not a number')
  else if (cents <= 0 || !Number.isSafeInteger(cents)) problems.add('amount_cents', 'value_is_out_of_range')
  if (!isCurrency(terms.amount_currency ?? '')) problems.add('amount_currency', 'value_is_invalid')
  problems.throwIfAny()
  return {
    ...terms,
    name: terms.name ?? '',
    code: terms.code ?? '',
    amount_cents: BigInt(cents ?? 0),
    amount_currency: terms.amount_currency ?? '',
  }
}
