import type { Problems } from '../platform/errors.ts'
import { isBlank, isRecord } from '../platform/http/input.ts'

/** Who would have to pay before the subscription starts, and how. */
export interface GatedPayment {
  /** The type of payment method that the subscription has, or is to have; blank where nothing is said. */
  readonly methodType: string | null | undefined
  readonly methodId: string | null | undefined
  /** Undefined for a customer that does not exist yet. */
  readonly payer: { readonly payment_provider: string | null } | undefined
}

/**
 * Checks the rules that hold a subscription back until it is paid for. There is one kind, once: a payment by the customer's
 * provider, with a stored payment method. No payment method can be stored yet, so no rule passes; an empty list does.
 */
export function checkActivationRules(rules: unknown, payment: GatedPayment, problems: Problems): void {
  if (rules === undefined || rules === null) return
  if (!Array.isArray(rules)) {
    problems.add('activation_rules', 'invalid_format')
    return
  }
  const types = rules.map(rule => (isRecord(rule) ? rule.type : undefined))
  if (types.some(type => type !== 'payment')) problems.add('activation_rules', 'invalid_type')
  else if (types.length > 1) problems.add('activation_rules', 'duplicated_type')
  if (rules.some(rule => isRecord(rule) && !isTimeout(rule.timeout_hours))) {
    problems.add('timeout_hours', 'value_must_be_positive_or_zero')
  }
  if (types.includes('payment')) problems.add('customer', refusal(payment))
}

function isTimeout(hours: unknown): boolean {
  return hours === undefined || hours === null || (Number.isInteger(hours) && Number(hours) >= 0)
}

function refusal({ methodType, methodId, payer }: GatedPayment): string {
  if (!isBlank(methodType) && methodType !== 'provider')
    return 'manual_payment_method_invalid_for_payment_activation_rules'
  if (isBlank(methodType) && isBlank(payer?.payment_provider)) return 'no_linked_payment_provider'
  return isBlank(methodId) ? 'no_default_payment_method' : 'payment_method_not_found'
}
