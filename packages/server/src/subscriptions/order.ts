import type { PlanPrice } from '@weir/engine'
import type { PlanSnapshot } from '../catalog/index.ts'
import { type PaymentMethodReference, readPaymentMethod } from '../payment-providers/index.ts'
import type { Ctx } from '../platform/context.ts'
import { Problems, validation } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { withoutNul } from '../platform/validation/text.ts'
import { type GatedPayment, readActivationRules } from './activation/read-rules.ts'
import type { NewRule } from './activation/rules.ts'
import type { NewSubscriptionInput } from './schema.ts'
import { readDates, refuseThresholdsTwice } from './validate.ts'

/** A request for a subscription whose own fields were checked. */
export interface Order {
  readonly input: NewSubscriptionInput
  readonly externalId: string
  readonly name: string
  readonly plan: PlanSnapshot
  readonly subscriptionAt: Temporal.Instant
  readonly endingAt: Temporal.Instant | null
  readonly paymentMethod: PaymentMethodReference
  /** Undefined: not given. */
  readonly activationRules: readonly NewRule[] | undefined
}

/**
 * Checks a request for a subscription to a plan.
 *
 * @param payer what is known of the customer; undefined for one that does not exist yet
 * @throws 422 with everything that is wrong
 */
export async function readOrder(
  ctx: Ctx,
  input: NewSubscriptionInput,
  plan: PlanSnapshot,
  payer: GatedPayment['payer'],
): Promise<Order> {
  const now = ctx.clock.now()
  const problems = new Problems()
  const dates = readDates(input, now, now, problems)
  const paymentMethod = await readPaymentMethod(ctx, input.payment_method, problems)
  const activationRules = await readActivationRules(
    ctx,
    input.activation_rules,
    { method: input.payment_method, payer },
    problems,
  )
  problems.throwIfAny()
  if (isBlank(input.external_customer_id)) throw validation({ external_customer_id: ['value_is_mandatory'] })
  refuseThresholdsTwice(input)
  return {
    input,
    plan,
    externalId: withoutNul(input.external_id ?? '').trim(),
    name: withoutNul(input.name ?? '').trim(),
    subscriptionAt: dates.subscriptionAt ?? now,
    endingAt: dates.endingAt ?? null,
    activationRules,
    paymentMethod: paymentMethod ?? { payment_method_type: 'provider', payment_method_id: null },
  }
}

/** What the plan is to cost, by which plan changes are judged. */
export function priceOf({ plan, input }: Order): PlanPrice {
  const cents = input.plan_overrides?.amount_cents ?? null
  return cents !== null && Number.isSafeInteger(cents) ? { ...plan, amountCents: BigInt(cents) } : plan
}
