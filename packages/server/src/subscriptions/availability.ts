import { ApiError, forbidden } from '../platform/errors.ts'

/**
 * What the API describes but billing cannot carry out yet. A request that would need it is refused as a whole: nothing
 * that decides an amount is dropped in silence.
 */

interface GatedInput {
  readonly activation_rules?: unknown
}

/** @throws 403 `feature_unavailable` for payment-gated activation */
export function requireOptionsAvailable({ activation_rules: rules }: GatedInput): void {
  const asked = Array.isArray(rules) && rules.length > 0
  if (asked) throw forbidden('feature_unavailable')
}

/** @throws 403 `feature_unavailable`: an active subscription stays on its plan */
export function refusePlanChange(): never {
  throw forbidden('feature_unavailable')
}

/** Authorizing a card before subscribing is a beta that organizations do not have unless it is switched on for them. */
export function refuseAuthorization(): never {
  throw new ApiError(403, {
    error: 'Forbidden',
    code: 'feature_not_available',
    message: 'Payment authorization (beta_payment_authorization) is not available for this organization',
  })
}
