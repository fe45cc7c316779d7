import { minutesBeforeNextCheck, taxByCountry, taxOfBusiness } from '@weir/engine'
import { type BillingEntity, findBillingEntitiesByIds } from '../../accounts/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { getEuTax, setTaxes } from '../../taxes/index.ts'
import { type Customer, findCustomersByIds, lockCustomer } from '../store.ts'
import { type CheckAnswer, vatCheckerOf } from './checker.ts'
import { euSaleOf } from './eu-tax.ts'
import { CHECK_VAT_NUMBER, dropVatCheck, findVatCheck, type PendingVatCheck } from './store.ts'

/**
 * Has a customer's VAT number checked and gives the customer the one tax that follows. Emits, beside the webhook:
 *
 * - `customer.taxes_changed` when the taxes are other ones;
 * - `customer.taxes_known` when the invoices that waited for the answer need wait no more.
 *
 * Where nobody answers it is tried again later, without end: see `check_vat_numbers`.
 */
export const checkVatNumber: TaskDefinition = {
  name: CHECK_VAT_NUMBER,
  async run(ctx, { customerId }) {
    const id = String(customerId)
    const pending = await findVatCheck(ctx, id)
    if (pending === undefined || Temporal.Instant.compare(pending.next_attempt_at, ctx.clock.now()) > 0) return
    const [customer] = await findCustomersByIds(ctx, [id])
    if (customer === undefined) return
    const number = customer.tax_identification_number?.trim()
    // Nothing is locked while somebody else is asked.
    const answer = number ? await vatCheckerOf(ctx).check(number) : undefined
    await transaction(ctx, tx => conclude(tx, pending, answer))
  },
}

async function conclude(tx: Ctx, asked: PendingVatCheck, answer: CheckAnswer | undefined): Promise<void> {
  const customer = await lockCustomer(tx, asked.customer_id)
  const pending = await findVatCheck(tx, customer.id)
  // Asked anew, or wanted no more, in the meantime.
  if (pending?.id !== asked.id || pending.attempts_count !== asked.attempts_count) return
  const entity = (await findBillingEntitiesByIds(tx, [customer.billing_entity_id])).get(customer.billing_entity_id)
  if (!entity?.eu_tax_management) {
    await dropVatCheck(tx, customer.id)
    await emit(tx, 'customer.taxes_known', customer.id)
    return
  }
  if (answer?.outcome === 'failed') await tryAgainLater(tx, pending, answer)
  else await settle(tx, customer, entity, answer)
  if (answer !== undefined) await tell(tx, customer.id, answer)
}

async function tryAgainLater(
  tx: Ctx,
  pending: PendingVatCheck,
  { error, message }: CheckAnswer & { outcome: 'failed' },
): Promise<void> {
  const now = tx.clock.now()
  const attempts = pending.attempts_count + 1
  await tx.db
    .updateTable('pending_vat_checks')
    .set({
      attempts_count: attempts,
      last_attempt_at: now,
      last_error_type: error,
      last_error_message: message,
      next_attempt_at: now.add({ minutes: minutesBeforeNextCheck(attempts) }),
      updated_at: now,
    })
    .where('organization_id', '=', tx.org.id)
    .where('customer_id', '=', pending.customer_id)
    .execute()
}

async function settle(
  tx: Ctx,
  customer: Customer,
  entity: BillingEntity,
  answer: CheckAnswer | undefined,
): Promise<void> {
  const sale = euSaleOf(customer, entity)
  const code = answer?.outcome === 'valid' ? taxOfBusiness(sale, answer.countryCode) : taxByCountry(sale)
  await setTaxes(tx, 'customer', customer.id, [await getEuTax(tx, code)])
  await dropVatCheck(tx, customer.id)
  await emit(tx, 'customer.taxes_changed', customer.id)
  await emit(tx, 'customer.taxes_known', customer.id)
}

/** Keeps what came of the check, which the webhook tells. */
async function tell(tx: Ctx, customerId: string, answer: CheckAnswer): Promise<void> {
  const id = newId()
  await tx.db
    .insertInto('vat_checks')
    .values({
      id,
      organization_id: tx.org.id,
      customer_id: customerId,
      outcome: JSON.stringify(wireOutcome(answer)),
      created_at: tx.clock.now(),
    })
    .execute()
  await emit(tx, 'customer.vies_check', id)
}

function wireOutcome(answer: CheckAnswer): Record<string, unknown> {
  if (answer.outcome === 'valid') {
    const { countryCode, vatNumber, requestDate, name, address } = answer
    return {
      country_code: countryCode,
      vat_number: vatNumber,
      request_date: requestDate,
      valid: true,
      name,
      address,
    }
  }
  const { isWellFormed } = answer
  return {
    valid: false,
    valid_format: isWellFormed,
    ...(answer.outcome === 'failed' && { error: answer.message }),
  }
}
