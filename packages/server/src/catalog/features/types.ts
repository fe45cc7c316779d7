import type { PrivilegeType } from '@weir/engine'

export const VALUE_TYPES = ['integer', 'string', 'boolean', 'select'] as const satisfies PrivilegeType['valueType'][]

/** Of a `select`, the texts to choose from; empty for the other types. */
export interface PrivilegeConfig {
  readonly select_options?: readonly string[]
}

/** A setting of a feature, whose value plans and subscriptions say. */
export interface Privilege {
  readonly id: string
  readonly code: string
  readonly name: string | null
  readonly valueType: PrivilegeType['valueType']
  readonly config: PrivilegeConfig
}

export interface FeatureHead {
  readonly id: string
  readonly code: string
  readonly name: string | null
  readonly description: string | null
}

/** Something that plans entitle to. */
export interface Feature extends FeatureHead {
  readonly createdAt: Temporal.Instant
  /** In order of creation. */
  readonly privileges: readonly Privilege[]
}
