import { atOnce, type DemoApi, DemoError } from './api.ts'
import { CUSTOMERS, type DemoCustomer, subscriptionOf } from './customers.ts'
import type { PlanCode } from './plans.ts'
import { introduce, signUp } from './sign-up.ts'
import type { User } from './usage.ts'

interface Invoice {
  readonly lago_id: string
  readonly number: string
  readonly currency: string
  readonly total_amount_cents: number
  readonly fees?: readonly { readonly lago_id: string; readonly amount_cents: number }[]
}

interface Crediting {
  readonly reason: string
  readonly description: string
  /** Of the largest fee. */
  readonly share: number
}

/** Who uses what in the story, and what the company and its customers do. Everything is done through the API, at its present time. */
export class Teller {
  readonly #api: DemoApi
  readonly #customers: readonly DemoCustomer[]
  readonly #users = new Map<string, User>()

  constructor(api: DemoApi, customers: readonly DemoCustomer[] = CUSTOMERS) {
    this.#api = api
    this.#customers = customers
  }

  /** Subscriptions that use something. */
  get users(): readonly User[] {
    return [...this.#users.values()]
  }

  /** Whether the story has a customer: a shorter one has fewer. */
  has(id: string): boolean {
    return this.#customers.some(customer => customer.id === id)
  }

  /**
   * Customers are numbered as they come; what they order does not depend on each other.
   *
   * @param now the present day: who comes today starts at once, the others on their day
   */
  async signUp(customers: readonly DemoCustomer[], now: Temporal.PlainDate): Promise<void> {
    for (const customer of customers) {
      await introduce(this.#api, customer)
      const subscription = subscriptionOf(customer.id)
      this.#users.set(subscription, { customer, subscription, plan: customer.plan, share: 1 })
    }
    await atOnce(customers, customer => signUp(this.#api, customer, now))
  }

  async addSubscription(id: string, suffix: string, name: string, plan: PlanCode, share: number, more: object = {}) {
    const subscription = `${id}-${suffix}`
    await this.#api.call('POST', '/subscriptions', {
      subscription: { external_customer_id: id, external_id: subscription, plan_code: plan, name, ...more },
    })
    this.#users.set(subscription, { customer: this.#customer(id), subscription, plan, share })
  }

  /** At once when the new plan costs more, else on the first day of the next period. */
  async changePlan(id: string, plan: PlanCode): Promise<void> {
    const subscription = subscriptionOf(id)
    await this.#api.call('POST', '/subscriptions', {
      subscription: { external_customer_id: id, external_id: subscription, plan_code: plan, name: 'Production' },
    })
    const user = this.#users.get(subscription)
    if (user !== undefined) this.#users.set(subscription, { ...user, plan })
  }

  async end(id: string): Promise<void> {
    const subscription = subscriptionOf(id)
    await this.#api.call('DELETE', `/subscriptions/${subscription}`)
    this.#users.delete(subscription)
  }

  giveNotice(id: string, endingAt: string): Promise<unknown> {
    return this.#api.call('PUT', `/subscriptions/${subscriptionOf(id)}`, { subscription: { ending_at: endingAt } })
  }

  changeSeats(id: string, units: number): Promise<unknown> {
    return this.#api.call('PUT', `/subscriptions/${subscriptionOf(id)}/fixed_charges/seats`, {
      fixed_charge: { units: String(units) },
    })
  }

  openWallet(id: string, name: string, terms: object): Promise<unknown> {
    return this.#api.call('POST', '/wallets', {
      wallet: { external_customer_id: id, name, rate_amount: '1', currency: 'USD', ...terms },
    })
  }

  async bill(id: string, fees: readonly object[]): Promise<Invoice> {
    const { invoice } = await this.#api.call<{ invoice: Invoice }>('POST', '/invoices', {
      invoice: { external_customer_id: id, currency: 'USD', fees: fees.map(fee => ({ units: '1', ...fee })) },
    })
    return invoice
  }

  /** Nobody pays it before it is noticed. */
  async billByMistake(id: string, fees: readonly object[]): Promise<void> {
    const { invoice } = await this.#api.call<{ invoice: Invoice }>('POST', '/invoices', {
      invoice: {
        external_customer_id: id,
        currency: 'USD',
        skip_psp: true,
        fees: fees.map(fee => ({ units: '1', ...fee })),
      },
    })
    await this.#api.call('POST', `/invoices/${invoice.lago_id}/void`, {})
  }

  credit(id: string, crediting: Crediting): Promise<unknown> {
    return this.#giveBack(id, crediting, 'credit_amount_cents')
  }

  refund(id: string, crediting: Crediting): Promise<unknown> {
    return this.#giveBack(id, crediting, 'refund_amount_cents')
  }

  /** A card that becomes the default one, and what is open is charged to it. */
  async saveCard(id: string, token: string): Promise<void> {
    await this.#api.call('POST', '/test_payment_methods', {
      test_payment_method: { external_customer_id: id, token },
    })
    const { invoices } = await this.#invoices(id, 'payment_status[]=failed')
    for (const { lago_id } of invoices) await this.#api.call('POST', `/invoices/${lago_id}/retry_payment`, {})
  }

  startDunning(): Promise<unknown> {
    return this.#api.call('POST', '/dunning_campaigns', {
      dunning_campaign: {
        code: 'friendly',
        name: 'Friendly, then firm',
        max_attempts: 3,
        days_between_attempts: 10,
        thresholds: [
          { currency: 'USD', amount_cents: 20_000 },
          { currency: 'EUR', amount_cents: 20_000 },
        ],
        applied_to_organization: true,
      },
    })
  }

  async watchBudgets(): Promise<void> {
    for (const [id, cents] of [
      ['halvorsen', [1_200_000, 1_800_000]],
      ['larkspur', [80_000]],
    ] as const) {
      if (!this.has(id)) continue
      await this.#api.call('POST', `/subscriptions/${subscriptionOf(id)}/alerts`, {
        alert: {
          alert_type: 'current_usage_amount',
          code: 'budget',
          name: 'Monthly budget',
          thresholds: cents.map(value => ({ code: `at_${value / 100}`, value })),
        },
      })
    }
  }

  /** Gives part of the largest fee of the customer's newest finalized invoice back. */
  async #giveBack(id: string, { reason, description, share }: Crediting, as: string): Promise<void> {
    const { invoices } = await this.#invoices(id, 'status[]=finalized&invoice_type[]=subscription')
    const newest = invoices[0]
    if (newest === undefined) throw new DemoError(`${id} has no invoice that could be credited`)
    const { invoice } = await this.#api.call<{ invoice: Invoice }>('GET', `/invoices/${newest.lago_id}`)
    const fee = invoice.fees?.toSorted((a, b) => b.amount_cents - a.amount_cents)[0]
    const items = [{ fee_id: fee?.lago_id, amount_cents: Math.round((fee?.amount_cents ?? 0) * share) }]
    const { estimated_credit_note: estimate } = await this.#api.call<{
      estimated_credit_note: { max_creditable_amount_cents: number; max_refundable_amount_cents: number }
    }>('POST', '/credit_notes/estimate', { credit_note: { invoice_id: invoice.lago_id, items } })
    await this.#api.call('POST', '/credit_notes', {
      credit_note: {
        invoice_id: invoice.lago_id,
        reason,
        description,
        [as]: estimate.max_creditable_amount_cents,
        items,
      },
    })
  }

  #invoices(id: string, query: string): Promise<{ invoices: readonly Invoice[] }> {
    return this.#api.call('GET', `/invoices?external_customer_id=${id}&${query}`)
  }

  #customer(id: string): DemoCustomer {
    const customer = this.#customers.find(one => one.id === id)
    if (customer === undefined) throw new DemoError(`the story has no customer ${id}`)
    return customer
  }
}
