import { createHash } from 'node:crypto'
import type { ResolvedConfig } from '../platform/context.ts'
import type { Charge, PaymentProvider, ProviderAnswer, Refund, SavedMethod } from './payment-provider.ts'
import type { ProviderType } from './provider-types.ts'
import { providerWord, refundWord } from './statuses.ts'

interface TestMethod {
  /** What becomes of a charge. */
  readonly outcome: 'succeeds' | 'is refused' | 'asks the payer' | 'waits'
  /** What becomes of a refund; it succeeds when absent. */
  readonly refund?: 'is refused' | 'waits'
  readonly brand: string
  readonly last4: string
}

/** The methods that the test provider knows, by token: each decides what becomes of charging it. */
const TEST_METHODS: Readonly<Record<string, TestMethod>> = {
  pm_card_visa: { outcome: 'succeeds', brand: 'visa', last4: '4242' },
  pm_card_mastercard: { outcome: 'succeeds', brand: 'mastercard', last4: '4444' },
  pm_card_chargeDeclined: { outcome: 'is refused', brand: 'visa', last4: '0341' },
  pm_card_authenticationRequired: { outcome: 'asks the payer', brand: 'visa', last4: '3184' },
  pm_card_refundFail: { outcome: 'succeeds', refund: 'is refused', brand: 'visa', last4: '5126' },
  pm_card_pendingRefund: { outcome: 'succeeds', refund: 'waits', brand: 'visa', last4: '7726' },
  pm_card_processing: { outcome: 'waits', brand: 'visa', last4: '0005' },
}

export const TEST_TOKENS: readonly string[] = Object.keys(TEST_METHODS)

const DEFAULT_TEST_METHOD = 'pm_card_visa'

export function testMethod(token: string): SavedMethod | undefined {
  const method = TEST_METHODS[token]
  if (method === undefined) return undefined
  const { brand, last4 } = method
  return { id: token, details: { type: 'card', brand, last4, expiration_month: 12, expiration_year: 2034 } }
}

/**
 * The payment company of sandboxes: it moves no money and calls nobody. What becomes of a charge is decided by the token of
 * the method that is charged. It speaks each company's own words, and gives the same answer to the same request.
 */
export function testProvider(config: Pick<ResolvedConfig, 'publicUrl'>): PaymentProvider {
  return {
    async createCustomer(_type, payer) {
      const method = testMethod(DEFAULT_TEST_METHOD)
      return { id: idOf('cus_test', payer.id), methods: method === undefined ? [] : [method] }
    },
    checkoutUrl: async (_type, { id }) => `${config.publicUrl}/test_checkout/${id}`,
    charge: async (type, charge) => answerTo(type, charge),
    paymentUrl: async (_type, { id }) => `${config.publicUrl}/test_payment/${id}`,
    refund: async (type, refund) => answerToRefund(type, refund),
  }
}

function answerTo(type: ProviderType, charge: Charge): ProviderAnswer {
  const outcome = charge.fromBalance ? 'waits' : TEST_METHODS[charge.methodId ?? '']?.outcome
  const failed = providerWord(type, 'failed')
  if (outcome === undefined) {
    return { outcome: 'refused', status: failed, code: 'payment_method_missing', message: 'Nothing to pay with.' }
  }
  if (outcome === 'is refused') {
    return { outcome: 'refused', status: failed, code: 'card_declined', message: 'Your card was declined.' }
  }
  if (outcome === 'asks the payer' && !charge.mayAsk) {
    const message = 'This payment required an authentication action to complete.'
    return { outcome: 'refused', status: failed, code: 'authentication_required', message }
  }
  const id = idOf('pi_test', charge.idempotencyKey)
  if (outcome === 'asks the payer') {
    const status = type === 'stripe' ? 'requires_action' : providerWord(type, 'processing')
    return { outcome: 'accepted', id, status, nextAction: { type: 'use_test_api' } }
  }
  const status = providerWord(type, outcome === 'waits' ? 'processing' : 'succeeded')
  return { outcome: 'accepted', id, status, nextAction: {} }
}

/** Adyen never says at once what became of a refund. */
function answerToRefund(type: ProviderType, refund: Refund): ProviderAnswer {
  const outcome = TEST_METHODS[refund.methodId ?? '']?.refund
  if (outcome === 'is refused') {
    const message = 'The refund could not be processed.'
    return { outcome: 'refused', status: 'failed', code: 'refund_failed', message }
  }
  const status = refundWord(type, outcome === 'waits' || type === 'adyen' ? 'pending' : 'succeeded')
  return { outcome: 'accepted', id: idOf('re_test', refund.idempotencyKey), status, nextAction: {} }
}

function idOf(prefix: string, key: string): string {
  return `${prefix}_${createHash('sha256').update(key).digest('hex').slice(0, 24)}`
}
