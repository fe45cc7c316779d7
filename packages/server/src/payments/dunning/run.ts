import { sql } from 'kysely'
import { type Customer, lockCustomer } from '../../customers/index.ts'
import { findInvoicesByIds, type Invoice, type PaymentOutcome } from '../../invoices/index.ts'
import type { ClockTask } from '../../platform/clock/clock-tasks.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { emit } from '../../platform/domain-events.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import type { Reaction } from '../../platform/module.ts'
import { writeRequest } from '../requests/create.ts'
import { type Attempts, saveAttempts } from './attempts.ts'
import {
  type DunningCampaign,
  findApplicableCampaign,
  findCustomersToAsk,
  listThresholds,
  nextAskingDue,
  overdueBalances,
} from './store.ts'

const ASK = 'ask_for_overdue_invoices'
const RESET = 'reset_dunning_attempts'

/** Asks customers for what is overdue, as their campaign has it. */
export const processDunning: ClockTask = {
  name: 'process_dunning',
  schedule: { minute: 45 },
  nextDue: nextAskingDue,

  async run({ db, now, organizationId }) {
    const scope =
      organizationId === null
        ? sql`organizations.test_clock_now is null`
        : sql`customers.organization_id = ${organizationId}`
    const customers = await findCustomersToAsk(db, scope, now)
    await addJobs(
      db,
      customers.map(({ id, organization_id }) => ({
        task: ASK,
        key: `${ASK}:${id}`,
        payload: { organizationId: organization_id, customerId: id },
        queue: id,
      })),
    )
  },
}

export const askForOverdueInvoices: TaskDefinition = {
  name: ASK,
  run: (ctx, { customerId }) => transaction(ctx, tx => ask(tx, String(customerId))),
}

/** One attempt in each currency that is due for one: a payment request for each issuer of invoices that can be paid. */
async function ask(tx: Ctx, customerId: string): Promise<void> {
  const customer = await lockCustomer(tx, customerId)
  const campaign = await findApplicableCampaign(tx, customerId)
  if (campaign === undefined || !isDue(tx, customer, campaign)) return
  const before = attemptsOf(customer)
  const thresholds = await dueThresholds(tx, customer, campaign, before)
  if (thresholds.length === 0) return
  const attempts = {
    ...before,
    ...Object.fromEntries(thresholds.map(({ currency }) => [currency, (before[currency] ?? 0) + 1])),
  }
  await saveAttempts(tx, customer.id, attempts, tx.clock.now())
  for (const { currency, amount_cents: threshold } of thresholds) {
    await request(tx, customer, campaign, currency, threshold)
  }
  if (Object.values(attempts).every(count => count >= campaign.max_attempts)) {
    await emit(tx, 'dunning_campaign.finished', customer.id)
  }
}

function attemptsOf(customer: Customer): Attempts {
  return customer.dunning_currency_attempts as Attempts
}

function isDue(tx: Ctx, customer: Customer, campaign: DunningCampaign): boolean {
  const last = customer.last_dunning_campaign_attempt_at
  const next = last?.add({ hours: 24 * campaign.days_between_attempts })
  return next === undefined || Temporal.Instant.compare(tx.clock.now(), next) > 0
}

async function dueThresholds(tx: Ctx, customer: Customer, campaign: DunningCampaign, attempts: Attempts) {
  const balances = new Map((await overdueBalances(tx, customer.id)).map(row => [row.currency, row.amount_cents]))
  const thresholds = (await listThresholds(tx, [campaign.id])).get(campaign.id) ?? []
  return thresholds.filter(({ currency, amount_cents: threshold }) => {
    const balance = balances.get(currency)
    return balance !== undefined && balance >= threshold && (attempts[currency] ?? 0) < campaign.max_attempts
  })
}

/** What a payment is under way for is not asked for again; what is left may be too little to ask for. */
async function request(
  tx: Ctx,
  customer: Customer,
  campaign: DunningCampaign,
  currency: string,
  threshold: bigint,
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from invoices
    where organization_id = ${tx.org.id} and customer_id = ${customer.id} and currency = ${currency}
      and payment_overdue and not self_billed and ready_for_payment_processing`.execute(tx.db)
  const invoices = await findInvoicesByIds(
    tx,
    rows.map(row => row.id),
  )
  if (invoices.length === 0 || totalOf(invoices) < threshold) return
  for (const own of Map.groupBy(invoices, invoice => invoice.billing_entity_id).values()) {
    await writeRequest(tx, customer, own, { email: customer.email, dunningCampaignId: campaign.id })
  }
}

function totalOf(invoices: readonly Invoice[]): bigint {
  return invoices.reduce((sum, invoice) => sum + invoice.total_amount_cents, 0n)
}

/** An overdue invoice that was paid after it was asked for: its currency starts from the beginning. */
export const onOverduePaid: Reaction = async (tx, events) => {
  const outcomes = events.map(event => event.data as unknown as PaymentOutcome)
  const paid = outcomes.filter(({ outcome, wasOverdue }) => outcome === 'succeeded' && wasOverdue)
  await addJobs(
    tx.db,
    paid.map(({ invoiceId }) => ({ task: RESET, payload: { organizationId: tx.org.id, invoiceId } })),
  )
}

export const resetDunningAttempts: TaskDefinition = {
  name: RESET,
  async run(ctx, { invoiceId }) {
    await transaction(ctx, async tx => {
      const { rows } = await sql<{ customer_id: string; currency: string }>`
        select invoices.customer_id, invoices.currency
        from invoices
        join payment_request_invoices asked on asked.invoice_id = invoices.id
        join payment_requests on payment_requests.id = asked.payment_request_id
        where invoices.organization_id = ${tx.org.id} and invoices.id = ${String(invoiceId)}
          and payment_requests.dunning_campaign_id is not null
        limit 1`.execute(tx.db)
      const [asked] = rows
      if (asked === undefined) return
      const customer = await lockCustomer(tx, asked.customer_id)
      const attempts = { ...attemptsOf(customer), [asked.currency]: 0 }
      const isNew = Object.values(attempts).every(count => count === 0)
      await saveAttempts(tx, customer.id, attempts, isNew ? null : customer.last_dunning_campaign_attempt_at)
    })
  },
}
