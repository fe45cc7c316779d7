import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { notFound } from '../platform/errors.ts'
import { type CustomerRecord, getCustomerByExternalId, loadCustomerRecord, lockCustomer } from './store.ts'

/**
 * Deletes a customer: it disappears from lists and its external id is free again at once; its invoices stay. What it still
 * has running is ended by those who act on `customer.deleted`.
 *
 * @throws 404 `customer_not_found`
 */
export async function deleteCustomer(ctx: Ctx, externalId: string): Promise<CustomerRecord> {
  return transaction(ctx, async tx => {
    const { id } = await getCustomerByExternalId(tx, externalId)
    const { deleted_at } = await lockCustomer(tx, id)
    if (deleted_at !== null) throw notFound('customer')
    const now = tx.clock.now()
    const customer = await tx.db
      .updateTable('customers')
      .set({ deleted_at: now, updated_at: now })
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await emit(tx, 'customer.deleted', id)
    return loadCustomerRecord(tx, customer)
  })
}
