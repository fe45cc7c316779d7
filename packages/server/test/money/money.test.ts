import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Story, storyOf } from '../invoices/billing-support.ts'
import { type Answer, startTestApp, type TestApp } from '../support/app.ts'
import { type Command, roundsOf } from './commands.ts'
import { brokenInvariants } from './invariants.ts'

/** WEIR_MONEY_SEEDS: how many customers live at random; WEIR_MONEY_SEED: the first one's seed. */
const SEEDS = Number(process.env.WEIR_MONEY_SEEDS ?? 4)
const FIRST_SEED = Number(process.env.WEIR_MONEY_SEED ?? 20_260_101)
const ROUNDS = 8

let app: TestApp
beforeAll(async () => {
  app = await startTestApp()
})
afterAll(() => app?.stop())

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
type Wire = any

const COUPONS = [
  { coupon_type: 'percentage', percentage_rate: '12.5', frequency: 'once' },
  { coupon_type: 'percentage', percentage_rate: '33.33333', frequency: 'recurring', frequency_duration: 3 },
  { coupon_type: 'percentage', percentage_rate: '7', frequency: 'forever' },
  { coupon_type: 'fixed_amount', amount_cents: 2500, amount_currency: 'USD', frequency: 'once' },
  {
    coupon_type: 'fixed_amount',
    amount_cents: 333,
    amount_currency: 'USD',
    frequency: 'recurring',
    frequency_duration: 4,
  },
  { coupon_type: 'fixed_amount', amount_cents: 101, amount_currency: 'USD', frequency: 'forever' },
  {
    coupon_type: 'percentage',
    percentage_rate: '12.34567',
    frequency: 'forever',
    applies_to: { billable_metric_codes: ['x'] },
  },
]
const WALLETS = [
  { rate_amount: '1', priority: 20 },
  { rate_amount: '0.07', priority: 10, applies_to: { billable_metric_codes: ['y'] } },
  { rate_amount: '3', priority: 30, applies_to: { fee_types: ['charge', 'subscription'] } },
]

async function begin(): Promise<Story> {
  const story = storyOf(await app.newOrganization())
  await story.setClock('2026-06-01T00:00:00Z')
  await story.tax('vat', 20, { applied_to_organization: true })
  await story.tax('city', 5.5, { applied_to_organization: true })
  const metrics: Record<string, string> = {}
  for (const code of ['x', 'y', 'z']) metrics[code] = (await story.metric(code)).lago_id
  const charge = (code: string, fields: object) => ({
    billable_metric_id: metrics[code],
    charge_model: 'standard',
    properties: { amount: '0.01' },
    ...fields,
  })
  await story.plan('metered', {
    amount_cents: 1234,
    charges: [
      charge('x', { pay_in_advance: true, invoiceable: true }),
      charge('y', { pay_in_advance: true, invoiceable: true }),
      charge('z', {}),
    ],
  })
  for (const [place, terms] of COUPONS.entries()) {
    const coupon = { code: `c${place}`, name: `c${place}`, expiration: 'no_expiration', reusable: true, ...terms }
    expect((await story.api.post('/coupons', { coupon })).status).toBe(200)
  }
  return story
}

interface Life {
  readonly seed: number
  readonly id: string
  readonly wallets: readonly string[]
  readonly rounds: readonly Command[][]
}

/** A customer whose life is given by a seed. */
async function born(story: Story, seed: number): Promise<Life> {
  const id = `customer-${seed}`
  await story.customer(id)
  await story.subscribe(id, 'metered', id)
  const wallets: string[] = []
  for (const fields of WALLETS) {
    const { body } = await story.api.post('/wallets', {
      wallet: { external_customer_id: id, currency: 'USD', name: `w${wallets.length}`, ...fields },
    })
    wallets.push(body.wallet.lago_id)
  }
  return { seed, id, wallets, rounds: roundsOf(seed, ROUNDS) }
}

/** All commands of a round at once, while the work that they cause goes on beside them. */
async function liveOn(story: Story, life: Life, round: number): Promise<void> {
  const commands = life.rounds[round] ?? []
  const answers = await Promise.all(commands.map((command, place) => give(story, life, command, round * 100 + place)))
  for (const [place, answer] of answers.entries()) {
    if (answer !== undefined && answer.status >= 500) {
      throw new Error(`seed ${life.seed}: ${JSON.stringify(commands[place])} was answered ${answer.status}`)
    }
  }
}

async function give(story: Story, life: Life, command: Command, sent: number): Promise<Answer | undefined> {
  const { api } = story
  const { id, wallets } = life
  const listed = async (path: string, key: string): Promise<Wire[]> =>
    (await api.get(`${path}${path.includes('?') ? '&' : '?'}external_customer_id=${id}&per_page=100`)).body[key]
  const nth = <T>(of: readonly T[], place: number): T | undefined => of[place % Math.max(of.length, 1)]
  const transact = (wallet: number, fields: object) =>
    api.post('/wallet_transactions', { wallet_transaction: { wallet_id: nth(wallets, wallet), ...fields } })
  const credits = (cents: number) => (cents / 100).toFixed(2)
  switch (command.kind) {
    case 'grant':
      return transact(command.wallet, { granted_credits: credits(command.cents) })
    case 'buy':
      return transact(command.wallet, { paid_credits: credits(command.cents) })
    case 'void credits':
      return transact(command.wallet, { voided_credits: credits(command.cents) })
    case 'paid':
    case 'not paid': {
      const invoice = nth(await listed('/invoices?invoice_type=credit', 'invoices'), command.purchase)
      if (invoice === undefined) return undefined
      const payment_status = command.kind === 'paid' ? 'succeeded' : 'failed'
      if (payment_status === 'succeeded') await receive(story, invoice.lago_id, 100)
      return api.put(`/invoices/${invoice.lago_id}`, { invoice: { payment_status } })
    }
    case 'event':
    case 'usage':
      return api.post('/events', {
        event: {
          transaction_id: `${id}-${sent}`,
          external_subscription_id: id,
          code: command.kind === 'usage' ? 'z' : command.metric,
          timestamp: Temporal.Instant.from('2026-06-01T00:00:00Z').epochMilliseconds / 1000,
          properties: { n: command.cents },
        },
      })
    case 'subscribe': {
      const code = `${id}-plan-${sent}`
      const plan = { code, name: code, interval: 'yearly', amount_cents: command.cents, amount_currency: 'USD' }
      await api.post('/plans', { plan: { ...plan, pay_in_advance: true } })
      const subscription = { external_customer_id: id, plan_code: code, external_id: code, billing_time: 'anniversary' }
      return api.post('/subscriptions', { subscription })
    }
    case 'coupon': {
      const coupon_code = `c${command.coupon % COUPONS.length}`
      return api.post('/applied_coupons', { applied_coupon: { external_customer_id: id, coupon_code } })
    }
    case 'remove coupon': {
      const applied = nth(await listed('/applied_coupons', 'applied_coupons'), command.coupon)
      return applied && api.delete(`/customers/${id}/applied_coupons/${applied.lago_id}`)
    }
    case 'credit': {
      const invoice = nth(await listed('/invoices', 'invoices'), command.invoice)
      return invoice && credit(story, invoice.lago_id, command)
    }
    case 'refund': {
      const invoice = nth(await listed('/invoices?invoice_type=subscription', 'invoices'), command.invoice)
      if (invoice === undefined) return undefined
      await receive(story, invoice.lago_id, 100)
      return credit(story, invoice.lago_id, { ...command, to: 'refund' })
    }
    case 'void note': {
      const note = nth(await listed('/credit_notes', 'credit_notes'), command.note)
      return note && api.put(`/credit_notes/${note.lago_id}/void`)
    }
    case 'void invoice': {
      const invoice = nth(await listed('/invoices', 'invoices'), command.invoice)
      if (invoice === undefined) return undefined
      if (command.creditPercent === null) return api.post(`/invoices/${invoice.lago_id}/void`)
      const { body } = await api.get(`/invoices/${invoice.lago_id}`)
      const credit_amount = Math.floor((body.invoice.creditable_amount_cents * command.creditPercent) / 100)
      return api.post(`/invoices/${invoice.lago_id}/void`, { generate_credit_note: true, credit_amount })
    }
    case 'pay invoice': {
      const invoice = nth(await listed('/invoices?invoice_type=subscription', 'invoices'), command.invoice)
      return invoice && receive(story, invoice.lago_id, command.percent)
    }
    case 'terminate':
      // The first wallet lives as long as the customer.
      return command.wallet % 3 === 0 ? undefined : api.delete(`/wallets/${nth(wallets, command.wallet)}`)
  }
}

/** Money comes in: so much of what is due. */
async function receive({ api }: Story, invoiceId: string, percent: number): Promise<Answer | undefined> {
  const { body } = await api.get(`/invoices/${invoiceId}`)
  const due: number = body.invoice?.total_due_amount_cents ?? 0
  const amount_cents = body.invoice?.invoice_type === 'credit' ? due : Math.ceil((due * percent) / 100)
  if (amount_cents <= 0) return undefined
  return api.post('/payments', { payment: { invoice_id: invoiceId, amount_cents, reference: `${percent} %` } })
}

/** Asks what can be credited, and has it credited: to the customer, to its bank, to the invoice, or some of each. */
async function credit(
  { api }: Story,
  invoiceId: string,
  { percent, to }: Pick<Command & { kind: 'credit' }, 'percent' | 'to'>,
): Promise<Answer | undefined> {
  const { body } = await api.get(`/invoices/${invoiceId}`)
  if (body.invoice === undefined) return undefined
  const items = body.invoice.fees.flatMap((fee: Wire, place: number) => {
    const cents = Math.floor((fee.amount_cents * (percent[place % percent.length] ?? 100)) / 100)
    return cents > 0 ? [{ fee_id: fee.lago_id, amount_cents: cents }] : []
  })
  const estimated = await api.post('/credit_notes/estimate', { credit_note: { invoice_id: invoiceId, items } })
  if (estimated.status !== 200) return estimated
  const most: Wire = estimated.body.estimated_credit_note
  const total: number = most.max_creditable_amount_cents || most.max_refundable_amount_cents
  const refund = Math.min(most.max_refundable_amount_cents, total)
  const part = Math.floor(refund / 2)
  const amounts = {
    credit: { credit_amount_cents: total },
    refund: { refund_amount_cents: refund, credit_amount_cents: total - refund },
    offset: {
      offset_amount_cents: most.max_offsettable_amount_cents,
      credit_amount_cents: total - most.max_offsettable_amount_cents,
    },
    split: { refund_amount_cents: part, credit_amount_cents: total - part },
  }[to]
  return api.post('/credit_notes', { credit_note: { invoice_id: invoiceId, items, ...amounts } })
}

it(
  `adds up whatever happens at once: ${SEEDS} customers from seed ${FIRST_SEED}`,
  async () => {
    const story = await begin()
    const seeds = Array.from({ length: SEEDS }, (_, place) => FIRST_SEED + place)
    const lives = await Promise.all(seeds.map(seed => born(story, seed)))
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all(lives.map(life => liveOn(story, life, round)))
      await story.settle()
    }
    expect(await brokenInvariants(story)).toEqual({})
    // The periods end, and one wallet of each customer with them.
    const { body } = await story.api.get('/wallets?per_page=100')
    for (const { lago_id, name } of body.wallets) {
      if (name !== 'w2') continue
      await story.api.put(`/wallets/${lago_id}`, { wallet: { expiration_at: '2026-06-15T00:00:00Z' } })
    }
    const run = (task: string) => story.api.post('/test_clock/run', { test_clock: { tasks: [task] } })
    await story.setClock('2026-06-15T00:00:00Z')
    await run('expire_wallets')
    await story.setClock('2026-07-01T00:10:00Z')
    expect((await run('bill_subscriptions')).body.test_clock.failed).toEqual([])
    expect(await brokenInvariants(story)).toEqual({})
    const { rows } = await story.ctx.pool.query(
      `select
         (select count(*) from wallet_transactions where organization_id = $1 and transaction_status = 'invoiced') as prepaid,
         (select count(*) from credits where organization_id = $1 and applied_coupon_id is not null) as coupons,
         (select count(*) from credits where organization_id = $1 and credit_note_id is not null) as notes,
         (select count(*) from invoices where organization_id = $1 and status = 'voided') as voided,
         (select count(*) from credit_notes where organization_id = $1 and refund_amount_cents > 0) as refunds`,
      [story.organizationId],
    )
    // A life in which nothing of this happens proves nothing.
    for (const [what, count] of Object.entries(rows[0])) expect([what, Number(count) > 0]).toEqual([what, true])
  },
  60_000 + SEEDS * 20_000,
)
