import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { pino } from 'pino'
import { invoicesDomain } from '../../src/invoices/index.ts'
import type { ClockTask } from '../../src/platform/clock/clock-tasks.ts'
import { readConfig } from '../../src/platform/config.ts'
import type { Db } from '../../src/platform/context.ts'
import { type Database, openDatabase } from '../../src/platform/db/database.ts'
import type { Answer, Api } from '../support/app.ts'

/** The test's own connections to a database that servers work on. */
export function connect(databaseUrl: string): Database {
  return openDatabase({ url: databaseUrl, maxConnections: 4, onError() {} })
}

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
export async function succeed(answer: Promise<Answer>): Promise<any> {
  const { status, body } = await answer
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(body)}`)
  return body
}

/** A plan of 49 EUR a month in arrears, with a charge by use. */
export async function createPlan(api: Api, code: string): Promise<void> {
  const metric = { name: 'Calls', code: `calls-of-${code}`, aggregation_type: 'count_agg' }
  const { billable_metric } = await succeed(api.post('/billable_metrics', { billable_metric: metric }))
  const charge = {
    billable_metric_id: billable_metric.lago_id,
    charge_model: 'standard',
    properties: { amount: '0.5' },
  }
  const terms = { interval: 'monthly', amount_cents: 4900, amount_currency: 'EUR', pay_in_advance: false }
  await succeed(api.post('/plans', { plan: { name: code, code, ...terms, charges: [charge] } }))
}

export interface Seed {
  readonly organizationId: string
  readonly planCode: string
  readonly customers: number
  readonly startedAt: string
  readonly nextBillingAt: string
}

/** Writes customers with one subscription each, which have been running for a while, in two statements. */
export async function seedSubscriptions(db: Db, seed: Seed): Promise<void> {
  await sql`
    insert into customers
      (id, organization_id, billing_entity_id, external_id, sequential_id, slug, currency, created_at, updated_at)
    select gen_random_uuid(), entity.organization_id, entity.id, ${seed.planCode} || '-' || n,
      n + (select coalesce(max(sequential_id), 0) from customers where organization_id = entity.organization_id),
      ${seed.planCode} || '-' || n, 'EUR', ${seed.startedAt}, ${seed.startedAt}
    from billing_entities as entity, generate_series(1, ${seed.customers}::integer) as n
    where entity.organization_id = ${seed.organizationId}`.execute(db)
  await sql`
    insert into subscriptions
      (id, organization_id, customer_id, plan_id, external_id, status, subscription_at, started_at, activated_at,
       next_billing_at, created_at, updated_at)
    select gen_random_uuid(), customers.organization_id, customers.id, plans.id, 'sub-' || customers.external_id, 'active',
      ${seed.startedAt}, ${seed.startedAt}, ${seed.startedAt}, ${seed.nextBillingAt}, ${seed.startedAt}, ${seed.startedAt}
    from customers
    join plans on plans.organization_id = customers.organization_id and plans.code = ${seed.planCode}
    where customers.organization_id = ${seed.organizationId}
      and customers.external_id like ${`${seed.planCode}-%`}`.execute(db)
}

/** A clock task by its name, and the scope of a tick of the real clock or of an organization's own. */
export function billingTick(db: Db, now: string, organizationId: string | null): () => Promise<void> {
  const task = invoicesDomain(null).clockTasks?.find((candidate: ClockTask) => candidate.name === 'bill_subscriptions')
  if (task === undefined) throw new Error('there is no task that bills subscriptions')
  const config = { ...readConfig({ DATABASE_URL: 'postgres://unused' }), secret: 'a secret that only tests know' }
  const scope = { db, now: Temporal.Instant.from(now), organizationId, config, log: pino({ level: 'silent' }) }
  return () => task.run(scope)
}

export interface Books {
  readonly invoices: number
  /** Pairs of a subscription and a period that are billed. */
  readonly billedPeriods: number
  /** How often such a pair is billed a second time. */
  readonly billedTwice: number
  /** Customers whose invoice numbers do not run 1, 2, 3... */
  readonly brokenSeries: number
  readonly feesAmountCents: number
  /** The different times at which subscriptions are billed next. */
  readonly nextBillingAt: readonly string[]
}

/** What an organization has billed, read from its tables. */
export async function readBooks(db: Db, organizationId: string): Promise<Books> {
  const { rows } = await sql<Books>`
    with periods as (
      select subscription_id, from_datetime, count(*)::integer as times
      from invoice_subscriptions
      where organization_id = ${organizationId}
      group by subscription_id, from_datetime
    ),
    series as (
      select customer_id, count(*) as count, count(distinct sequential_id) as numbers, max(sequential_id) as last
      from invoices
      where organization_id = ${organizationId}
      group by customer_id
    )
    select
      (select count(*)::integer from invoices where organization_id = ${organizationId}) as "invoices",
      (select count(*)::integer from periods) as "billedPeriods",
      (select coalesce(sum(times - 1), 0)::integer from periods) as "billedTwice",
      (select count(*)::integer from series where numbers <> count or last <> count) as "brokenSeries",
      (select coalesce(sum(fees_amount_cents), 0)::double precision from invoices where organization_id = ${organizationId})
        as "feesAmountCents",
      (
        select coalesce(array_agg(distinct to_char(next_billing_at, 'YYYY-MM-DD')), '{}')
        from subscriptions
        where organization_id = ${organizationId}
      ) as "nextBillingAt"`.execute(db)
  const [books] = rows
  if (books === undefined) throw new Error('no books')
  return books
}

const POLL_MS = 10

/** Asks again until the answer is yes. */
export async function until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 200_000
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`)
    // Gives way to whatever the condition waits for.
    await pause(POLL_MS)
  }
}
