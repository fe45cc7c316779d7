import {
  type Currency,
  type Decimal,
  decimal,
  isCurrency,
  purchasedCredits,
  round,
  type WalletRate,
} from '@weir/engine'
import { selectSections } from '../../accounts/index.ts'
import { readMetadata } from '../../catalog/index.ts'
import { type Customer, findCustomerByExternalId, lockCustomer, setCurrency } from '../../customers/index.ts'
import { type PaymentMethodReference, readPaymentMethod } from '../../payment-providers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { claimingCode } from '../../platform/db/unique-code.ts'
import { emit } from '../../platform/domain-events.ts'
import { Problems, validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { newId } from '../../platform/ids.ts'
import { addJob } from '../../platform/jobs/enqueue.ts'
import { characterCount, withoutNul } from '../../platform/validation/text.ts'
import { readBillingEntityOverride, readPurchaseOrderNumber } from '../../subscriptions/index.ts'
import { checkWorth, limitProblem, MOST_NAME_CHARACTERS, readCredits, readDecimalText, readPairs } from '../amounts.ts'
import { MOST_PAIRS, replaceRules, rulesProblem } from '../rules/rules.ts'
import { type Limitations, readLimitations } from './limitations.ts'
import { flagForRefresh } from './refreshes.ts'
import type { NewWalletInput } from './schema.ts'
import { insertWallet, listActiveWallets, replaceTargets, type WalletRow } from './store.ts'
import { CODE_INDEX, checkTerms, codeFromName, columnsOf, isPriority, LAST_PRIORITY, readExpiration } from './terms.ts'
import { type FirstTopUp, TOP_UP_NEW_WALLET } from './top-up-new-wallet.ts'

const MOST_ACTIVE_WALLETS = 6
const MOST_RATE = decimal(10).pow(24)

/** What the first look at a request found to be fine. */
interface ReadWallet {
  readonly paid: Decimal | undefined
  readonly granted: Decimal | undefined
  readonly expirationAt: Temporal.Instant | null
  readonly limitations: Limitations
  readonly paymentMethod: PaymentMethodReference | undefined
}

/**
 * Creates a wallet. What it is to hold from the start is bought and granted afterwards, in the background.
 *
 * @param ofCustomer the customer of the path, whatever the request says
 * @throws 422 with everything that the request alone is wrong in; then 404 `billing_entity_not_found`; then 422 for the wallet
 * itself; then 422 for the credits to begin with
 */
export async function createWallet(ctx: Ctx, input: NewWalletInput, ofCustomer?: Customer): Promise<WalletRow> {
  return claimingCode(CODE_INDEX, () =>
    transaction(ctx, async tx => {
      const found = ofCustomer ?? (await findCustomerByExternalId(tx, input.external_customer_id ?? ''))
      const customer = found && (await lockCustomer(tx, found.id))
      const read = await readWallet(tx, input, customer)
      if (customer === undefined) throw validation({ customer: ['customer_not_found'] })
      const billingEntityId = (await readBillingEntityOverride(tx, input)) ?? null
      const wallet = await saveWallet(tx, input, customer, billingEntityId, read)
      checkFirstCredits(wallet, input, read)
      await replaceRules(tx, wallet, input.recurring_transaction_rules ?? [], {
        ...(read.paid && { paid: read.paid.toFixed() }),
        ...(read.granted && { granted: read.granted.toFixed() }),
      })
      await selectSections(tx, 'wallet', wallet.id, input.invoice_custom_section)
      await replaceTargets(tx, wallet.id, read.limitations.metricIds ?? [])
      await flagForRefresh(tx, customer.id)
      await emit(tx, 'wallet.created', wallet.id)
      await enqueueFirstTopUp(tx, wallet, input, read)
      return wallet
    }),
  )
}

async function readWallet(tx: Ctx, input: NewWalletInput, customer: Customer | undefined): Promise<ReadWallet> {
  const problems = new Problems()
  const now = tx.clock.now()
  const rate = rateOfRequest(input, customer)
  if (customer === undefined) problems.add('customer', 'customer_not_found')
  const paid = readCredits('paid_credits', input.paid_credits, rate, problems)
  const granted = readCredits('granted_credits', input.granted_credits, rate, problems)
  const expirationAt = readExpiration(input, now, problems) ?? null
  const { paid_top_up_min_amount_cents, paid_top_up_max_amount_cents } = {
    paid_top_up_min_amount_cents: null,
    paid_top_up_max_amount_cents: null,
    ...columnsOf(input),
  }
  const bounds = { rate, paid_top_up_min_amount_cents, paid_top_up_max_amount_cents } as Parameters<
    typeof rulesProblem
  >[1]
  const ruleProblem = rulesProblem(input.recurring_transaction_rules, bounds, now)
  if (ruleProblem !== undefined) problems.add('recurring_transaction_rules', ruleProblem)
  const pairs = readPairs(input.transaction_metadata, MOST_PAIRS)
  if ('problem' in pairs) problems.add('metadata', pairs.problem)
  const limitations = await readLimitations(tx, input.applies_to)
  if (limitations.unknownFeeType || limitations.unknownMetric) problems.add('applies_to', 'invalid_limitations')
  if (customer !== undefined && (await listActiveWallets(tx, customer.id)).length >= MOST_ACTIVE_WALLETS) {
    problems.add('customer', 'wallet_limit_reached')
  }
  const paymentMethod = await readPaymentMethod(tx, input.payment_method, problems)
  problems.throwIfAny()
  return { paid, granted, expirationAt, limitations, paymentMethod }
}

/** Undefined while the request does not say what a credit is worth. */
function rateOfRequest(input: NewWalletInput, customer: Customer | undefined): WalletRate | undefined {
  const rateAmount = readRate(input.rate_amount)
  const currency = input.currency ?? customer?.currency ?? ''
  return rateAmount?.gt(0) && isCurrency(currency) ? { rateAmount, currency } : undefined
}

/** As it is kept, with 5 decimals. */
function readRate(text: string | null | undefined): Decimal | undefined {
  const rate = readDecimalText(text)
  return rate && round(rate, 5)
}

async function saveWallet(
  tx: Ctx,
  input: NewWalletInput,
  customer: Customer,
  billingEntityId: string | null,
  read: ReadWallet,
): Promise<WalletRow> {
  const problems = new Problems()
  const currency = input.currency ?? customer.currency ?? ''
  if (!isCurrency(currency)) problems.add('currency', 'value_is_invalid')
  const rate = readRate(input.rate_amount)
  if (rate === undefined) problems.add('rate_amount', 'is not a number')
  else if (!rate.gt(0) || rate.gt(MOST_RATE)) problems.add('rate_amount', 'value_is_out_of_range')
  if (characterCount(input.transaction_name ?? '') > MOST_NAME_CHARACTERS) {
    problems.add('transaction_name', 'value_is_too_long')
  }
  const first = input.transaction_priority ?? LAST_PRIORITY
  if (!isPriority(first)) problems.add('transaction_priority', 'value_is_invalid')
  const metadata = input.metadata === undefined ? null : JSON.stringify(readMetadata(input.metadata))
  const terms = {
    customer_id: customer.id,
    name: null,
    priority: LAST_PRIORITY,
    purchase_order_number: null,
    paid_top_up_min_amount_cents: null,
    paid_top_up_max_amount_cents: null,
    ...(columnsOf(input) as Partial<WalletRow>),
  }
  const code = terms.code ?? (await codeFromName(tx, customer.id, terms.name))
  await checkTerms(tx, { ...terms, code }, input, problems)
  problems.throwIfAny()
  if (customer.currency === null) await setCurrency(tx, customer.id, currency)
  const now = tx.clock.now()
  return insertWallet(tx, {
    ...terms,
    id: newId(),
    organization_id: tx.org.id,
    code,
    rate_amount: (rate as Decimal).toFixed(),
    currency,
    billing_entity_id: billingEntityId,
    allowed_fee_types: [...(read.limitations.feeTypes ?? [])],
    expiration_at: read.expirationAt,
    metadata,
    ...read.paymentMethod,
    created_at: now,
    updated_at: now,
  })
}

/** Credits to begin with are worth something, and no more and no less than may be bought. */
function checkFirstCredits(wallet: WalletRow, input: NewWalletInput, { paid, granted }: ReadWallet): void {
  const problems = new Problems()
  const rate = { rateAmount: decimal(wallet.rate_amount), currency: wallet.currency as Currency }
  checkWorth('paid_credits', paid, rate, problems)
  checkWorth('granted_credits', granted, rate, problems)
  problems.throwIfAny()
  if (!paid?.gt(0) || input.ignore_paid_top_up_limits_on_creation === true) return
  const problem = limitProblem(purchasedCredits(paid, rate).amountCents, wallet)
  if (problem !== undefined) throw validation({ paid_credits: [problem] })
}

async function enqueueFirstTopUp(tx: Ctx, wallet: WalletRow, input: NewWalletInput, read: ReadWallet): Promise<void> {
  const { paid, granted } = read
  if (!paid?.gt(0) && !granted?.gt(0)) return
  const pairs = readPairs(input.transaction_metadata, MOST_PAIRS)
  const ofRule = input.recurring_transaction_rules?.[0]?.purchase_order_number
  const name = withoutNul(input.transaction_name ?? '')
  const topUp: FirstTopUp = {
    walletId: wallet.id,
    ids: { purchased: newId(), granted: newId() },
    paidCredits: paid?.toFixed() ?? '0',
    grantedCredits: granted?.toFixed() ?? '0',
    name: isBlank(name) ? null : name,
    priority: input.transaction_priority ?? LAST_PRIORITY,
    metadata: 'pairs' in pairs ? pairs.pairs : [],
    purchaseOrderNumber: readPurchaseOrderNumber(ofRule) ?? wallet.purchase_order_number,
    ignoresLimits: input.ignore_paid_top_up_limits_on_creation === true,
  }
  await addJob(tx.db, {
    task: TOP_UP_NEW_WALLET,
    payload: { organizationId: tx.org.id, topUp },
    queue: wallet.customer_id,
  })
}
