import type { WebhookObject } from '../../platform/module.ts'
import { serializeCustomer } from '../serialize.ts'
import { findCustomersByIds, loadCustomerRecord } from '../store.ts'

/** The customer with what came of one check of its number. */
export const viesCheckWebhook: WebhookObject = {
  objectType: 'customer',
  async serialize(ctx, checkId) {
    const check = await ctx.db
      .selectFrom('vat_checks')
      .select(['customer_id', 'outcome'])
      .where('organization_id', '=', ctx.org.id)
      .where('id', '=', checkId)
      .executeTakeFirst()
    const [customer] = check === undefined ? [] : await findCustomersByIds(ctx, [check.customer_id])
    if (check === undefined || customer === undefined) return undefined
    return { ...serializeCustomer(await loadCustomerRecord(ctx, customer)), vies_check: check.outcome }
  },
}
