import type { FullPlan, Properties } from '../../api/plans.ts'
import { currencyDecimals, parseMoney, shift } from '../../format/money.ts'
import type { FieldErrors } from '../../ui/use-form.ts'
import {
  type ChargeDraft,
  chargeOverride,
  type FixedChargeDraft,
  fixedChargeBody,
  orNull,
} from '../plans/charge-draft.ts'

/** What a subscription is to have otherwise than its plan, as it is typed. Charges that were not touched are absent. */
export interface OverrideDraft {
  readonly displayName: string
  readonly amount: string
  readonly trial: string
  readonly minimum: string
  readonly charges: Readonly<Record<string, ChargeDraft>>
  readonly fixed: Readonly<Record<string, FixedChargeDraft>>
}

export function overrideDraft(plan: FullPlan): OverrideDraft {
  const decimals = currencyDecimals(plan.amount_currency)
  return {
    displayName: plan.invoice_display_name ?? '',
    amount: shift(plan.amount_cents, decimals),
    trial: plan.trial_period ? String(plan.trial_period) : '',
    minimum: plan.minimum_commitment === undefined ? '' : shift(plan.minimum_commitment.amount_cents, decimals),
    charges: {},
    fixed: {},
  }
}

/** Whether anything is otherwise than in the plan. */
export function isOverridden(plan: FullPlan, draft: OverrideDraft): boolean {
  return JSON.stringify(draft) !== JSON.stringify(overrideDraft(plan))
}

/** What is no amount of the plan's currency, by field. */
export function overrideProblems(
  plan: Pick<FullPlan, 'amount_currency'>,
  { amount, trial, minimum }: Pick<OverrideDraft, 'amount' | 'trial' | 'minimum'>,
): FieldErrors {
  const isMoney = (text: string) => (parseMoney(text, plan.amount_currency) ?? -1) >= 0
  return {
    ...(!isMoney(amount) && { amount: ['not_an_amount'] }),
    ...(minimum.trim() !== '' && !isMoney(minimum) && { minimum: ['not_an_amount'] }),
    ...(!/^\d*(\.\d+)?$/.test(trial.trim()) && { trial: ['not_a_number'] }),
  }
}

/**
 * The `plan_overrides` of a request; undefined where everything is as in the plan. What a subscription's own copy of a plan would
 * lose otherwise (taxes, the minimum commitment) is repeated.
 */
export function overridesBody(plan: FullPlan, draft: OverrideDraft): Properties | undefined {
  if (!isOverridden(plan, draft)) return undefined
  const currency = plan.amount_currency
  const minimum = parseMoney(draft.minimum, currency) ?? 0
  const codes = (taxes: readonly { code: string }[]) => taxes.map(({ code }) => code)
  const charges = plan.charges.flatMap(({ lago_id: id, taxes }): Properties[] => {
    const own = draft.charges[id]
    if (own !== undefined) return [{ id, ...chargeOverride(own, currency) }]
    return taxes.length > 0 ? [{ id, tax_codes: codes(taxes) }] : []
  })
  const fixed = (plan.fixed_charges ?? []).flatMap(({ lago_id: id, taxes }): Properties[] => {
    const own = draft.fixed[id]
    if (own === undefined) return taxes.length > 0 ? [{ id, tax_codes: codes(taxes) }] : []
    const { invoice_display_name, properties, units, tax_codes } = fixedChargeBody(own)
    return [{ id, invoice_display_name, properties, units, tax_codes }]
  })
  return {
    amount_cents: parseMoney(draft.amount, currency),
    invoice_display_name: orNull(draft.displayName),
    trial_period: draft.trial.trim() === '' ? 0 : Number(draft.trial),
    ...(plan.taxes.length > 0 && { tax_codes: codes(plan.taxes) }),
    ...(minimum > 0 && {
      minimum_commitment: {
        amount_cents: minimum,
        invoice_display_name: plan.minimum_commitment?.invoice_display_name ?? null,
        tax_codes: codes(plan.minimum_commitment?.taxes ?? []),
      },
    }),
    ...(charges.length > 0 && { charges }),
    ...(fixed.length > 0 && { fixed_charges: fixed }),
  }
}

/** What the plan costs in its interval with what was typed, for telling upgrades from downgrades. */
export function priceWith(plan: FullPlan, draft: OverrideDraft): Pick<FullPlan, 'amount_cents' | 'interval'> {
  return {
    amount_cents: parseMoney(draft.amount, plan.amount_currency) ?? plan.amount_cents,
    interval: plan.interval,
  }
}
