import { type Currency, isCurrency } from '@weir/engine'
import { Problems } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import type { PlanOverridesInput } from './plan-copies/schema.ts'
import type { PlanInput } from './schema.ts'
import type { PlanRow } from './store/plans.ts'
import { PLAN_INTERVALS, type PlanInterval, type PlanSnapshot } from './types.ts'

/** A plan's own fields as they would be after a request, before anyone knows whether they may be so. */
export interface PlanTerms {
  readonly name: string | null
  readonly invoiceDisplayName: string | null
  readonly code: string | null
  readonly description: string | null
  readonly interval: string | null
  /** NaN: what was given is no number. */
  readonly amountCents: number | null
  readonly amountCurrency: string | null
  readonly payInAdvance: boolean | null
  readonly trialPeriod: number | null
  readonly billChargesMonthly: boolean | null
  readonly billFixedChargesMonthly: boolean | null
}

/** In days: nearly three thousand years, which calendars can still add to any date. */
const LONGEST_TRIAL = 1_000_000

const NO_TERMS: PlanTerms = {
  name: null,
  invoiceDisplayName: null,
  code: null,
  description: null,
  interval: null,
  amountCents: null,
  amountCurrency: null,
  payInAdvance: null,
  trialPeriod: null,
  billChargesMonthly: null,
  billFixedChargesMonthly: null,
}

/** The terms of a new plan, as far as they are given. */
export function newTerms(input: PlanInput): PlanTerms {
  return applyInput(NO_TERMS, input)
}

/** Once the plan is attached, only its names, description and amount can change; the rest of the input is ignored. */
export function updatedTerms(row: PlanRow, input: PlanInput, attached: boolean): PlanTerms {
  const current: PlanTerms = {
    name: row.name,
    invoiceDisplayName: row.invoice_display_name,
    code: row.code,
    description: row.description,
    interval: row.interval,
    amountCents: Number(row.amount_cents),
    amountCurrency: row.amount_currency,
    payInAdvance: row.pay_in_advance,
    trialPeriod: row.trial_period,
    billChargesMonthly: row.bill_charges_monthly,
    billFixedChargesMonthly: row.bill_fixed_charges_monthly,
  }
  if (!attached) return applyInput(current, input)
  const { name, invoiceDisplayName, description, amountCents } = applyInput(current, input)
  return { ...current, name, invoiceDisplayName, description, amountCents }
}

/** A private copy of a plan for one subscription: its price, its names and its trial may be others. */
export function copiedTerms(plan: PlanSnapshot, overrides: PlanOverridesInput): PlanTerms {
  const given = <T>(value: T | undefined, current: T): T => (value === undefined ? current : value)
  return {
    ...plan,
    name: given(overrides.name, plan.name),
    invoiceDisplayName: given(overrides.invoice_display_name, plan.invoiceDisplayName),
    description: given(overrides.description, plan.description),
    amountCents: given(overrides.amount_cents, Number(plan.amountCents)),
    amountCurrency: given(overrides.amount_currency, plan.amountCurrency),
    trialPeriod: given(overrides.trial_period, plan.trialPeriod),
  }
}

function applyInput(terms: PlanTerms, input: PlanInput): PlanTerms {
  const given = <T>(value: T | undefined, current: T): T => (value === undefined ? current : value)
  const interval = given(input.interval, terms.interval)
  const splits = interval === 'yearly' || interval === 'semiannual'
  const monthly = (value: boolean | null) => (splits ? (value ?? false) : null)
  return {
    name: given(input.name, terms.name),
    invoiceDisplayName: given(input.invoice_display_name, terms.invoiceDisplayName),
    code: given(input.code, terms.code),
    description: given(input.description, terms.description),
    interval,
    amountCents: given(input.amount_cents, terms.amountCents),
    amountCurrency: given(input.amount_currency, terms.amountCurrency),
    payInAdvance: given(input.pay_in_advance, terms.payInAdvance),
    trialPeriod: given(input.trial_period, terms.trialPeriod),
    billChargesMonthly: monthly(given(input.bill_charges_monthly, terms.billChargesMonthly)),
    billFixedChargesMonthly: monthly(given(input.bill_fixed_charges_monthly, terms.billFixedChargesMonthly)),
  }
}

/** Everything that is wrong with a plan's own fields, but for its code being taken. */
export function planProblems(terms: PlanTerms): Problems {
  const { amountCents, trialPeriod } = terms
  const problems = new Problems()
  if (isBlank(terms.name)) problems.add('name', 'value_is_mandatory')
  if (isBlank(terms.code)) problems.add('code', 'value_is_mandatory')
  if (intervalOf(terms) === undefined) problems.add('interval', 'value_is_invalid')
  if (amountCents === null) problems.add('amount_cents', 'value_is_mandatory')
  else if (Number.isNaN(amountCents)) problems.add('amount_cents', 'is not a number')
  else if (!Number.isSafeInteger(amountCents)) problems.add('amount_cents', 'value_is_out_of_range')
  if (currencyOf(terms) === undefined) problems.add('amount_currency', 'value_is_invalid')
  if (terms.payInAdvance === null) problems.add('pay_in_advance', 'value_is_invalid')
  if (trialPeriod !== null && !Number.isFinite(trialPeriod)) problems.add('trial_period', 'is not a number')
  else if (Math.abs(trialPeriod ?? 0) > LONGEST_TRIAL) problems.add('trial_period', 'value_is_out_of_range')
  return problems
}

/** The columns of terms without problems. */
export function columnsOf(terms: PlanTerms) {
  return {
    name: terms.name ?? '',
    invoice_display_name: terms.invoiceDisplayName,
    code: terms.code ?? '',
    description: terms.description,
    interval: terms.interval ?? '',
    amount_cents: BigInt(terms.amountCents ?? 0),
    amount_currency: terms.amountCurrency ?? '',
    pay_in_advance: terms.payInAdvance ?? false,
    trial_period: terms.trialPeriod,
    bill_charges_monthly: terms.billChargesMonthly,
    bill_fixed_charges_monthly: terms.billFixedChargesMonthly,
  }
}

function intervalOf({ interval }: PlanTerms): PlanInterval | undefined {
  return PLAN_INTERVALS.find(known => known === interval)
}

function currencyOf({ amountCurrency }: PlanTerms): Currency | undefined {
  return amountCurrency !== null && isCurrency(amountCurrency) ? amountCurrency : undefined
}
