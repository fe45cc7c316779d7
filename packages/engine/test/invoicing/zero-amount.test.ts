import { describe, expect, it } from 'vitest'
import type { FinalizeZeroAmountInvoice } from '../../src/invoicing/index.ts'
import { finalizedOrClosed } from '../../src/invoicing/index.ts'

describe('an invoice without fees', () => {
  it.each<[bigint, FinalizeZeroAmountInvoice, boolean, string]>([
    [0n, 'inherit', true, 'finalized'],
    [0n, 'inherit', false, 'closed'],
    [0n, 'finalize', false, 'finalized'],
    [0n, 'skip', true, 'closed'],
    [1n, 'skip', false, 'finalized'],
  ])('of %s cents, customer %s, billing entity %s: %s', (fees, customer, billingEntity, outcome) => {
    expect(finalizedOrClosed(fees, customer, billingEntity)).toBe(outcome)
  })
})
