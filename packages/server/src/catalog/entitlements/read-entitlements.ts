import { readPrivilegeValue } from '@weir/engine'
import { Type } from 'typebox'
import type { Ctx } from '../../platform/context.ts'
import { notFound, Problems } from '../../platform/errors.ts'
import { Input, isRecord } from '../../platform/http/input.ts'
import { holdFeaturesByCodes } from '../features/store.ts'
import type { Feature, Privilege } from '../features/types.ts'

/** The body of writes, which has no outer root: values by the code of the privilege, by the code of the feature. */
export const EntitlementsBody = Input({ entitlements: Type.Record(Type.String(), Type.Unknown()) })

/** What a request sets of one feature. */
export interface RequestedEntitlement {
  readonly feature: Feature
  /** Texts to keep, by the privilege's id. */
  readonly values: ReadonlyMap<string, string>
}

/**
 * Finds the features and privileges that a request names, and reads their values. The features stay as they are until
 * the transaction ends.
 *
 * @throws 404 `feature_not_found`, `privilege_not_found`; 422 with all values that are wrong
 */
export async function readEntitlements(
  ctx: Ctx,
  given: Readonly<Record<string, unknown>> | undefined,
): Promise<RequestedEntitlement[]> {
  const entries = Object.entries(given ?? {})
  const features = await holdFeaturesByCodes(
    ctx,
    entries.map(([code]) => code.replaceAll('\0', '\ufffd')),
  )
  const named = entries.flatMap(([code, values]) => {
    const feature = features.get(code)
    return feature === undefined ? [] : [{ feature, values: namePrivileges(feature, values) }]
  })
  const problems = new Problems()
  const requested = named.map(({ feature, values }) => ({ feature, values: readValues(values, problems) }))
  problems.throwIfAny()
  return requested
}

function namePrivileges(feature: Feature, values: unknown): (readonly [Privilege, unknown])[] {
  return Object.entries(isRecord(values) ? values : {}).map(([code, value]) => {
    const privilege = feature.privileges.find(candidate => candidate.code === code)
    if (privilege === undefined) throw notFound('privilege')
    return [privilege, value] as const
  })
}

function readValues(values: readonly (readonly [Privilege, unknown])[], problems: Problems): Map<string, string> {
  const texts = new Map<string, string>()
  for (const [privilege, value] of values) {
    const type = { valueType: privilege.valueType, options: privilege.config.select_options ?? [] }
    const read = readPrivilegeValue(type, JSON.isRawJSON(value) ? BigInt(value.rawJSON) : withoutNul(value))
    if ('text' in read) texts.set(privilege.id, read.text)
    else if (read.problem === 'value_is_mandatory') problems.details['privilege.value'] = [read.problem]
    else problems.add(`${privilege.code}_privilege_value`, read.problem)
  }
  return texts
}

function withoutNul(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '') : value
}
