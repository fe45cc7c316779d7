import { findDefaultPaymentMethod, findPaymentMethod, type PaymentMethodInput } from '../../payment-providers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Problems } from '../../platform/errors.ts'
import { isBlank, isRecord } from '../../platform/http/input.ts'
import type { NewRule } from './rules.ts'

const LONGEST_TIMEOUT_HOURS = 2 ** 31 - 1

/** Who would have to pay before the subscription starts, and how. */
export interface GatedPayment {
  /** What the subscription has, or is to have; blank where nothing is said. */
  readonly method: PaymentMethodInput | undefined
  /** Undefined for a customer that does not exist yet. */
  readonly payer: { readonly id: string; readonly payment_provider: string | null } | undefined
}

/**
 * Reads the rules that hold a subscription back until it is paid for. There is one kind, once: a payment by the customer's
 * provider, with a payment method that it has saved there.
 *
 * @returns undefined where nothing is said of rules
 */
export async function readActivationRules(
  ctx: Ctx,
  rules: unknown,
  payment: GatedPayment,
  problems: Problems,
): Promise<NewRule[] | undefined> {
  if (rules === undefined || rules === null) return undefined
  if (!Array.isArray(rules)) {
    problems.add('activation_rules', 'invalid_format')
    return undefined
  }
  const read = rules.map(rule => (isRecord(rule) ? rule : {}))
  if (read.some(rule => rule.type !== 'payment')) problems.add('activation_rules', 'invalid_type')
  else if (read.length > 1) problems.add('activation_rules', 'duplicated_type')
  if (read.some(rule => !isTimeout(rule.timeout_hours))) {
    problems.add('timeout_hours', 'value_must_be_positive_or_zero')
  }
  if (read.some(rule => rule.type === 'payment')) {
    const refusal = await refusalOf(ctx, payment)
    if (refusal !== undefined) problems.add('customer', refusal)
  }
  return read.map(rule => ({ type: 'payment', timeoutHours: Number(rule.timeout_hours ?? 0) }))
}

function isTimeout(hours: unknown): boolean {
  if (hours === undefined || hours === null) return true
  return Number.isInteger(hours) && Number(hours) >= 0 && Number(hours) <= LONGEST_TIMEOUT_HOURS
}

/** Why nobody could be charged by itself; undefined where somebody could. */
async function refusalOf(ctx: Ctx, { method, payer }: GatedPayment): Promise<string | undefined> {
  const { payment_method_type: type, payment_method_id: id } = method ?? {}
  if (!isBlank(type) && type !== 'provider') return 'manual_payment_method_invalid_for_payment_activation_rules'
  if (isBlank(type) && isBlank(payer?.payment_provider)) return 'no_linked_payment_provider'
  if (!isBlank(id)) {
    const owner = (await findPaymentMethod(ctx, id ?? ''))?.customer_id
    return owner !== undefined && owner === payer?.id ? undefined : 'payment_method_not_found'
  }
  const standard = payer && (await findDefaultPaymentMethod(ctx, payer.id))
  return standard === undefined ? 'no_default_payment_method' : undefined
}
