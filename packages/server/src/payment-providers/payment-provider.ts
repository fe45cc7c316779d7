import type { ProviderType } from './provider-types.ts'

/** A customer as it is told to a provider. */
export interface PayerDetails {
  readonly id: string
  readonly externalId: string
  readonly name: string | null
  readonly email: string | null
  readonly currency: string | null
}

/** A customer that the provider knows: our id of the link, and its id there. */
export interface KnownPayer {
  readonly id: string
  readonly providerCustomerId: string
}

/** A saved instrument: what charging it needs, and what people know it by. */
export interface SavedMethod {
  readonly id: string
  readonly details: Readonly<Record<string, string | number>>
}

/** One attempt to collect money. The same key again is the same attempt: it collects nothing twice. */
export interface Charge {
  readonly idempotencyKey: string
  readonly providerCustomerId: string
  /** Null where nothing is saved. */
  readonly methodId: string | null
  /** The payer sends the money by itself, to a balance. */
  readonly fromBalance: boolean
  readonly amountCents: bigint
  readonly currency: string
  /** What the payer reads. */
  readonly reference: string
  /** The payer may be asked to confirm it. */
  readonly mayAsk: boolean
  readonly metadata: Readonly<Record<string, string>>
}

export interface Refund {
  readonly idempotencyKey: string
  readonly providerPaymentId: string
  /** What was charged; null where nothing was saved. */
  readonly methodId: string | null
  readonly amountCents: bigint
  readonly currency: string
  readonly reason: string
  readonly metadata: Readonly<Record<string, string>>
}

/** What became of a request to a provider. `status` is the provider's own word. */
export type ProviderAnswer =
  | {
      readonly outcome: 'accepted'
      readonly id: string
      readonly status: string
      /** What the payer has to do next; empty where nothing is. */
      readonly nextAction: Readonly<Record<string, unknown>>
    }
  | { readonly outcome: 'refused'; readonly status: string; readonly code: string; readonly message: string }

/** A page of the provider on which a payable is paid. */
export interface PaymentPage {
  readonly id: string
  readonly amountCents: bigint
  readonly currency: string
  readonly description: string
  readonly expiresAt: Temporal.Instant
}

/**
 * A payment company: the door to whoever moves the money. Calls may be repeated with the same keys; an error that is
 * thrown is one of the way there, and the job that made the call is tried again.
 */
export interface PaymentProvider {
  /** Makes the customer known there, with the methods it has from the start, the default last. */
  createCustomer(type: ProviderType, payer: PayerDetails): Promise<{ id: string; methods: readonly SavedMethod[] }>
  /** A page on which the customer saves a method without paying. */
  checkoutUrl(type: ProviderType, payer: KnownPayer): Promise<string>
  charge(type: ProviderType, charge: Charge): Promise<ProviderAnswer>
  paymentUrl(type: ProviderType, page: PaymentPage): Promise<string>
  refund(type: ProviderType, refund: Refund): Promise<ProviderAnswer>
}
