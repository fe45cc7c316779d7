import { describe, expect, it } from 'vitest'
import type { ActivityLog, Json } from '../src/api/audit.ts'
import { changesOf, differencesOf, factsOf } from '../src/pages/activity/changes.ts'
import { actorOf, amountOf, happeningInWords, readingOf, subjectOf } from '../src/pages/activity/happening.ts'
import { keyInWords, valueInWords } from '../src/pages/activity/value-words.ts'

const log = (over: Partial<ActivityLog> = {}): ActivityLog => ({
  activity_id: 'a1',
  activity_type: 'plan.updated',
  activity_source: 'front',
  activity_object: { lago_id: 'p1', name: 'Scale', code: 'scale', amount_cents: 60_000, amount_currency: 'USD' },
  activity_object_changes: {},
  user_email: 'ada@acme.test',
  resource_id: 'p1',
  resource_type: 'Plan',
  external_customer_id: null,
  external_subscription_id: null,
  logged_at: '2026-04-12T10:00:00Z',
  ...over,
})
const changed = (changes: Record<string, [Json, Json]>, over: Partial<ActivityLog> = {}) => {
  const one = log({ activity_object_changes: changes, ...over })
  return changesOf(one, readingOf(one, 'Europe/Zurich')).map(({ path, before, after }) => [path, before, after])
}

it.each<[string, Json, string]>([
  ['total_amount_cents', 123_456, '$1,234.56'],
  ['precise_coupons_amount_cents', '1250.0', '$12.50'],
  ['rate_amount', '0.5', '$0.50'],
  ['tax_rate', 8.1, '8.1%'],
  ['percentage_rate', '10.0', '10%'],
  ['expiration_at', '2026-01-31T23:00:00Z', 'Feb 1, 2026, 00:00'],
  ['issuing_date', '2026-01-31', 'Jan 31, 2026'],
  ['invoice_grace_period', 3, '3 days'],
  ['country', 'CH', 'Switzerland'],
  ['document_locale', 'de', 'German'],
  ['interval', 'monthly', 'Every month'],
  ['status', 'finalized', 'Finalized'],
  ['pay_in_advance', true, 'Yes'],
  ['email', null, 'nothing'],
  ['email', '', 'nothing'],
  ['tax_codes', ['vat', 'city'], 'vat, city'],
  ['event_types', null, 'Everything'],
  ['taxes', [{ name: 'VAT', code: 'vat' }], 'VAT'],
  ['metadata', [{ key: 'crm', value: 'A-1' }], 'crm: A-1'],
  ['code', '0042', '0042'],
  ['phone', '41791234567', '41791234567'],
])('%s %j is read as %s', (key, value, words) => {
  expect(valueInWords(key, value, { currency: 'USD', zone: 'Europe/Zurich', statusKind: 'invoice_status' })).toBe(words)
})

it.each([
  ['total_amount_cents', 'Total amount'],
  ['payment_due_date', 'Payment due date'],
  ['voided_at', 'Voided'],
  ['tax_identification_number', 'Tax number'],
])('the key %s is called %s', (key, words) => expect(keyInWords(key)).toBe(words))

describe('what an update changed', () => {
  it('is told by value, in the currency and the zone of its object', () => {
    expect(changed({ amount_cents: [49_900, 60_000], name: ['Old', 'Scale'], updated_at: ['x', 'y'] })).toEqual([
      ['Amount', '$499.00', '$600.00'],
      ['Name', 'Old', 'Scale'],
    ])
  })

  it('is told of the member of a list that changed, and of what came and went', () => {
    const charge = (id: string, name: string, amount: string) => ({
      lago_id: id,
      invoice_display_name: name,
      properties: { amount },
    })
    expect(
      changed({
        charges: [
          [charge('c1', 'API calls', '0.5'), charge('c2', 'Storage', '5')],
          [charge('c1', 'API calls', '0.25'), charge('c3', 'Tokens', '1')],
        ],
      }),
    ).toEqual([
      ['Charges', 'Storage', undefined],
      ['Charges', undefined, 'Tokens'],
      ['Charges · API calls · Properties · Amount', '$0.50', '$0.25'],
    ])
  })

  it('does not say of each part what it says of the whole', () => {
    const fee = (id: string, status: string, units: string) => ({
      lago_id: id,
      name: id,
      payment_status: status,
      units,
    })
    expect(
      changed({
        fees: [
          [fee('f1', 'pending', '1'), fee('f2', 'pending', '1')],
          [fee('f1', 'succeeded', '2'), fee('f2', 'succeeded', '1')],
        ],
        payment_status: ['pending', 'succeeded'],
      }),
    ).toEqual([
      ['Payment status', 'Unpaid', 'Paid'],
      ['Fees · f1 · Units', '1', '2'],
    ])
  })

  it('leaves out ids and addresses of files, which tell nobody anything', () => {
    expect(changed({ lago_invoice_id: ['a', 'b'], file_url: [null, 'https://x'], email: [null, 'a@b.test'] })).toEqual([
      ['Email', 'nothing', 'a@b.test'],
    ])
  })
})

it('a security log tells both sides of a difference, and the rest as it is', () => {
  expect(
    differencesOf({ email: 'mia@acme.test', roles: { deleted: ['manager'], added: ['finance', 'manager'] } }),
  ).toMatchObject([
    { path: 'Email', after: 'mia@acme.test' },
    { path: 'Roles', before: 'manager', after: 'finance, manager' },
  ])
  expect(differencesOf({ diff: { webhook_url: { added: 'https://a.test' } } })).toEqual([
    { path: 'Address', before: 'nothing', after: 'https://a.test' },
  ])
})

describe('a line of the log', () => {
  it.each<[Partial<ActivityLog>, string, object | undefined, string | undefined]>([
    [{}, 'Plan changed', { name: 'Scale', to: '/plans/scale' }, undefined],
    [{ activity_type: 'plan.deleted' }, 'Plan deleted', { name: 'Scale' }, undefined],
    [
      {
        activity_type: 'invoice.created',
        resource_type: 'Invoice',
        resource_id: 'i1',
        activity_object: { number: 'NOR-1', total_amount_cents: 5000, currency: 'EUR' },
      },
      'Invoice finalized',
      { name: 'NOR-1', to: '/invoices/i1' },
      '€50.00',
    ],
    [
      {
        activity_type: 'payment.recorded',
        resource_type: 'Invoice',
        resource_id: 'i1',
        activity_object: { payment: { invoice_numbers: ['NOR-1'], amount_cents: 500, amount_currency: 'EUR' } },
      },
      'Payment recorded',
      { name: 'NOR-1', to: '/invoices/i1' },
      '€5.00',
    ],
    [
      {
        activity_type: 'applied_coupon.created',
        resource_type: 'Coupon',
        activity_object: { coupon_code: 'launch', coupon_name: 'Launch' },
      },
      'Coupon applied',
      { name: 'Launch', to: '/coupons/launch' },
      undefined,
    ],
    [
      { activity_type: 'quote.version_created', resource_type: 'Quote' },
      'Quote version created',
      { name: 'Scale' },
      undefined,
    ],
  ])('%#: %s', (over, happening, subject, amount) => {
    const one = log(over)
    expect(happeningInWords(one)).toBe(happening)
    expect(subjectOf(one)).toEqual(subject)
    expect(amountOf(one, readingOf(one, undefined))).toBe(amount)
  })

  it.each([
    ['ada@acme.test', 'front', 'ada@acme.test'],
    [null, 'api', 'API key'],
    [null, 'system', 'Weir'],
  ])('by %s through %s is by %s', (email, source, who) => {
    expect(actorOf(log({ user_email: email, activity_source: source }))).toBe(who)
  })
})

it('the facts of an object are those that people ask for, in their order', () => {
  const object = { currency: 'EUR', total_amount_cents: 100, number: 'NOR-1', lago_id: 'x', payment_due_date: null }
  expect(factsOf(object, { currency: 'EUR', zone: undefined, statusKind: 'invoice_status' })).toEqual([
    ['Number', 'NOR-1'],
    ['Total amount', '€1.00'],
    ['Currency', 'EUR'],
  ])
})
