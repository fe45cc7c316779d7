import { type BillingTerms, currentBillingPeriod, downgradeDate, type Period } from '@weir/engine'
import type { serializeSelectedSection } from '../accounts/index.ts'
import type { serializeApplicableThreshold, serializePlan } from '../catalog/index.ts'
import type { serializeCustomer } from '../customers/index.ts'
import { formatCents, formatInstant, formatInstantMs } from '../platform/wire.ts'
import { type ActivationRule, serializeRule } from './activation/rules.ts'
import type { PresentedEntitlement } from './entitlements/present.ts'
import { type SubscriptionRecord, termsOf } from './store.ts'
import { billingSchedule } from './terms.ts'

/** What some answers and webhooks carry beside the subscription itself. */
export interface SubscriptionParts {
  /** What has, or had, to happen before it starts; none where absent. */
  readonly activation_rules?: readonly ActivationRule[] | undefined
  readonly customer?: ReturnType<typeof serializeCustomer>
  readonly entitlements?: readonly PresentedEntitlement[]
  readonly plan?: ReturnType<typeof serializePlan>
  readonly applicable_usage_thresholds?: readonly ReturnType<typeof serializeApplicableThreshold>[]
  readonly applied_invoice_custom_sections?: readonly ReturnType<typeof serializeSelectedSection>[]
}

/**
 * A subscription as the API prints it.
 *
 * @param now decides the current billing period
 */
export function serializeSubscription(
  record: SubscriptionRecord,
  now: Temporal.Instant,
  { customer, entitlements, activation_rules: rules = [], ...parts }: SubscriptionParts = {},
) {
  const { subscription, plan, next } = record
  const terms = termsOf(record)
  const period = terms && currentBillingPeriod(terms, now)
  return {
    lago_id: subscription.id,
    external_id: subscription.external_id,
    lago_customer_id: subscription.customer_id,
    external_customer_id: record.externalCustomerId,
    name: subscription.name,
    plan_code: plan.code,
    plan_amount_cents: formatCents(plan.amountCents),
    plan_amount_currency: plan.amountCurrency,
    status: subscription.status,
    billing_time: subscription.billing_time,
    subscription_at: formatInstant(subscription.subscription_at),
    started_at: formatInstantMs(subscription.started_at),
    trial_ended_at: formatInstant(subscription.trial_ended_at),
    ending_at: formatInstant(subscription.ending_at),
    terminated_at: formatInstant(subscription.terminated_at),
    canceled_at: formatInstant(subscription.canceled_at),
    created_at: formatInstant(subscription.created_at),
    previous_plan_code: record.previousPlanCode,
    next_plan_code: next?.plan.code ?? null,
    downgrade_plan_date: downgradePlanDate(record, terms, now)?.toString() ?? null,
    ...serializePeriod(period),
    on_termination_credit_note: subscription.on_termination_credit_note,
    on_termination_invoice: subscription.on_termination_invoice,
    progressive_billing_disabled: subscription.progressive_billing_disabled,
    consolidate_invoice: subscription.consolidate_invoice,
    purchase_order_number: subscription.purchase_order_number,
    cancellation_reason: subscription.cancellation_reason,
    activated_at: formatInstant(subscription.activated_at),
    ...(customer !== undefined && { customer }),
    ...(entitlements !== undefined && { entitlements }),
    payment_method: {
      payment_method_id: subscription.payment_method_id,
      payment_method_type: subscription.payment_method_type,
    },
    ...parts,
    activation_rules: rules.map(serializeRule),
  }
}

function serializePeriod(period: Period | undefined) {
  return {
    current_billing_period_started_at: formatInstant(period?.from ?? null),
    current_billing_period_ending_at: formatInstant(period?.to ?? null),
  }
}

/** The day a change to a cheaper plan took effect, or will: the day after the period in progress. */
function downgradePlanDate(
  { subscription, plan, timeZone, next }: SubscriptionRecord,
  terms: BillingTerms | undefined,
  now: Temporal.Instant,
): Temporal.PlainDate | null {
  if (next?.status === 'pending') return downgradeDate(billingSchedule(subscription, plan, timeZone), now)
  const isDowngraded = next?.status === 'active' && terms?.successor === 'downgrade'
  return isDowngraded ? (next.startedAt?.toZonedDateTimeISO('UTC').toPlainDate() ?? null) : null
}
