import type { Domain } from '../platform/module.ts'
import type { BillingEntityTaxes } from './billing-entity-taxes.ts'
import { customSectionRoutes } from './custom-sections/routes.ts'
import { accountRoutes } from './routes.ts'

export { createApiKey, findKeyOwner, issueApiKey, type KeyOwner, listApiKeys, revokeApiKey } from './api-keys.ts'
export {
  type BillingEntity,
  findBillingEntitiesByCodes,
  findBillingEntitiesByIds,
  findBillingEntityIds,
  getBillingEntityByCode,
  getDefaultBillingEntity,
  listBillingEntities,
  resolveBillingEntity,
} from './billing-entities.ts'
export type { BillingEntityTaxes } from './billing-entity-taxes.ts'
export { SectionChoiceInput } from './custom-sections/schema.ts'
export {
  listSelectedSections,
  replaceSections,
  type SelectedSection,
  selectSections,
  skipsSections,
} from './custom-sections/selection.ts'
export { serializeSection, serializeSelectedSection } from './custom-sections/serialize.ts'
export { type CustomSection, findSectionsByCodes } from './custom-sections/store.ts'
export { rememberKeyOwners } from './key-owners.ts'
export { keyUses } from './key-uses.ts'
export { toAscii } from './naming.ts'
export {
  countOrganizations,
  createOrganization,
  FIRST_NAMES,
  findOrganizationClock,
  getOrganization,
  type Organization,
  renameFirstOrganizations,
} from './organizations.ts'
export { fullPermissions } from './permissions.ts'
export { adminRoutes } from './routes.ts'
export { serializeBillingEntity } from './serialize.ts'
export { ISSUING_DATE_ADJUSTMENTS, ISSUING_DATE_ANCHORS } from './update-billing-entity.ts'

/** Organizations, who may call for them, who issues their invoices, and the texts that stand on these. */
export function accountsDomain(taxes: BillingEntityTaxes): Domain {
  return {
    routes(api) {
      accountRoutes(api, taxes)
      customSectionRoutes(api)
    },
  }
}
