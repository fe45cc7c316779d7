import { getDefaultBillingEntity } from '../accounts/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { claimingCode } from '../platform/db/unique-code.ts'
import { emit, emitAll } from '../platform/domain-events.ts'
import { Problems } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { newId } from '../platform/ids.ts'
import { addTax, getOwnersOfTax, removeTax, removeTaxEverywhere } from './links.ts'
import type { TaxInput } from './schema.ts'
import { findTaxByCode, insertTax, lockTaxByCode, type Tax, updateTaxRow } from './store.ts'

const CODE_INDEX = 'taxes_code'
const CUSTOMERS_AN_EVENT = 1_000

/**
 * Creates a tax; `applied_to_organization` gives it to the default billing entity.
 *
 * @throws 422 with everything that is wrong
 */
export async function createTax(ctx: Ctx, input: TaxInput): Promise<Tax> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const terms = await checkedTerms(tx, { code: null, name: null, rate: null, ...input }, undefined)
      const now = tx.clock.now()
      const tax = await insertTax(tx, {
        id: newId(),
        organization_id: tx.org.id,
        ...terms,
        created_at: now,
        updated_at: now,
      })
      if (tax.applied_to_organization) {
        const entity = await getDefaultBillingEntity(tx)
        await addTax(tx, 'billing_entity', entity.id, tax.id)
        await emit(tx, 'billing_entity.taxes_changed', entity.id)
      }
      return tax
    }),
  )
}

/**
 * Changes what is in the input. Invoices that are finalized keep the tax as it was; drafts of those who have it, or had
 * it until now, are computed again (`tax.changed`).
 *
 * @throws 404 `tax_not_found`; 422 with everything that is wrong
 */
export async function updateTax(ctx: Ctx, code: string, input: TaxInput): Promise<Tax> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const current = await lockTaxByCode(tx, code)
      const tax = await updateTaxRow(tx, current.id, await checkedTerms(tx, { ...current, ...input }, current.id))
      const entitiesBefore = await getOwnersOfTax(tx, 'billing_entity', tax.id)
      if (input.applied_to_organization !== undefined) {
        const entity = await getDefaultBillingEntity(tx)
        const change = input.applied_to_organization ? addTax : removeTax
        await change(tx, 'billing_entity', entity.id, tax.id)
      }
      const entitiesAfter = await getOwnersOfTax(tx, 'billing_entity', tax.id)
      await emitChange(tx, tax, [...new Set([...entitiesBefore, ...entitiesAfter])])
      return tax
    }),
  )
}

/**
 * Deletes a tax and takes it away from everything that has it. Its code is free again.
 *
 * @throws 404 `tax_not_found`
 */
export async function deleteTax(ctx: Ctx, code: string): Promise<Tax> {
  return transaction(ctx, async tx => {
    const { id } = await lockTaxByCode(tx, code)
    const tax = await updateTaxRow(tx, id, { deleted_at: tx.clock.now() })
    await emitChange(tx, tax, await getOwnersOfTax(tx, 'billing_entity', id))
    await removeTaxEverywhere(tx, id)
    await emit(tx, 'tax.deleted', id)
    return tax
  })
}

/**
 * Says that a tax changed, and whose drafts are concerned: those of the customers that have it themselves, and those of
 * the customers without taxes of their own whose billing entity has it or had it.
 */
async function emitChange(tx: Ctx, tax: Tax, billingEntityIds: readonly string[]): Promise<void> {
  const customerIds = await getOwnersOfTax(tx, 'customer', tax.id)
  const chunks: string[][] = [customerIds.splice(0, CUSTOMERS_AN_EVENT)]
  while (customerIds.length > 0) chunks.push(customerIds.splice(0, CUSTOMERS_AN_EVENT))
  await emitAll(
    tx,
    chunks.map((chunk, index) => ({
      type: 'tax.changed',
      objectId: tax.id,
      data: { customerIds: chunk, billingEntityIds: index === 0 ? billingEntityIds : [] },
    })),
  )
}

async function checkedTerms(ctx: Ctx, given: TaxInput, id: string | undefined) {
  const problems = new Problems()
  if (isBlank(given.code)) problems.add('code', 'value_is_mandatory')
  const holder = await findTaxByCode(ctx, given.code ?? '')
  if (holder !== undefined && holder.id !== id) problems.add('code', 'value_already_exist')
  if (isBlank(given.name)) problems.add('name', 'value_is_mandatory')
  if (given.rate === null) problems.add('rate', 'value_is_mandatory')
  problems.throwIfAny()
  return {
    code: given.code ?? '',
    name: given.name ?? '',
    // Text that is no number counts as 0.
    rate: Number.isFinite(given.rate) ? (given.rate ?? 0) : 0,
    description: given.description ?? null,
    applied_to_organization: given.applied_to_organization ?? false,
  }
}
