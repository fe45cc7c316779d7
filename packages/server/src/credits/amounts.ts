import { type Currency, type Decimal, decimal, purchasedCredits, roundsToZero, type WalletRate } from '@weir/engine'
import type { Problems } from '../platform/errors.ts'
import { isBlank, isRecord } from '../platform/http/input.ts'
import { characterCount, withoutNul } from '../platform/validation/text.ts'

const DECIMAL_TEXT = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?\s*$/i
const MOST_CREDITS = decimal(10).pow(25).minus(1)
/** What a JSON number holds. */
const MOST_CENTS = BigInt(Number.MAX_SAFE_INTEGER)

export const MOST_NAME_CHARACTERS = 255

/** A decimal number given as text, also with an exponent; undefined for anything else, numbers too. */
export function readDecimalText(value: unknown): Decimal | undefined {
  return typeof value === 'string' && DECIMAL_TEXT.test(value) ? decimal(value.trim()) : undefined
}

/** Whether there can be so many credits: none or more, and not more than can be kept. */
export function isPossible(credits: Decimal): boolean {
  return !credits.lt(0) && credits.lte(MOST_CREDITS)
}

/**
 * Reads an amount of credits, which must be given as text. An amount that was not given, or is null, is none.
 *
 * @param rate of the wallet they are for, if it is known: their worth must be an amount that can be told
 */
export function readCredits(
  field: 'paid_credits' | 'granted_credits' | 'voided_credits',
  value: unknown,
  rate: WalletRate | undefined,
  problems: Problems,
): Decimal | undefined {
  if (value === undefined || value === null) return undefined
  const credits = readDecimalText(value)
  const usable =
    credits !== undefined &&
    isPossible(credits) &&
    (rate === undefined || purchasedCredits(credits, rate).amountCents <= MOST_CENTS)
  if (usable) return credits
  problems.add(field, `invalid_${field}`, 'invalid_amount')
  return undefined
}

/** Credits that are given but worth less than the smallest amount of money. */
export function checkWorth(
  field: 'paid_credits' | 'granted_credits',
  credits: Decimal | undefined,
  rate: WalletRate,
  problems: Problems,
): void {
  if (credits !== undefined && roundsToZero(credits, rate)) problems.add(field, 'amount_rounds_to_zero')
}

export interface PaidLimits {
  readonly paid_top_up_min_amount_cents: bigint | null
  readonly paid_top_up_max_amount_cents: bigint | null
}

/** What is wrong with buying for so many cents; undefined when nothing is. Both bounds are allowed. */
export function limitProblem(amountCents: bigint, limits: PaidLimits): string | undefined {
  const { paid_top_up_min_amount_cents: min, paid_top_up_max_amount_cents: max } = limits
  if (min !== null && amountCents < min) return 'amount_below_minimum'
  if (max !== null && amountCents > max) return 'amount_above_maximum'
  return undefined
}

/** What a wallet's credits are worth. */
export function rateOf(wallet: { rate_amount: string; currency: string }): WalletRate {
  return { rateAmount: decimal(wallet.rate_amount), currency: wallet.currency as Currency }
}

export interface MetadataPair {
  readonly key: string
  readonly value: string | number | boolean
}

const MOST_KEY_CHARACTERS = 20
const MOST_VALUE_CHARACTERS = 100

/**
 * The pairs that are kept with transactions. Of what is wrong with them, the last is told.
 *
 * @param most how many there may be
 */
export function readPairs(value: unknown, most: number): { pairs: MetadataPair[] } | { problem: string } {
  if (value === undefined || value === null) return { pairs: [] }
  if (!Array.isArray(value)) return { problem: 'invalid_type' }
  const problems = value.map(pairProblem)
  if (value.length > most) problems.unshift('too_many_keys')
  const problem = problems.findLast(code => code !== undefined)
  if (problem !== undefined) return { problem }
  const clean = (text: unknown) => (typeof text === 'string' ? withoutNul(text) : text)
  return { pairs: value.map(pair => ({ key: clean(pair.key) as string, value: clean(pair.value) as string })) }
}

function pairProblem(pair: unknown): string | undefined {
  if (!isRecord(pair) || Object.keys(pair).toSorted().join() !== 'key,value') return 'invalid_key_value_pair'
  const { key, value } = pair
  if (typeof value === 'object' && value !== null && !JSON.isRawJSON(value)) return 'nested_structure_not_allowed'
  if (typeof value === 'string' && characterCount(value) > MOST_VALUE_CHARACTERS) return 'value_too_long'
  if (typeof key === 'string' && characterCount(key) > MOST_KEY_CHARACTERS) return 'key_too_long'
  const complete = typeof key === 'string' && !isBlank(key) && !isBlank(value)
  return complete ? undefined : 'invalid_key_value_pair'
}
