import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { storyOf } from '../invoices/billing-support.ts'
import { startTestApp, type TestApp } from '../support/app.ts'
import { type FeeOf, settlementStory } from './support.ts'

interface Case {
  readonly fees: readonly FeeOf[]
  readonly coupons?: readonly object[]
  readonly notes?: readonly number[]
  readonly wallets?: readonly (readonly [credits: string, fields?: object])[]
  readonly customer?: object
  readonly invoice: Readonly<Record<string, unknown>>
  /** The fees' shares of the coupons. */
  readonly shares?: readonly string[]
  readonly lines?: readonly string[]
}

const percentage = (rate: string, fields: object = {}) => ({
  coupon_type: 'percentage',
  percentage_rate: rate,
  ...fields,
})

const cases: Readonly<Record<string, Case>> = {
  'a coupon, then a note, then a wallet': {
    fees: [
      [12345, 'vat'],
      [6789, 'vat'],
      [1003, 'vat'],
    ],
    coupons: [percentage('10')],
    notes: [500],
    wallets: [['10']],
    invoice: {
      fees_amount_cents: 20137,
      coupons_amount_cents: 2014,
      sub_total_excluding_taxes_amount_cents: 18123,
      taxes_amount_cents: 3625,
      taxes_rate: 20,
      fees: [2222, 1222, 181].map(taxes_amount_cents => expect.objectContaining({ taxes_amount_cents })),
      sub_total_including_taxes_amount_cents: 21748,
      credit_notes_amount_cents: 500,
      prepaid_credit_amount_cents: 1000,
      prepaid_granted_credit_amount_cents: 1000,
      prepaid_purchased_credit_amount_cents: null,
      total_amount_cents: 20248,
      total_due_amount_cents: 20248,
      payment_status: 'pending',
    },
    shares: ['1234.68392', '679.00114', '100.31494'],
    lines: ['coupon 2014 true', 'credit_note 500 false'],
  },
  'taxes without a coupon': {
    fees: [
      [333, 'a'],
      [333, 'a'],
      [333, 'a', 'b'],
    ],
    invoice: {
      taxes_amount_cents: 85,
      taxes_rate: 8.53333,
      total_amount_cents: 1084,
      coupons_amount_cents: 0,
      fees: [26, 26, 34].map(taxes_amount_cents => expect.objectContaining({ taxes_amount_cents })),
      applied_taxes: [
        expect.objectContaining({ tax_code: 'a', amount_cents: 77, fees_amount_cents: 999 }),
        expect.objectContaining({ tax_code: 'b', amount_cents: 8, fees_amount_cents: 333 }),
      ],
    },
    lines: [],
  },
  'taxes on what a coupon leaves': {
    fees: [
      [333, 'a'],
      [333, 'a'],
      [333, 'a', 'b'],
    ],
    coupons: [{ amount_cents: 100 }],
    invoice: {
      sub_total_excluding_taxes_amount_cents: 899,
      taxes_amount_cents: 77,
      fees: [23, 23, 31].map(taxes_amount_cents => expect.objectContaining({ taxes_amount_cents })),
      total_amount_cents: 976,
      applied_taxes: [
        expect.objectContaining({ tax_code: 'a', amount_cents: 69, fees_amount_cents: 899 }),
        expect.objectContaining({ tax_code: 'b', amount_cents: 7, fees_amount_cents: 299 }),
      ],
    },
    shares: ['33.33333', '33.33333', '33.33333'],
  },
  'a coupon above the fees': {
    fees: [
      [2500, 'nineteen'],
      [1500, 'nineteen'],
    ],
    coupons: [{ amount_cents: 10000 }],
    wallets: [['10']],
    invoice: {
      status: 'finalized',
      coupons_amount_cents: 4000,
      sub_total_excluding_taxes_amount_cents: 0,
      taxes_amount_cents: 0,
      taxes_rate: 19,
      prepaid_credit_amount_cents: 0,
      total_amount_cents: 0,
      payment_status: 'succeeded',
    },
  },
  'two coupons in their order': {
    fees: [
      [7345, 'vat'],
      [1209, 'vat'],
      [46, 'vat'],
    ],
    coupons: [percentage('12.5'), { amount_cents: 2000, frequency: 'forever' }],
    invoice: {
      coupons_amount_cents: 3075,
      taxes_amount_cents: 1105,
      sub_total_including_taxes_amount_cents: 6630,
      total_amount_cents: 6630,
    },
    shares: ['2626.26453', '432.28779', '16.44767'],
    lines: ['coupon 1075 true', 'coupon 2000 true'],
  },
  'two notes, oldest first': {
    fees: [
      [3000, 'vat'],
      [1001, 'reduced'],
    ],
    notes: [1000, 5000],
    invoice: { credit_notes_amount_cents: 4656, total_amount_cents: 0, payment_status: 'succeeded' },
    lines: ['credit_note 1000 false', 'credit_note 3656 false'],
  },
  'a note, then a wallet for one kind of fee': {
    fees: [
      [3000, 'vat'],
      [1001, 'reduced'],
    ],
    notes: [1000],
    wallets: [['100', { applies_to: { fee_types: ['subscription'] } }]],
    invoice: { credit_notes_amount_cents: 1000, prepaid_credit_amount_cents: 2827, total_amount_cents: 829 },
  },
  'wallets that may pay for some fees': {
    fees: [
      [4000, 'vat'],
      [2505.4, 'vat'],
      [332.8, 'reduced'],
    ],
    wallets: [
      ['20', { applies_to: { billable_metric_codes: ['x'] } }],
      ['50', { applies_to: { fee_types: ['charge'] } }],
      ['30', {}],
    ],
    invoice: { taxes_amount_cents: 1319, prepaid_credit_amount_cents: 6357, total_amount_cents: 1800 },
  },
  'a coupon and a note on a draft': {
    fees: [
      [12345, 'vat'],
      [6789, 'vat'],
      [1003, 'vat'],
    ],
    customer: { billing_configuration: { invoice_grace_period: 3 } },
    coupons: [percentage('10')],
    invoice: {
      status: 'draft',
      coupons_amount_cents: 0,
      sub_total_excluding_taxes_amount_cents: 20137,
      taxes_amount_cents: 4027,
      total_amount_cents: 24164,
      creditable_amount_cents: 0,
    },
    lines: [],
  },
}

let app: TestApp
let story: ReturnType<typeof storyOf>
const ids = new Map(Object.keys(cases).map((name, place) => [name, `case-${place}`]))
beforeAll(async () => {
  app = await startTestApp()
  story = storyOf(app)
  await story.setClock('2026-06-01T00:00:00Z')
  for (const [code, rate] of [
    ['vat', 20],
    ['reduced', 5.5],
    ['a', 7.7],
    ['b', 2.5],
    ['nineteen', 19],
  ] as const) {
    await story.tax(code, rate)
  }
  const metrics = { x: (await story.metric('x')).lago_id, y: (await story.metric('y')).lago_id }
  const settled = settlementStory(app, story, metrics)
  for (const [name, { fees, coupons = [], notes = [], wallets = [], customer }] of Object.entries(cases)) {
    const id = ids.get(name) ?? ''
    await settled.customerWith(id, fees, customer)
    await settled.giveNotes(id, notes)
    for (const [place, terms] of coupons.entries()) await settled.giveCoupon(id, `c${place}`, terms)
    for (const [place, [credits, fields]] of wallets.entries()) {
      await settled.giveWallet(id, credits, { name: `w${place}`, ...fields })
    }
  }
  await story.settle()
  await story.advanceTo('2026-07-01T12:00:00Z')
}, 120_000)
afterAll(() => app?.stop())

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
async function periodic(name: string): Promise<any> {
  return (await story.invoices(ids.get(name))).at(-1)
}

describe('an invoice that is finalized', () => {
  it.each(Object.entries(cases))('has %s taken off', async (name, { invoice: expected, shares, lines }) => {
    const invoice = await periodic(name)
    expect(invoice).toMatchObject(expected)
    if (shares !== undefined) {
      const fees: { precise_coupons_amount_cents: string }[] = invoice.fees
      expect(fees.map(fee => fee.precise_coupons_amount_cents)).toEqual(shares)
    }
    if (lines !== undefined) {
      const credits: { item: { type: string }; amount_cents: number; before_taxes: boolean }[] = invoice.credits
      expect(credits.map(line => `${line.item.type} ${line.amount_cents} ${line.before_taxes}`)).toEqual(lines)
    }
  })

  it('loses no cent', async () => {
    for (const name of Object.keys(cases)) {
      const invoice = await periodic(name)
      const { credits, coupons_amount_cents: coupons, credit_notes_amount_cents: notes } = invoice
      const before = credits.filter((line: { before_taxes: boolean }) => line.before_taxes)
      const sum = (rows: { amount_cents: number }[]) => rows.reduce((total, row) => total + row.amount_cents, 0)
      expect(sum(invoice.fees)).toBe(invoice.fees_amount_cents)
      expect(sum(before)).toBe(coupons)
      expect(sum(credits) - sum(before)).toBe(notes)
      expect(invoice.sub_total_excluding_taxes_amount_cents).toBe(invoice.fees_amount_cents - coupons)
      expect(invoice.sub_total_including_taxes_amount_cents - invoice.taxes_amount_cents).toBe(
        invoice.sub_total_excluding_taxes_amount_cents,
      )
      expect(invoice.total_amount_cents).toBe(
        invoice.sub_total_including_taxes_amount_cents - notes - invoice.prepaid_credit_amount_cents,
      )
    }
  })

  it('is reduced when its grace period is over', async () => {
    const { lago_id: id } = await periodic('a coupon and a note on a draft')
    const { data } = await app.client.invoices.finalizeInvoice(id)
    expect(data.invoice).toMatchObject({
      status: 'finalized',
      coupons_amount_cents: 2014,
      sub_total_excluding_taxes_amount_cents: 18123,
      taxes_amount_cents: 3625,
      total_amount_cents: 21748,
      creditable_amount_cents: 21748,
      refundable_amount_cents: 0,
    })
  })

  it('uses up what reduced it', async () => {
    const { body } = await app.api.get(`/credit_notes?external_customer_id=${ids.get('two notes, oldest first')}`)
    expect(
      body.credit_notes.map((note: { credit_status: string; balance_amount_cents: number }) => [
        note.credit_status,
        note.balance_amount_cents,
      ]),
    ).toEqual([
      ['consumed', 0],
      ['available', 1344],
    ])
    const applied = await app.api.get(`/applied_coupons?external_customer_id=${ids.get('two coupons in their order')}`)
    expect(applied.body.applied_coupons.map((coupon: { status: string }) => coupon.status).toSorted()).toEqual([
      'active',
      'terminated',
    ])
  })

  it('gives coupons and prepaid credits back when it is voided, and keeps notes used', async () => {
    const name = 'a coupon, then a note, then a wallet'
    const { lago_id: id } = await periodic(name)
    expect((await app.api.post(`/invoices/${id}/void`)).status).toBe(200)
    const of = `external_customer_id=${ids.get(name)}`
    const [wallets, coupons, notes] = [
      await app.api.get(`/wallets?${of}`),
      await app.api.get(`/applied_coupons?${of}`),
      await app.api.get(`/credit_notes?${of}`),
    ]
    expect(wallets.body.wallets).toMatchObject([{ balance_cents: 1000, consumed_credits: '0.0' }])
    expect(coupons.body.applied_coupons).toMatchObject([{ status: 'active' }])
    expect(notes.body.credit_notes).toMatchObject([{ credit_status: 'consumed' }])
  })
})
