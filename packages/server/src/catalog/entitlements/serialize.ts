import { privilegeValue } from '@weir/engine'
import { serializePrivilege } from '../features/serialize.ts'
import type { Privilege } from '../features/types.ts'
import type { Entitlement } from './types.ts'

/** What a plan entitles to of one feature. */
export function serializeEntitlement({ feature, values }: Entitlement) {
  return {
    code: feature.code,
    name: feature.name,
    description: feature.description,
    privileges: values.map(({ privilege, text }) => ({
      ...serializePrivilege(privilege),
      value: serializeValue(privilege, text),
    })),
  }
}

/** A kept value as its privilege's type says. Integers keep all their digits. */
export function serializeValue(privilege: Privilege, text: string) {
  const value = privilegeValue(privilege.valueType, text)
  return typeof value === 'bigint' ? JSON.rawJSON(value.toString()) : value
}
