import { listBillingEntities } from '../accounts/index.ts'
import type { Ctx } from '../platform/context.ts'
import { getTaxesOf } from './links.ts'
import { serializeTaxDetail } from './serialize.ts'
import type { Tax } from './store.ts'

/** Taxes as their own endpoints show them, with the active billing entities that they are applied to. */
export async function presentTaxes(ctx: Ctx, taxes: readonly Tax[]) {
  const entities = await listBillingEntities(ctx)
  const applied = await getTaxesOf(
    ctx,
    'billing_entity',
    entities.map(entity => entity.id),
  )
  return taxes.map(tax => {
    const having = entities.filter(entity => applied.get(entity.id)?.some(other => other.id === tax.id))
    return serializeTaxDetail(tax, {
      codes: having.map(entity => entity.code).toSorted(),
      includesDefault: having.some(entity => entity.id === entities[0]?.id),
    })
  })
}

/** As {@link presentTaxes}, for one. */
export async function presentTax(ctx: Ctx, tax: Tax) {
  return (await presentTaxes(ctx, [tax]))[0]
}
