import type { Domain } from '../platform/module.ts'
import { accountRoutes } from './routes.ts'

export { createApiKey, findKeyOwner, type KeyOwner, listApiKeys, revokeApiKey } from './api-keys.ts'
export {
  type BillingEntity,
  findBillingEntitiesByCodes,
  findBillingEntitiesByIds,
  getBillingEntityByCode,
  getDefaultBillingEntity,
  listBillingEntities,
  resolveBillingEntity,
} from './billing-entities.ts'
export { rememberKeyOwners } from './key-owners.ts'
export {
  countOrganizations,
  createOrganization,
  findOrganizationClock,
  getOrganization,
  type Organization,
} from './organizations.ts'
export { adminRoutes } from './routes.ts'
export { ISSUING_DATE_ADJUSTMENTS, ISSUING_DATE_ANCHORS } from './update-billing-entity.ts'

export const accounts: Domain = { routes: accountRoutes }
