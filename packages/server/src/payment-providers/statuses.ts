import type { ProviderType } from './provider-types.ts'

/** What a payment is to us, whatever its provider calls it. */
export type NormalizedStatus = 'pending' | 'processing' | 'succeeded' | 'failed'

type Words = Readonly<Record<'processing' | 'succeeded' | 'failed', readonly [string, ...string[]]>>

const WORDS: Readonly<Record<ProviderType, Words>> = {
  stripe: {
    processing: ['processing', 'requires_capture', 'requires_action', 'requires_confirmation'],
    succeeded: ['succeeded'],
    failed: ['canceled', 'requires_payment_method'],
  },
  adyen: {
    processing: ['AuthorisedPending', 'Received'],
    succeeded: ['Authorised', 'SentForSettle', 'SettleScheduled', 'Settled', 'Refunded'],
    failed: ['Cancelled', 'CaptureFailed', 'Error', 'Expired', 'Refused'],
  },
  gocardless: {
    processing: ['pending_customer_approval', 'pending_submission', 'submitted', 'confirmed'],
    succeeded: ['paid_out'],
    failed: ['cancelled', 'customer_approval_denied', 'failed', 'charged_back'],
  },
  cashfree: { processing: ['PARTIALLY_PAID'], succeeded: ['PAID'], failed: ['EXPIRED', 'CANCELLED'] },
  flutterwave: { processing: ['pending'], succeeded: ['successful'], failed: ['failed', 'cancelled'] },
  moneyhash: {
    processing: ['PENDING', 'PENDING_AUTHENTICATION', 'UNPROCESSED'],
    succeeded: ['SUCCESSFUL', 'PROCESSED'],
    failed: ['FAILED'],
  },
}

/** Our word for a status of a provider's payment. A word that is in no list is taken for ours; what is not is still open. */
export function normalizedStatus(type: ProviderType, word: string): NormalizedStatus {
  for (const status of ['processing', 'succeeded', 'failed'] as const) {
    if (WORDS[type][status].includes(word)) return status
  }
  return word === 'succeeded' || word === 'failed' || word === 'processing' ? word : 'pending'
}

const REFUND_WORDS: Readonly<Record<string, Readonly<Record<'pending' | 'succeeded' | 'failed', readonly string[]>>>> =
  {
    gocardless: {
      pending: ['created', 'pending_submission', 'submitted', 'refund_settled'],
      succeeded: ['paid'],
      failed: ['cancelled', 'bounced', 'funds_returned', 'failed'],
    },
  }

/** Our word for a status of a provider's refund. */
export function refundStatus(type: ProviderType, word: string): 'pending' | 'succeeded' | 'failed' {
  for (const status of ['succeeded', 'failed'] as const) {
    if ((REFUND_WORDS[type]?.[status] ?? [status]).includes(word)) return status
  }
  return 'pending'
}

/** The first of a provider's words for a status of a refund. */
export function refundWord(type: ProviderType, status: 'pending' | 'succeeded' | 'failed'): string {
  return REFUND_WORDS[type]?.[status][0] ?? status
}

/** The first of a provider's words for a status. */
export function providerWord(type: ProviderType, status: 'processing' | 'succeeded' | 'failed'): string {
  return WORDS[type][status][0]
}
