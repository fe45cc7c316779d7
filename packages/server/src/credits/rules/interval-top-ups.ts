import { decimal, intervalTopUp, isTopUpDay, nextTopUpDay, startOfDay, type TopUpInterval } from '@weir/engine'
import { type RawBuilder, sql } from 'kysely'
import type { ClockTask } from '../../platform/clock/clock-tasks.ts'
import { type Ctx, type Db, transaction } from '../../platform/context.ts'
import { ApiError } from '../../platform/errors.ts'
import { addJobs } from '../../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../../platform/jobs/tasks.ts'
import { addCredits } from '../wallet-transactions/add-credits.ts'
import { lockWallet, type WalletRow } from '../wallets/store.ts'
import { findRule, type RuleRow } from './store.ts'
import { creditsOfRule, limitsInCredits, methodOf } from './top-up-terms.ts'

const TOP_UP_WALLET = 'top_up_wallet'

/** A rule that follows the calendar, with the days it is to know of, in its customer's time zone. */
interface CalendarRule {
  readonly ruleId: string
  readonly organizationId: string
  readonly customerId: string
  readonly interval: TopUpInterval
  readonly timeZone: string
  readonly anchor: Temporal.Instant
  readonly walletCreatedAt: Temporal.Instant
  readonly lastTopUpAt: Temporal.Instant | null
}

/** Tops up, once each of its days, the wallets whose rules follow the calendar. */
export const topUpWallets: ClockTask = {
  name: 'top_up_wallets',
  schedule: { minute: 55 },

  async nextDue(ctx) {
    const now = ctx.clock.now()
    const rules = await listCalendarRules(ctx.db, now, sql`rule.organization_id = ${ctx.org.id}`)
    const due = rules.map(rule => nextDueOf(rule, now))
    return due.toSorted(Temporal.Instant.compare)[0] ?? null
  },

  async run({ db, now, organizationId }) {
    const ofOrganization =
      organizationId === null
        ? sql`rule.organization_id in (select id from organizations where test_clock_now is null)`
        : sql`rule.organization_id = ${organizationId}`
    const due = (await listCalendarRules(db, now, ofOrganization)).filter(rule => isDue(rule, now))
    await addJobs(
      db,
      due.map(rule => ({
        task: TOP_UP_WALLET,
        payload: { organizationId: rule.organizationId, ruleId: rule.ruleId, tick: now.toString() },
        queue: rule.customerId,
        key: `${TOP_UP_WALLET}:${rule.ruleId}`,
      })),
    )
  },
}

/** One top-up by the calendar. What the wallet's limits refuse is tried again at the next tick. */
export const topUpWallet: TaskDefinition = {
  name: TOP_UP_WALLET,
  async run(ctx, { ruleId, tick }) {
    const at = Temporal.Instant.from(String(tick))
    try {
      await transaction(ctx, tx => topUp(tx, String(ruleId), at))
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      ctx.log.warn({ ruleId, details: error.body }, 'a top-up was refused')
    }
  },
}

async function topUp(tx: Ctx, ruleId: string, at: Temporal.Instant): Promise<void> {
  const seen = await findRule(tx, ruleId)
  if (seen === undefined) return
  const { wallet } = await lockWallet(tx, seen.wallet_id)
  const [calendar] = await listCalendarRules(
    tx.db,
    at,
    sql`rule.organization_id = ${tx.org.id} and rule.id = ${ruleId}`,
  )
  const rule = await findRule(tx, ruleId)
  if (rule === undefined || calendar === undefined || !isDue(calendar, at)) return
  await addByCalendar(tx, wallet, rule, localDay(at, calendar))
}

async function addByCalendar(tx: Ctx, wallet: WalletRow, rule: RuleRow, day: Temporal.PlainDate): Promise<void> {
  const limits = limitsInCredits(wallet, rule)
  const amounts = intervalTopUp(methodOf(rule), decimal(wallet.credits_ongoing_balance), limits)
  if (amounts === null) return
  await addCredits(tx, wallet, {
    ...creditsOfRule(wallet, rule),
    ...amounts,
    source: 'interval',
    rule: { id: rule.id, day },
  })
}

/** Those in force, of active wallets. */
async function listCalendarRules(
  db: Db,
  now: Temporal.Instant,
  condition: RawBuilder<unknown>,
): Promise<CalendarRule[]> {
  const { rows } = await sql<CalendarRule>`
    select rule.id as "ruleId", rule.organization_id as "organizationId", wallet.customer_id as "customerId", rule.interval,
      coalesce(nullif(trim(customer.timezone), ''), entity.timezone, 'UTC') as "timeZone",
      coalesce(rule.started_at, wallet.created_at) as anchor, wallet.created_at as "walletCreatedAt",
      (
        select max(made.created_at)
        from wallet_transactions made
        where made.wallet_id = wallet.id and made.source = 'interval' and made.transaction_type = 'inbound'
      ) as "lastTopUpAt"
    from recurring_transaction_rules rule
    join wallets wallet on wallet.id = rule.wallet_id
    join customers customer on customer.id = wallet.customer_id
    join billing_entities entity on entity.id = customer.billing_entity_id
    where ${condition}
      and rule.status = 'active'
      and rule.trigger = 'interval'
      and (rule.expiration_at is null or rule.expiration_at > ${now})
      and wallet.status = 'active'`.execute(db)
  return rows
}

function isDue(rule: CalendarRule, now: Temporal.Instant): boolean {
  const today = localDay(now, rule)
  return (
    Temporal.Instant.compare(rule.anchor, now) <= 0 &&
    isTopUpDay(rule.interval, localDay(rule.anchor, rule), today) &&
    !servedDays(rule).some(day => day.equals(today))
  )
}

/** Days on which the rule does not top up: the wallet's first, and the last on which it did. */
function servedDays(rule: CalendarRule): Temporal.PlainDate[] {
  const instants = [rule.walletCreatedAt, ...(rule.lastTopUpAt === null ? [] : [rule.lastTopUpAt])]
  return instants.map(instant => localDay(instant, rule))
}

function nextDueOf(rule: CalendarRule, now: Temporal.Instant): Temporal.Instant {
  const anchor = localDay(rule.anchor, rule)
  const today = localDay(now, rule)
  const served = servedDays(rule)
  let from = Temporal.PlainDate.compare(anchor, today) > 0 ? anchor : today
  for (;;) {
    const day = nextTopUpDay(rule.interval, anchor, from)
    if (!served.some(other => other.equals(day))) {
      const start = startOfDay(day, rule.timeZone)
      return Temporal.Instant.compare(start, rule.anchor) < 0 ? rule.anchor : start
    }
    from = day.add({ days: 1 })
  }
}

function localDay(instant: Temporal.Instant, { timeZone }: CalendarRule): Temporal.PlainDate {
  return instant.toZonedDateTimeISO(timeZone).toPlainDate()
}
