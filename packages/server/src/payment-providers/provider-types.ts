/** The payment companies that a customer's `payment_provider` may name. */
export const PROVIDER_TYPES = ['stripe', 'gocardless', 'cashfree', 'adyen', 'flutterwave', 'moneyhash'] as const
export type ProviderType = (typeof PROVIDER_TYPES)[number]

export function isProviderType(value: unknown): value is ProviderType {
  return PROVIDER_TYPES.some(type => type === value)
}

/** Those that only take payments on their own pages: nothing can be saved there, and nobody charged. */
export function chargesByItself(type: ProviderType): boolean {
  return type !== 'cashfree' && type !== 'flutterwave'
}
