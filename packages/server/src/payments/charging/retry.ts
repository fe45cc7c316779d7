import type { Type } from 'typebox'
import { isCollectable, lockVisibleInvoice } from '../../invoices/index.ts'
import { PaymentMethodInput, readPaymentMethod } from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { notAllowed, Problems } from '../../platform/errors.ts'
import { Input, isBlank } from '../../platform/http/input.ts'
import { requestCharge } from './request.ts'

export const RetryPaymentInput = Input({ payment_method: PaymentMethodInput })
export type RetryPaymentInput = Type.Static<typeof RetryPaymentInput>

/**
 * Tries to collect the money again, with the method that is named. A customer whom no payment provider collects from cannot
 * be charged: a webhook says so.
 *
 * @throws 404 `invoice_not_found`; 405 when there is nothing to collect, or a provider is at it; 422
 * `invalid_payment_method`
 */
export async function retryPayment(ctx: Ctx, id: string, { payment_method: given }: RetryPaymentInput): Promise<void> {
  await transaction(ctx, async tx => {
    const { invoice, customer } = await lockVisibleInvoice(tx, id)
    if (!isCollectable(invoice)) throw notAllowed('invalid_status')
    if (!invoice.ready_for_payment_processing) {
      throw notAllowed('payment_processor_is_currently_handling_payment')
    }
    const problems = new Problems()
    const method = await readPaymentMethod(tx, given, problems, customer.id)
    problems.throwIfAny()
    if (customer.payment_provider === null) await emit(tx, 'invoice.payment_failure', invoice.id)
    else await requestCharge(tx, invoice, method === undefined || isBlankReference(given) ? {} : { method })
  })
}

/** Nothing is said: the invoice itself, or its subscription, decides. */
function isBlankReference(given: PaymentMethodInput | undefined): boolean {
  return isBlank(given?.payment_method_type) && isBlank(given?.payment_method_id)
}
