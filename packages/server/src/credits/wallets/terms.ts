import type { Updateable } from 'kysely'
import { skipsSections, toAscii } from '../../accounts/index.ts'
import type { Ctx } from '../../platform/context.ts'
import type { Wallets } from '../../platform/db/types.ts'
import type { Problems } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { parseInstant } from '../../platform/http/instants.ts'
import { withoutNul } from '../../platform/validation/text.ts'
import { checkPurchaseOrderNumber, readPurchaseOrderNumber } from '../../subscriptions/index.ts'
import type { WalletInput } from './schema.ts'
import { listActiveWallets, type WalletRow } from './store.ts'

export const FIRST_PRIORITY = 1
export const LAST_PRIORITY = 50

/** The unique index that guards a wallet's code. */
export const CODE_INDEX = 'wallets_code'

/** When a wallet ends: undefined when it is not spoken of, null for never. */
export function readExpiration(
  input: Pick<WalletInput, 'expiration_at'>,
  now: Temporal.Instant,
  problems: Problems,
): Temporal.Instant | null | undefined {
  if (input.expiration_at === undefined) return undefined
  if (isBlank(input.expiration_at)) return null
  const instant = parseInstant(input.expiration_at ?? '')?.round('microsecond')
  if (instant !== undefined && Temporal.Instant.compare(instant, now) > 0) return instant
  problems.add('expiration_at', 'invalid_date')
  return undefined
}

/** The columns that the keys of a request change, but for those that need a look at other objects. */
export function columnsOf(input: WalletInput): Updateable<Wallets> {
  const cents = (value: number | null) => (value === null || !Number.isSafeInteger(value) ? null : BigInt(value))
  const requires = input.invoice_requires_successful_payment
  const skips = skipsSections(input.invoice_custom_section)
  const { paid_top_up_min_amount_cents: min, paid_top_up_max_amount_cents: max, priority } = input
  return {
    ...(input.name !== undefined && { name: withoutNul(input.name) }),
    ...(input.purchase_order_number !== undefined && {
      purchase_order_number: readPurchaseOrderNumber(input.purchase_order_number),
    }),
    ...(min !== undefined && { paid_top_up_min_amount_cents: cents(min) }),
    ...(max !== undefined && { paid_top_up_max_amount_cents: cents(max) }),
    ...(!isBlank(input.code) && { code: input.code ?? '' }),
    ...(typeof priority === 'number' && { priority }),
    ...(typeof requires === 'boolean' && { invoice_requires_successful_payment: requires }),
    ...(skips !== undefined && { skip_invoice_custom_sections: skips }),
  }
}

/** What is wrong with a wallet as it would be. */
export async function checkTerms(
  tx: Ctx,
  terms: Pick<WalletRow, 'customer_id' | 'code' | 'priority' | 'purchase_order_number' | keyof PaidBounds> & {
    id?: string
  },
  input: WalletInput,
  problems: Problems,
): Promise<void> {
  if (!isPriority(terms.priority)) problems.add('priority', 'value_is_invalid')
  checkBounds(terms, input, problems)
  checkPurchaseOrderNumber(terms.purchase_order_number, problems)
  const active = await listActiveWallets(tx, terms.customer_id)
  if (active.some(other => other.code === terms.code && other.id !== terms.id)) {
    problems.add('code', 'value_already_exist')
  }
}

export function isPriority(priority: number): boolean {
  return Number.isInteger(priority) && priority >= FIRST_PRIORITY && priority <= LAST_PRIORITY
}

interface PaidBounds {
  paid_top_up_min_amount_cents: bigint | null
  paid_top_up_max_amount_cents: bigint | null
}

function checkBounds(terms: PaidBounds, input: WalletInput, problems: Problems): void {
  const { paid_top_up_min_amount_cents: min, paid_top_up_max_amount_cents: max } = terms
  for (const field of ['paid_top_up_min_amount_cents', 'paid_top_up_max_amount_cents'] as const) {
    const given = input[field]
    if (Number.isNaN(given)) problems.add(field, 'is not a number')
    else if (typeof given === 'number' && !Number.isSafeInteger(given)) problems.add(field, 'value_is_out_of_range')
    else if ((terms[field] ?? 1n) <= 0n) problems.add(field, 'value_is_out_of_range')
  }
  if (min !== null && max !== null && max < min) {
    problems.add('paid_top_up_max_amount_cents', 'must_be_greater_than_or_equal_min')
  }
}

/**
 * A code made from a wallet's name, another one when an active wallet of the customer has it.
 *
 * @example "Team Crédits #2" // team_credits_2
 */
export async function codeFromName(tx: Ctx, customerId: string, name: string | null): Promise<string> {
  const made = toAscii(name ?? '')
    .replace(/[^a-z0-9_-]+/g, '_')
    .replace(/^_+|_+$/g, '')
  const code = made || 'default'
  const taken = (await listActiveWallets(tx, customerId)).some(wallet => wallet.code === code)
  return taken ? `${code}_${Math.floor(tx.clock.now().epochMilliseconds / 1000)}` : code
}
