import type { FullWallet } from '../../api/wallets.ts'
import { dayIn, endOfDay } from '../../format/dates.ts'
import { currencyDecimals, parseMoney, shift } from '../../format/money.ts'
import type { FieldErrors } from '../../ui/use-form.ts'

/** A wallet as it is typed: amounts of money in major units, credits and rates as decimals, days as dates. */
export interface WalletValues {
  readonly name: string
  readonly code: string
  readonly currency: string
  readonly rate_amount: string
  readonly priority: string
  readonly expiration_at: string
  readonly paid_credits: string
  readonly granted_credits: string
  readonly transaction_name: string
  readonly invoice_requires_successful_payment: boolean
  readonly paid_top_up_min_amount_cents: string
  readonly paid_top_up_max_amount_cents: string
  readonly fee_types: readonly string[]
  readonly billable_metric_codes: readonly string[]
  readonly has_rule: boolean
  readonly trigger: string
  readonly interval: string
  readonly method: string
  readonly threshold_credits: string
  readonly target_ongoing_balance: string
  readonly rule_paid: string
  readonly rule_granted: string
  readonly grants_target_top_up: boolean
  readonly rule_expiration_at: string
}

export const FEE_TYPES = ['charge', 'subscription', 'fixed_charge', 'commitment', 'add_on'] as const
export const RULE_INTERVALS = ['weekly', 'monthly', 'quarterly', 'semiannual', 'yearly'] as const

export function valuesOf(wallet: FullWallet | undefined, currency: string, zone: string): WalletValues {
  const rule = wallet?.recurring_transaction_rules[0]
  const day = (instant: string | null | undefined) => (instant == null ? '' : dayIn(instant, zone))
  const money = (cents: number | null | undefined) =>
    cents == null ? '' : shift(cents, currencyDecimals(wallet?.currency ?? currency))
  const some = (credits: string | null | undefined) => (credits == null || Number(credits) === 0 ? '' : credits)
  return {
    name: wallet?.name ?? '',
    code: wallet?.code ?? '',
    currency: wallet?.currency ?? currency,
    rate_amount: wallet?.rate_amount ?? '1',
    priority: String(wallet?.priority ?? 50),
    expiration_at: day(wallet?.expiration_at),
    paid_credits: '',
    granted_credits: '',
    transaction_name: '',
    invoice_requires_successful_payment: wallet?.invoice_requires_successful_payment ?? false,
    paid_top_up_min_amount_cents: money(wallet?.paid_top_up_min_amount_cents),
    paid_top_up_max_amount_cents: money(wallet?.paid_top_up_max_amount_cents),
    fee_types: wallet?.applies_to.fee_types ?? [],
    billable_metric_codes: wallet?.applies_to.billable_metric_codes ?? [],
    has_rule: rule !== undefined,
    trigger: rule?.trigger ?? 'interval',
    interval: rule?.interval ?? 'monthly',
    method: rule?.method ?? 'fixed',
    threshold_credits: some(rule?.threshold_credits),
    target_ongoing_balance: rule?.target_ongoing_balance ?? '',
    rule_paid: some(rule?.paid_credits),
    rule_granted: some(rule?.granted_credits),
    grants_target_top_up: rule?.grants_target_top_up ?? false,
    rule_expiration_at: day(rule?.expiration_at),
  }
}

/** The body that creates a wallet, or changes it: then without what cannot change. */
export function bodyOf(values: WalletValues, wallet: FullWallet | undefined, externalId: string, zone: string) {
  const cents = (text: string) => (text === '' ? null : (parseMoney(text, values.currency) ?? Number.NaN))
  const rule = wallet?.recurring_transaction_rules[0]
  return {
    wallet: {
      name: values.name === '' ? null : values.name,
      ...(values.code !== '' && { code: values.code }),
      priority: Number(values.priority),
      ...expiration(values.expiration_at, wallet?.expiration_at, zone),
      invoice_requires_successful_payment: values.invoice_requires_successful_payment,
      paid_top_up_min_amount_cents: cents(values.paid_top_up_min_amount_cents),
      paid_top_up_max_amount_cents: cents(values.paid_top_up_max_amount_cents),
      applies_to: { fee_types: values.fee_types, billable_metric_codes: values.billable_metric_codes },
      recurring_transaction_rules: values.has_rule ? [ruleOf(values, rule, zone)] : [],
      ...(wallet === undefined && {
        external_customer_id: externalId,
        currency: values.currency,
        rate_amount: values.rate_amount,
        ...(values.paid_credits !== '' && { paid_credits: values.paid_credits }),
        ...(values.granted_credits !== '' && { granted_credits: values.granted_credits }),
        ...(values.transaction_name !== '' && { transaction_name: values.transaction_name }),
      }),
    },
  }
}

function ruleOf(
  values: WalletValues,
  rule: FullWallet['recurring_transaction_rules'][number] | undefined,
  zone: string,
) {
  const { trigger, method } = values
  const isTarget = method === 'target'
  const some = (text: string) => (text === '' ? '0' : text)
  return {
    ...(rule !== undefined && { lago_id: rule.lago_id }),
    trigger,
    method,
    interval: trigger === 'interval' ? values.interval : null,
    ...(trigger === 'threshold' && { threshold_credits: some(values.threshold_credits) }),
    ...(isTarget
      ? { target_ongoing_balance: values.target_ongoing_balance, grants_target_top_up: values.grants_target_top_up }
      : { paid_credits: some(values.rule_paid), granted_credits: some(values.rule_granted) }),
    ...expiration(values.rule_expiration_at, rule?.expiration_at, zone),
  }
}

/** A day that was not touched keeps its hour. */
function expiration(date: string, held: string | null | undefined, zone: string) {
  if (date === '') return { expiration_at: null }
  return held != null && dayIn(held, zone) === date ? {} : { expiration_at: endOfDay(date, zone) }
}

const DECIMAL = /^\d+(\.\d+)?$/

export function checkWallet(values: WalletValues): FieldErrors {
  const wrong: Record<string, string[]> = {}
  const number = (field: keyof WalletValues & string, needed = false) => {
    const text = String(values[field])
    if (text === '' ? needed : !DECIMAL.test(text)) wrong[field] = [text === '' ? 'value_is_mandatory' : 'not_a_number']
  }
  number('rate_amount', true)
  number('paid_credits')
  number('granted_credits')
  for (const field of ['paid_top_up_min_amount_cents', 'paid_top_up_max_amount_cents'] as const) {
    if (values[field] !== '' && parseMoney(values[field], values.currency) === undefined)
      wrong[field] = ['not_an_amount']
  }
  if (!/^([1-9]|[1-4]\d|50)$/.test(values.priority)) wrong.priority = ['value_is_out_of_range']
  if (values.has_rule) {
    if (values.trigger === 'threshold') number('threshold_credits', true)
    if (values.method === 'target') number('target_ongoing_balance', true)
    else {
      number('rule_paid')
      number('rule_granted')
      if (values.rule_paid === '' && values.rule_granted === '') wrong.rule_paid = ['value_is_mandatory']
    }
  }
  return wrong
}
