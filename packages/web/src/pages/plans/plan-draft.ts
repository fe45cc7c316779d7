import type { FullPlan, PlanMetric, Privilege, Properties } from '../../api/plans.ts'
import { currencyDecimals, parseMoney, shift } from '../../format/money.ts'
import { ungrouped } from '../../format/numbers.ts'
import {
  type ChargeDraft,
  chargeBody,
  chargeDraft,
  type FixedChargeDraft,
  fixedChargeBody,
  fixedChargeDraft,
  orNull,
} from './charge-draft.ts'
import { newKey } from './price-draft.ts'

export const INTERVALS = ['weekly', 'monthly', 'quarterly', 'semiannual', 'yearly'] as const

export interface ThresholdDraft {
  readonly key: string
  readonly amount: string
  readonly name: string
}

export interface EntitlementDraft {
  readonly code: string
  readonly name: string
  readonly privileges: readonly Privilege[]
  /** By the code of the privilege; blank: none. */
  readonly values: Readonly<Record<string, string>>
}

export interface MetadataDraft {
  readonly key: string
  readonly name: string
  readonly value: string
}

/** A plan as it is typed. Amounts are in major units. */
export interface PlanDraft {
  readonly name: string
  readonly code: string
  readonly description: string
  readonly displayName: string
  readonly interval: string
  readonly billChargesMonthly: boolean
  readonly billFixedChargesMonthly: boolean
  readonly currency: string
  readonly taxCodes: readonly string[]
  readonly amount: string
  readonly payInAdvance: boolean
  /** Days. */
  readonly trial: string
  readonly charges: readonly ChargeDraft[]
  readonly fixedCharges: readonly FixedChargeDraft[]
  readonly commitment: { readonly amount: string; readonly displayName: string; readonly taxCodes: readonly string[] }
  readonly thresholds: readonly ThresholdDraft[]
  readonly recurringThreshold: { readonly amount: string; readonly name: string }
  readonly entitlements: readonly EntitlementDraft[]
  readonly metadata: readonly MetadataDraft[]
}

export function newPlan(currency: string): PlanDraft {
  return {
    name: '',
    code: '',
    description: '',
    displayName: '',
    interval: 'monthly',
    billChargesMonthly: false,
    billFixedChargesMonthly: false,
    currency,
    taxCodes: [],
    amount: '',
    payInAdvance: false,
    trial: '',
    charges: [],
    fixedCharges: [],
    commitment: { amount: '', displayName: '', taxCodes: [] },
    thresholds: [],
    recurringThreshold: { amount: '', name: '' },
    entitlements: [],
    metadata: [],
  }
}

/** What a plan refers to, by code. What is not known goes by its code. */
export interface PlanNames {
  readonly metrics: ReadonlyMap<string, PlanMetric>
  readonly addOns: ReadonlyMap<string, string>
  /** All privileges of the features, also those that the plan has no value for. */
  readonly privileges: ReadonlyMap<string, readonly Privilege[]>
}

/** A plan of the API for typing. */
export function planDraft(plan: FullPlan, names: PlanNames): PlanDraft {
  const currency = plan.amount_currency
  const major = (cents: number) => shift(cents, currencyDecimals(currency))
  const { minimum_commitment: commitment } = plan
  const recurring = plan.usage_thresholds.find(threshold => threshold.recurring)
  return {
    name: plan.name,
    code: plan.code,
    description: plan.description ?? '',
    displayName: plan.invoice_display_name ?? '',
    interval: plan.interval,
    billChargesMonthly: plan.bill_charges_monthly ?? false,
    billFixedChargesMonthly: plan.bill_fixed_charges_monthly ?? false,
    currency,
    taxCodes: plan.taxes.map(tax => tax.code),
    amount: major(plan.amount_cents),
    payInAdvance: plan.pay_in_advance,
    trial: plan.trial_period === null || plan.trial_period === 0 ? '' : String(plan.trial_period),
    charges: plan.charges.map(one => chargeDraft(one, currency, names.metrics.get(one.billable_metric_code))),
    fixedCharges: (plan.fixed_charges ?? []).map(one => fixedChargeDraft(one, names.addOns.get(one.add_on_code))),
    commitment: {
      amount: commitment === undefined ? '' : major(commitment.amount_cents),
      displayName: commitment?.invoice_display_name ?? '',
      taxCodes: commitment?.taxes.map(tax => tax.code) ?? [],
    },
    thresholds: plan.usage_thresholds
      .filter(threshold => !threshold.recurring)
      .map(({ amount_cents, threshold_display_name }) => ({
        key: newKey(),
        amount: major(amount_cents),
        name: threshold_display_name ?? '',
      })),
    recurringThreshold: {
      amount: recurring === undefined ? '' : major(recurring.amount_cents),
      name: recurring?.threshold_display_name ?? '',
    },
    entitlements: plan.entitlements.map(({ code, name, privileges }) => ({
      code,
      name,
      privileges: names.privileges.get(code) ?? privileges,
      values: Object.fromEntries(privileges.map(one => [one.code, String(one.value)])),
    })),
    metadata: Object.entries(plan.metadata ?? {}).map(([name, value]) => ({ key: newKey(), name, value: value ?? '' })),
  }
}

/** A plan with the same prices that is none of the API's yet. */
export function copyOf(plan: PlanDraft, name: string): PlanDraft {
  return {
    ...plan,
    name,
    code: '',
    charges: plan.charges.map(charge => ({ ...charge, key: newKey(), id: undefined })),
    fixedCharges: plan.fixedCharges.map(charge => ({ ...charge, key: newKey(), id: undefined })),
  }
}

/** Whether usage or fixed charges may be billed each month although the plan's interval is longer. */
export function splitsMonths(interval: string): boolean {
  return interval === 'yearly' || interval === 'semiannual'
}

/** What was typed as `POST` and `PUT /plans` take it. `hadMetadata`: an empty map takes away what was there. */
export function planBody(plan: PlanDraft, { hadMetadata = false } = {}): Properties {
  const { currency, commitment, recurringThreshold } = plan
  const cents = (typed: string) => parseMoney(typed, currency)
  const splits = splitsMonths(plan.interval)
  const metadata = plan.metadata.filter(({ name }) => name.trim() !== '')
  return {
    name: plan.name.trim(),
    code: plan.code.trim(),
    description: orNull(plan.description),
    invoice_display_name: orNull(plan.displayName),
    interval: plan.interval,
    ...(splits && {
      bill_charges_monthly: plan.billChargesMonthly,
      bill_fixed_charges_monthly: plan.billFixedChargesMonthly,
    }),
    amount_cents: plan.amount.trim() === '' ? 0 : cents(plan.amount),
    amount_currency: currency,
    pay_in_advance: plan.payInAdvance,
    trial_period: plan.trial.trim() === '' ? null : Number(ungrouped(plan.trial)),
    tax_codes: plan.taxCodes,
    charges: plan.charges.map(charge => chargeBody(charge, currency)),
    fixed_charges: plan.fixedCharges.map(fixedChargeBody),
    minimum_commitment:
      commitment.amount.trim() === ''
        ? {}
        : {
            amount_cents: cents(commitment.amount),
            invoice_display_name: orNull(commitment.displayName),
            tax_codes: commitment.taxCodes,
          },
    usage_thresholds: [
      ...plan.thresholds.map(({ amount, name }) => ({
        amount_cents: cents(amount),
        threshold_display_name: orNull(name),
        recurring: false,
      })),
      ...(recurringThreshold.amount.trim() === ''
        ? []
        : [
            {
              amount_cents: cents(recurringThreshold.amount),
              threshold_display_name: orNull(recurringThreshold.name),
              recurring: true,
            },
          ]),
    ],
    ...((metadata.length > 0 || hadMetadata) && {
      metadata: Object.fromEntries(metadata.map(({ name, value }) => [name.trim(), value])),
    }),
  }
}

/** What the plan entitles to, as `POST /plans/:code/entitlements` takes it. */
export function entitlementsBody(plan: PlanDraft): Readonly<Record<string, Properties>> {
  return Object.fromEntries(
    plan.entitlements.map(({ code, values }) => [
      code,
      Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== '')),
    ]),
  )
}
