import type { Ctx } from '../platform/context.ts'

/** The taxes of billing entities, which their payloads carry and a higher domain keeps: `app.ts` hands them in. */
export interface BillingEntityTaxes {
  /**
   * Gives a billing entity exactly the taxes with these codes, in the transaction of `ctx`.
   *
   * @throws 404 `tax_not_found` when a code is unknown
   */
  replace(ctx: Ctx, billingEntityId: string, codes: readonly string[]): Promise<void>
  /** Makes the taxes that European sales need; none is applied to anything. */
  generateEuTaxes(ctx: Ctx): Promise<void>
  /** The taxes of a billing entity as the API prints them. */
  present(ctx: Ctx, billingEntityId: string): Promise<readonly Record<string, unknown>[]>
  /** The taxes that are marked as applied to the organization, whatever its billing entities have. */
  presentOfOrganization(ctx: Ctx): Promise<readonly Record<string, unknown>[]>
}
