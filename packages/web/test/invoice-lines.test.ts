import { describe, expect, it } from 'vitest'
import type { Fee, FeeExplanation, Invoice } from '../src/api/invoices.ts'
import { allocationOf, type NoteValues, wrongAmounts } from '../src/pages/credit-notes/note-draft.ts'
import { groupFees } from '../src/pages/invoices/fee-groups.ts'
import { offersOf } from '../src/pages/invoices/offers.ts'
import { readSteps } from '../src/pages/invoices/read-steps.ts'

function explanation(
  steps: readonly (readonly [string, string, string, string?])[],
  inputs: object = {},
): FeeExplanation {
  return {
    lago_fee_id: 'f',
    currency: 'USD',
    inputs: { pricing_unit: null, amount_details: null, computed_from: {}, taxes: [], ...inputs },
    steps: steps.map(([name, formula, unrounded, rounded]) => ({ name, formula, unrounded, rounded: rounded ?? null })),
  } as unknown as FeeExplanation
}

const read = (...args: Parameters<typeof explanation>) =>
  readSteps(explanation(...args), { vat: 'VAT' }).map(({ label, formula, result, before }) =>
    [label, formula, result, ...(before === undefined ? [] : [before])].join(' | '),
  )

describe('the arithmetic of a line, in words and amounts', () => {
  it('has tiers, flat amounts, rounding and taxes', () => {
    expect(
      read([
        ['tier 0 to 10', '10 × 0', '0.0'],
        ['tier 11 to 20', '1 × 0.5', '0.5'],
        ['tier 11 to 20, flat amount', '10', '10.0'],
        ['tier 21 to ∞', '4 × 0.25', '1.0'],
        ['amount', '11.5 × 100', '1150.25', '1150.0'],
        ['sub_total_excluding_taxes', '1150 - 115', '1035.0', '1035.0'],
        ['tax vat', '1035 × 8.1 %', '83.835', '84.0'],
        ['taxes', '1035 × 8.1 %', '83.835', '84.0'],
        ['total', '1150 + 84', '1234.0'],
      ]),
    ).toEqual([
      'First 10 units | 10 × $0.00 | $0.00',
      'Units 11 to 20 | 1 × $0.50 | $0.50',
      'Units 11 to 20: flat amount |  | $10.00',
      'From unit 21 on | 4 × $0.25 | $1.00',
      'Amount of the line |  | $11.50 | $11.5025',
      'After coupons | $11.50 − $1.15 | $10.35',
      'VAT | $10.35 × 8.1% | $0.84 | $0.83835',
      'With taxes | $11.50 + $0.84 | $12.34',
    ])
  })

  it('has packages, shares of amounts, parts of a period, minimums, and units of account', () => {
    const table: [Parameters<typeof explanation>, string[]][] = [
      [
        [[['packages', '⌈110 ÷ 100⌉ × 5', '10.0']], { amount_details: { free_units: '50.0' } }],
        ['Free units | 50 | $0.00', 'Packages | 110 units in packages of 100: 2 packages × $5.00 | $10.00'],
      ],
      [
        [
          [
            ['units', '1000 × 1.5 %', '15.0'],
            ['events', '3 × 0.3', '0.9'],
          ],
          { amount_details: { free_units: '0.0', free_events: 2 } },
        ],
        ['Free events | 2 | $0.00', 'Units | 1,000 × 1.5% | $15.00', 'Paid events | 3 × $0.30 | $0.90'],
      ],
      [[[['plan', '10 of 31 days × 310', '100.0']]], ['Plan | 10 of 31 days × $310.00 | $100.00']],
      [[[['missing', '(5000 - 1200) ÷ 100', '38.0']]], ['Missing up to the minimum | $50.00 − $12.00 | $38.00']],
      [
        [
          [
            ['units', '2.5 × 3', '7.5'],
            ['price in CR', 'the sum of the above', '7.5', '7.5'],
            ['amount', '7.5 × 0.2 × 100', '150.0', '150.0'],
          ],
          { pricing_unit: { short_name: 'CR' } },
        ],
        [
          'Units | 2.5 × 3 CR | 7.5 CR',
          'Price in CR | the sum of the above | 7.5 CR',
          'Amount of the line | 7.5 CR × 0.2 | $1.50',
        ],
      ],
    ]
    for (const [given, lines] of table) expect(read(...given)).toEqual(lines)
  })
})

const fee = (id: string, type: string, name: string, fields: object = {}) =>
  ({
    lago_id: id,
    external_subscription_id: 's1',
    from_date: '2026-03-01T00:00:00+00:00',
    to_date: '2026-03-31T23:59:59+00:00',
    lago_true_up_parent_fee_id: null,
    description: null,
    item: { type, name, invoice_display_name: name, grouped_by: {}, filters: null, filter_invoice_display_name: null },
    ...fields,
  }) as unknown as Fee

it('groups lines by subscription and period, the base fee first, what tops one up after it', () => {
  const periods = ['s2', 's1'].map(external_subscription_id => ({ external_subscription_id }))
  const fees = [
    fee('m', 'commitment', 'Minimum', { from_date: null, to_date: null }),
    fee('z', 'charge', 'Zebra'),
    fee('t', 'charge', 'Antelope', { lago_true_up_parent_fee_id: 'z' }),
    fee('b', 'subscription', 'Base', { from_date: '2026-04-01T00:00:00+00:00', to_date: '2026-04-30T23:59:59+00:00' }),
    fee('c', 'charge', 'Bear'),
    fee('x', 'fixed_charge', 'Seats'),
    fee('o', 'charge', 'Other', { external_subscription_id: 's2' }),
  ]
  const groups = groupFees({ fees, billing_periods: periods } as unknown as Invoice)
  expect(
    groups.map(group => [group.subscription, group.from?.slice(5, 10), group.fees.map(one => one.lago_id)]),
  ).toEqual([
    ['s2', '03-01', ['o']],
    ['s1', '03-01', ['x', 'c', 'z', 't']],
    ['s1', '04-01', ['b', 'm']],
  ])
})

const invoice = (fields: object) =>
  ({
    status: 'finalized',
    payment_status: 'pending',
    invoice_type: 'subscription',
    currency: 'USD',
    total_amount_cents: 1000,
    total_paid_amount_cents: 0,
    total_due_amount_cents: 1000,
    creditable_amount_cents: 1000,
    refundable_amount_cents: 0,
    offsettable_amount_cents: 1000,
    payment_dispute_lost_at: null,
    file_url: null,
    xml_url: null,
    customer: { billing_configuration: { payment_provider: null } },
    ...fields,
  }) as unknown as Invoice

it('offers what the state of an invoice and the rights allow', () => {
  const everybody = { may: () => true, isAdmin: true, issuer: undefined }
  const offered = (fields: object, who: object = {}) =>
    [...offersOf(invoice(fields), { ...everybody, ...who })].toSorted().join(' ')
  const issued = 'collect credit_note dispute download_pdf metadata payment_status record_payment void'
  const mails = { issuer: { email_settings: ['invoice.finalized'] } }
  expect(offered({ status: 'draft', creditable_amount_cents: 0 })).toBe('delete finalize refresh')
  expect(offered({ status: 'draft' }, { isAdmin: false })).toBe('finalize refresh')
  expect(offered({})).toBe(issued)
  expect(offered({}, mails)).toBe(issued.replace('download_pdf', 'download_pdf email'))
  expect(offered({ customer: { billing_configuration: { payment_provider: 'stripe' } } })).toContain('payment_link')
  expect(offered({ payment_status: 'succeeded', total_paid_amount_cents: 1000, total_due_amount_cents: 0 })).toBe(
    'credit_note dispute download_pdf metadata payment_status void',
  )
  expect(offered({ payment_dispute_lost_at: '2026-01-01' })).not.toContain('dispute')
  expect(offered({ status: 'voided', file_url: 'x' })).toBe('download_pdf regenerate')
  expect(offered({ status: 'voided', lago_regenerated_invoice_id: 'x' })).toBe('')
  expect(offered({ status: 'failed' })).toBe('metadata retry_taxes')
  expect(offered({}, { may: () => false })).toBe('')
})

it('gives back what is not refunded or offset as credit', () => {
  const values: NoteValues = {
    amounts: { a: '5', b: '95', c: '' },
    reason: 'other',
    description: '',
    refund: '',
    offset: null,
  }
  const estimate = {
    max_creditable_amount_cents: 500,
    max_refundable_amount_cents: 0,
    max_offsettable_amount_cents: 300,
  }
  const parts = (fields: object, of: object = {}) =>
    allocationOf({ ...values, ...fields }, invoice(of), estimate as never)
  expect(parts({})).toEqual({ total: 500, refund: 0, offset: 300, credit: 200 })
  expect(parts({ offset: '1.00', refund: '2' })).toEqual({ total: 500, refund: 200, offset: 100, credit: 200 })
  expect(parts({}, { invoice_type: 'credit' })).toEqual({ total: 1000, refund: 0, offset: 1000, credit: 0 })
  const left = new Map([
    ['a', 499],
    ['b', 9500],
  ])
  expect(wrongAmounts(values, left, 'USD')).toEqual({ a: 'more_than_left' })
})
