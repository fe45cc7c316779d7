import { formatInstant } from '../../platform/wire.ts'
import type { Feature, Privilege } from './types.ts'

/** A feature as the API prints it: known by its code, without an id. */
export function serializeFeature(feature: Feature) {
  return {
    code: feature.code,
    name: feature.name,
    description: feature.description,
    privileges: feature.privileges.map(serializePrivilege),
    created_at: formatInstant(feature.createdAt),
  }
}

/** A privilege as the API prints it within its feature. */
export function serializePrivilege(privilege: Privilege) {
  return {
    code: privilege.code,
    name: privilege.name,
    value_type: privilege.valueType,
    config: privilege.config,
  }
}
