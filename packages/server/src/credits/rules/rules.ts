import { decimal, purchasedCredits, type WalletRate } from '@weir/engine'
import type { Insertable } from 'kysely'
import { selectSections, skipsSections } from '../../accounts/index.ts'
import { readPaymentMethod } from '../../payment-providers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { RecurringTransactionRules } from '../../platform/db/types.ts'
import { Problems, validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { parseInstant } from '../../platform/http/instants.ts'
import { newId } from '../../platform/ids.ts'
import { characterCount, withoutNul } from '../../platform/validation/text.ts'
import { checkPurchaseOrderNumber, readPurchaseOrderNumber } from '../../subscriptions/index.ts'
import {
  isPossible,
  limitProblem,
  MOST_NAME_CHARACTERS,
  type PaidLimits,
  rateOf,
  readDecimalText,
  readPairs,
} from '../amounts.ts'
import type { WalletRow } from '../wallets/store.ts'
import type { RuleInput } from './schema.ts'
import { insertRule, listCurrentRules, type RuleRow, terminateRules, updateRuleRow } from './store.ts'

const INTERVALS = ['weekly', 'monthly', 'quarterly', 'semiannual', 'yearly'] as const
const METHODS = ['fixed', 'target'] as const
export const MOST_PAIRS = 5

type Interval = (typeof INTERVALS)[number]
type Method = (typeof METHODS)[number]

/** What the amounts of a rule are measured by: undefined where the request does not let it be known. */
export interface RuleBounds extends PaidLimits {
  readonly rate: WalletRate | undefined
}

/**
 * What is wrong with the list of rules that a request gives, as far as the request alone tells; undefined when nothing is.
 * A wallet has at most one rule.
 */
export function rulesProblem(
  rules: readonly RuleInput[] | undefined,
  bounds: RuleBounds,
  now: Temporal.Instant,
): string | undefined {
  if (rules === undefined) return undefined
  if (rules.length > 1) return 'invalid_number_of_recurring_rules'
  return rules.every(rule => isValid(rule, bounds, now)) ? undefined : 'invalid_recurring_rule'
}

function isValid(rule: RuleInput, bounds: RuleBounds, now: Temporal.Instant): boolean {
  const threshold = readDecimalText(rule.threshold_credits)
  const target = readDecimalText(rule.target_ongoing_balance)
  if (rule.trigger === 'interval' ? !isInterval(rule.interval) : rule.trigger !== 'threshold') return false
  if (rule.trigger === 'threshold' && threshold === undefined) return false
  if (rule.method === 'target' && target === undefined) return false
  if (rule.method === 'target' && rule.trigger === 'threshold' && threshold !== undefined && target?.lt(threshold)) {
    return false
  }
  const given = [rule.paid_credits, rule.granted_credits].filter(value => value !== undefined && value !== null)
  const amounts = given.map(readDecimalText)
  if (!amounts.every(amount => amount !== undefined && isPossible(amount))) return false
  if (![threshold, target].every(amount => amount === undefined || isPossible(amount.abs()))) return false
  if ('problem' in readPairs(rule.transaction_metadata, MOST_PAIRS)) return false
  if (!isBlank(rule.started_at) && parseInstant(rule.started_at ?? '') === undefined) return false
  const end = isBlank(rule.expiration_at) ? null : parseInstant(rule.expiration_at ?? '')
  if (end === undefined || (end !== null && Temporal.Instant.compare(end, now) <= 0)) return false
  if (rule.grants_target_top_up !== undefined && rule.grants_target_top_up !== null && rule.method !== 'target') {
    return false
  }
  const ignoresLimits = rule.ignore_paid_top_up_limits === true
  return rule.method === 'target' || isWithin(readDecimalText(rule.paid_credits)?.toFixed(), ignoresLimits, bounds)
}

/** Whether a fixed amount, if it is any, may be bought. */
function isWithin(paid: string | undefined, ignoresLimits: boolean, { rate, ...limits }: RuleBounds): boolean {
  if (paid === undefined || decimal(paid).isZero() || rate === undefined) return true
  const { amountCents } = purchasedCredits(decimal(paid), rate)
  return amountCents > 0n && (ignoresLimits || limitProblem(amountCents, limits) === undefined)
}

/**
 * Makes the rules of a wallet be those of a list: a listed one with the id of a rule in force changes it by the keys that are
 * given, any other is a new one, and rules that are not listed end.
 *
 * @param ofWallet credits that a new fixed rule without amounts of its own takes
 * @throws 422 for what is wrong with a rule once it is put together
 */
export async function replaceRules(
  tx: Ctx,
  wallet: WalletRow,
  rules: readonly RuleInput[],
  ofWallet: { paid?: string; granted?: string } = {},
): Promise<void> {
  const current = (await listCurrentRules(tx, [wallet.id])).get(wallet.id) ?? []
  const kept = current.find(rule => rules.some(input => input.lago_id === rule.id))
  await terminateRules(tx, wallet.id, kept?.id)
  for (const input of rules) {
    const existing = current.find(rule => rule.id === input.lago_id)
    const saved = existing === undefined ? await create(tx, wallet, input, ofWallet) : await update(tx, existing, input)
    await selectSections(tx, 'recurring_transaction_rule', saved.id, input.invoice_custom_section)
  }
}

/** Whether the rules in force, as they are now, buy what a wallet lets be bought. @throws 422 `invalid_recurring_rule` */
export async function checkRuleLimits(tx: Ctx, wallet: WalletRow): Promise<void> {
  const current = (await listCurrentRules(tx, [wallet.id])).get(wallet.id) ?? []
  const bounds = { rate: rateOf(wallet), ...limitsOf(wallet) }
  const within = current.every(
    rule => rule.method !== 'fixed' || isWithin(rule.paid_credits, rule.ignore_paid_top_up_limits, bounds),
  )
  if (!within) throw validation({ recurring_transaction_rules: ['invalid_recurring_rule'] })
}

export function limitsOf({ paid_top_up_min_amount_cents, paid_top_up_max_amount_cents }: PaidLimits): PaidLimits {
  return { paid_top_up_min_amount_cents, paid_top_up_max_amount_cents }
}

async function create(
  tx: Ctx,
  wallet: WalletRow,
  input: RuleInput,
  ofWallet: { paid?: string; granted?: string },
): Promise<RuleRow> {
  const method = isBlank(input.method) ? 'fixed' : (input.method as Method)
  const takesOfWallet = method === 'fixed' && isAbsent(input.paid_credits) && isAbsent(input.granted_credits)
  const now = tx.clock.now()
  const columns = await checkedColumns(tx, input, {
    method,
    interval: null,
    target_ongoing_balance: null,
    threshold_credits: '0',
  })
  return insertRule(tx, {
    id: newId(),
    organization_id: tx.org.id,
    wallet_id: wallet.id,
    trigger: input.trigger ?? '',
    invoice_requires_successful_payment: wallet.invoice_requires_successful_payment,
    grants_target_top_up: method === 'target' ? false : null,
    ...(takesOfWallet && { paid_credits: ofWallet.paid ?? '0', granted_credits: ofWallet.granted ?? '0' }),
    created_at: now,
    updated_at: now,
    ...columns,
  })
}

async function update(tx: Ctx, rule: RuleRow, input: RuleInput): Promise<RuleRow> {
  const columns = await checkedColumns(tx, input, rule)
  return updateRuleRow(tx, rule.id, {
    ...columns,
    ...(columns.method === 'fixed' && { grants_target_top_up: null }),
  })
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}

function isInterval(value: unknown): value is Interval {
  return INTERVALS.some(interval => interval === value)
}

/** The columns that the given keys change. @throws 422 for what makes no sense together with what stays */
async function checkedColumns(
  tx: Ctx,
  input: RuleInput,
  before: Pick<RuleRow, 'method' | 'interval' | 'target_ongoing_balance' | 'threshold_credits'> & { trigger?: string },
): Promise<Partial<Insertable<RecurringTransactionRules>>> {
  const problems = new Problems()
  const columns = await columnsOf(tx, input, problems)
  const method = columns.method ?? before.method
  const interval = columns.interval === undefined ? before.interval : columns.interval
  const target = columns.target_ongoing_balance ?? before.target_ongoing_balance
  const threshold = String(columns.threshold_credits ?? before.threshold_credits)
  if (!METHODS.some(known => known === method)) problems.add('method', 'value_is_invalid')
  if (interval !== null && !isInterval(interval)) problems.add('interval', 'value_is_invalid')
  if (method === 'target' && input.trigger === 'threshold' && target !== null && decimal(target).lt(threshold)) {
    problems.add('target_ongoing_balance', 'must_be_greater_than_or_equal_threshold')
  }
  problems.throwIfAny()
  return columns
}

async function columnsOf(
  tx: Ctx,
  input: RuleInput,
  problems: Problems,
): Promise<Partial<Insertable<RecurringTransactionRules>>> {
  const amount = (value: unknown) => readDecimalText(value)?.toFixed()
  const instant = (text: string | null) =>
    isBlank(text) ? null : (parseInstant(text ?? '')?.round('microsecond') ?? null)
  const name =
    input.transaction_name === undefined ? undefined : withoutNul(input.transaction_name ?? '').trim() || null
  if (characterCount(name ?? '') > MOST_NAME_CHARACTERS) problems.add('transaction_name', 'value_is_too_long')
  const purchaseOrder =
    input.purchase_order_number === undefined ? undefined : readPurchaseOrderNumber(input.purchase_order_number)
  checkPurchaseOrderNumber(purchaseOrder ?? null, problems)
  const pairs = readPairs(input.transaction_metadata, MOST_PAIRS)
  const requires = input.invoice_requires_successful_payment
  const skips = skipsSections(input.invoice_custom_section)
  return {
    ...(!isBlank(input.trigger) && { trigger: input.trigger ?? '' }),
    ...(input.interval !== undefined && { interval: isBlank(input.interval) ? null : input.interval }),
    ...(!isBlank(input.method) && { method: input.method ?? '' }),
    ...(input.threshold_credits !== undefined && { threshold_credits: amount(input.threshold_credits) ?? '0' }),
    ...(input.target_ongoing_balance !== undefined && {
      target_ongoing_balance: amount(input.target_ongoing_balance) ?? null,
    }),
    ...(input.paid_credits !== undefined && { paid_credits: amount(input.paid_credits) ?? '0' }),
    ...(input.granted_credits !== undefined && { granted_credits: amount(input.granted_credits) ?? '0' }),
    ...(typeof input.grants_target_top_up === 'boolean' && { grants_target_top_up: input.grants_target_top_up }),
    ...(input.started_at !== undefined && { started_at: instant(input.started_at) }),
    ...(input.expiration_at !== undefined && { expiration_at: instant(input.expiration_at) }),
    ...(typeof requires === 'boolean' && { invoice_requires_successful_payment: requires }),
    ...(typeof input.ignore_paid_top_up_limits === 'boolean' && {
      ignore_paid_top_up_limits: input.ignore_paid_top_up_limits,
    }),
    ...(!isAbsent(input.transaction_metadata) && {
      transaction_metadata: JSON.stringify('pairs' in pairs ? pairs.pairs : []),
    }),
    ...(name !== undefined && { transaction_name: name }),
    ...(purchaseOrder !== undefined && { purchase_order_number: purchaseOrder }),
    ...(await readPaymentMethod(tx, input.payment_method, problems)),
    ...(skips !== undefined && { skip_invoice_custom_sections: skips }),
  }
}
