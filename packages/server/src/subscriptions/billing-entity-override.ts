import { listBillingEntities } from '../accounts/index.ts'
import type { Ctx } from '../platform/context.ts'
import { notFound } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'

/**
 * The billing entity that a request names for one subscription, by id or else by code.
 *
 * @returns undefined when neither key is present; null when both are blank: the customer's own entity bills
 * @throws 404 `billing_entity_not_found`
 */
export async function readBillingEntityOverride(
  ctx: Ctx,
  input: { billing_entity_id?: string | null; billing_entity_code?: string | null },
): Promise<string | null | undefined> {
  const { billing_entity_id: id, billing_entity_code: code } = input
  if (id === undefined && code === undefined) return undefined
  if (isBlank(id) && isBlank(code)) return null
  const entities = await listBillingEntities(ctx)
  const entity = entities.find(candidate => (isBlank(id) ? candidate.code === code : candidate.id === id))
  if (entity === undefined) throw notFound('billing_entity')
  return entity.id
}
