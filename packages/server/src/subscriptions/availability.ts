import { ApiError } from '../platform/errors.ts'

/** Authorizing a card before subscribing is a beta that organizations do not have unless it is switched on for them. */
export function refuseAuthorization(): never {
  throw new ApiError(403, {
    error: 'Forbidden',
    code: 'feature_not_available',
    message: 'Payment authorization (beta_payment_authorization) is not available for this organization',
  })
}
