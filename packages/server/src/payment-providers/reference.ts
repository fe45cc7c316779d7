import { Type } from 'typebox'
import type { Ctx } from '../platform/context.ts'
import type { Problems } from '../platform/errors.ts'
import { Input, isBlank, Nullable } from '../platform/http/input.ts'
import { isUuid } from '../platform/ids.ts'
import { findPaymentMethod } from './payment-methods.ts'

const Text = Nullable(Type.String())

/** How requests say what pays: `{payment_method_type, payment_method_id}`. */
export const PaymentMethodInput = Input({ payment_method_type: Text, payment_method_id: Text })
export type PaymentMethodInput = Type.Static<typeof PaymentMethodInput>

export interface PaymentMethodReference {
  readonly payment_method_type: 'provider' | 'manual'
  readonly payment_method_id: string | null
}

/**
 * Reads what is to pay: a saved method, the customer's default one, or nobody by itself (`manual`). Anything else is the
 * problem `invalid_payment_method`.
 *
 * @param ofCustomer the customer whose method it must be; any of the organization when absent
 */
export async function readPaymentMethod(
  ctx: Ctx,
  input: PaymentMethodInput | undefined,
  problems: Problems,
  ofCustomer?: string,
): Promise<PaymentMethodReference | undefined> {
  if (input === undefined) return undefined
  const { payment_method_type: type, payment_method_id: id } = input
  if (isBlank(id) && (isBlank(type) || type === 'provider')) {
    return { payment_method_type: 'provider', payment_method_id: null }
  }
  if (type === 'provider' || type === 'manual') {
    const method = isBlank(id) ? undefined : await findPaymentMethod(ctx, id ?? '')
    const isKnown = method !== undefined && (ofCustomer === undefined || method.customer_id === ofCustomer)
    if (isKnown === (type === 'provider')) {
      return { payment_method_type: type, payment_method_id: id && isUuid(id) ? id : null }
    }
  }
  problems.add('payment_method', 'invalid_payment_method')
  return undefined
}
