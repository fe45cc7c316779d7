import type { FeatureHead, Privilege } from '../features/types.ts'

/** A privilege that has a value. */
export interface EntitlementValue {
  readonly id: string
  readonly privilege: Privilege
  /** The value as it is kept; the privilege's type says what it stands for. */
  readonly text: string
  readonly createdAt: Temporal.Instant
}

/** A feature that a plan entitles to, or that a subscription has of its own. */
export interface Entitlement {
  readonly id: string
  readonly feature: FeatureHead
  readonly createdAt: Temporal.Instant
  /** In order of creation. */
  readonly values: readonly EntitlementValue[]
}
