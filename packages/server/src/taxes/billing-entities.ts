import type { BillingEntityTaxes } from '../accounts/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { generateEuTaxes } from './eu-taxes.ts'
import { getTaxesOf, setTaxes } from './links.ts'
import { serializeTax } from './serialize.ts'
import { findTaxesByCodesInAnyCase, listTaxesOfOrganization } from './store.ts'

/** The taxes in the payloads of billing entities. New ones concern all drafts of the entity. */
export const billingEntityTaxes: BillingEntityTaxes = {
  async replace(ctx: Ctx, billingEntityId, codes) {
    await transaction(ctx, async tx => {
      await setTaxes(tx, 'billing_entity', billingEntityId, await findTaxesByCodesInAnyCase(tx, codes))
      await emit(tx, 'billing_entity.taxes_changed', billingEntityId)
    })
  },

  generateEuTaxes,

  async present(ctx: Ctx, billingEntityId) {
    const taxes = await getTaxesOf(ctx, 'billing_entity', [billingEntityId])
    return (taxes.get(billingEntityId) ?? []).map(serializeTax)
  },

  async presentOfOrganization(ctx: Ctx) {
    return (await listTaxesOfOrganization(ctx)).map(serializeTax)
  },
}
