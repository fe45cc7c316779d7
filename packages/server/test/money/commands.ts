import fc from 'fast-check'

/** Something that a customer, its owner or its bank does. Numbers pick among what there is. */
export type Command =
  | { readonly kind: 'grant' | 'buy' | 'void credits'; readonly wallet: number; readonly cents: number }
  | { readonly kind: 'paid' | 'not paid'; readonly purchase: number }
  | { readonly kind: 'event'; readonly metric: 'x' | 'y'; readonly cents: number }
  | { readonly kind: 'usage'; readonly cents: number }
  | { readonly kind: 'subscribe'; readonly cents: number }
  | { readonly kind: 'coupon'; readonly coupon: number }
  | {
      readonly kind: 'credit'
      readonly invoice: number
      /** Of what is left of each fee, in percent. */
      readonly percent: readonly number[]
      readonly to: 'credit' | 'refund' | 'offset' | 'split'
    }
  | { readonly kind: 'refund'; readonly invoice: number; readonly percent: readonly number[] }
  | { readonly kind: 'void note'; readonly note: number }
  | { readonly kind: 'void invoice'; readonly invoice: number; readonly creditPercent: number | null }
  | { readonly kind: 'pay invoice'; readonly invoice: number; readonly percent: number }
  | { readonly kind: 'terminate'; readonly wallet: number }
  | { readonly kind: 'remove coupon'; readonly coupon: number }

const pick = fc.nat({ max: 20 })
const cents = fc.integer({ min: 1, max: 9999 })
const percent = fc.oneof(fc.constant(100), fc.integer({ min: 1, max: 100 }))

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('grant' as const), wallet: pick, cents }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('buy' as const), wallet: pick, cents }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('void credits' as const), wallet: pick, cents }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('paid' as const, 'not paid' as const), purchase: pick }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('event' as const),
      metric: fc.constantFrom('x' as const, 'y' as const),
      cents,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('usage' as const), cents }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('subscribe' as const), cents }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('coupon' as const), coupon: pick }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('credit' as const),
      invoice: pick,
      percent: fc.array(percent, { minLength: 1, maxLength: 3 }),
      to: fc.constantFrom('credit' as const, 'refund' as const, 'offset' as const, 'split' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('refund' as const),
      invoice: pick,
      percent: fc.array(percent, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('void note' as const), note: pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('void invoice' as const),
      invoice: pick,
      creditPercent: fc.option(percent, { nil: null }),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pay invoice' as const), invoice: pick, percent }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('terminate' as const), wallet: pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove coupon' as const), coupon: pick }) },
)

/** Rounds of commands that are given at the same time. */
export function roundsOf(seed: number, count: number): Command[][] {
  const round = fc.array(command, { minLength: 4, maxLength: 8 })
  return fc.sample(round, { seed, numRuns: count })
}
