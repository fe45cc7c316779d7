import { sql } from 'kysely'
import {
  type Arrival,
  arrivalsOf,
  arrivedEvents,
  eventProperties,
  reportEventError,
  type UsageEvent,
} from '../events/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { addJob } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import type { Reaction } from '../platform/module.ts'
import { matchSubscriptions } from './matching.ts'

const CHECK_TARGET_WALLETS = 'check_target_wallets'
const WALLET_CODE = 'target_wallet_code'

/** An event that names the wallet which is to pay for it, and the plans that it may be usage of. */
interface TargetedEvent {
  readonly event: UsageEvent
  readonly walletCode: string
  readonly customerId: string
  readonly planIds: readonly string[]
}

/** Has the wallets looked for that events name, where any charge lets them name one. */
export const onEventsArrived: Reaction = async (ctx, happenings) => {
  if (!(await mayNameWallets(ctx))) return
  await addJob(ctx.db, {
    task: CHECK_TARGET_WALLETS,
    payload: { organizationId: ctx.org.id, arrivals: arrivalsOf(happenings) },
  })
}

/** Tells of events that name a wallet their customer does not have. They are kept, and paid for as others are. */
export const checkTargetWallets: TaskDefinition = {
  name: CHECK_TARGET_WALLETS,
  async run(ctx, payload) {
    const targeted = await findTargetedEvents(ctx, await arrivedEvents(ctx, payload.arrivals as readonly Arrival[]))
    const missing = await findWithoutWallet(ctx, targeted)
    await transaction(ctx, async tx => {
      for (const { event } of missing) {
        await reportEventError(tx, event, { target_wallet_code: ['target_wallet_code_not_found'] })
      }
    })
  },
}

async function mayNameWallets(ctx: Ctx): Promise<boolean> {
  const { rows } = await sql`
    select from charges
    where organization_id = ${ctx.org.id} and accepts_target_wallet and deleted_at is null
    limit 1`.execute(ctx.db)
  return rows.length > 0
}

async function findTargetedEvents(ctx: Ctx, events: readonly UsageEvent[]): Promise<TargetedEvent[]> {
  const naming = events.flatMap(event => {
    const walletCode = walletCodeOf(event)
    return walletCode === null ? [] : [{ event, walletCode }]
  })
  const matches = await matchSubscriptions(
    ctx,
    naming.map(({ event }) => event),
  )
  return naming.flatMap(({ event, walletCode }, place) => {
    const subscriptions = matches[place] ?? []
    const [first] = subscriptions
    if (first === undefined) return []
    const planIds = subscriptions.map(subscription => subscription.plan_id)
    return [{ event, walletCode, customerId: first.customer_id, planIds }]
  })
}

function walletCodeOf({ properties }: UsageEvent): string | null {
  // Few events name one: the others are not parsed.
  if (!properties.includes(WALLET_CODE)) return null
  const read = eventProperties(properties)
  return read.isPresent(WALLET_CODE) ? read.textOf(WALLET_CODE) : null
}

/** Of the events whose charge lets them name a wallet, those whose customer has no active one with that code. */
async function findWithoutWallet(ctx: Ctx, targeted: readonly TargetedEvent[]): Promise<TargetedEvent[]> {
  if (targeted.length === 0) return []
  const asked = targeted.map(({ event, walletCode, customerId, planIds }, place) => ({
    place,
    code: event.code,
    wallet_code: walletCode,
    customer_id: customerId,
    plan_ids: planIds,
  }))
  const { rows } = await sql<{ place: number }>`
    select asked.place
    from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as asked
      (place int, code text, wallet_code text, customer_id uuid, plan_ids uuid[])
    where exists (
        select from charges
        join billable_metrics as metrics on metrics.id = charges.billable_metric_id
        where charges.organization_id = ${ctx.org.id}
          and charges.plan_id = any(asked.plan_ids)
          and charges.accepts_target_wallet
          and charges.deleted_at is null
          and metrics.code = asked.code
          and metrics.deleted_at is null
      )
      and not exists (
        select from wallets
        where wallets.organization_id = ${ctx.org.id}
          and wallets.customer_id = asked.customer_id
          and wallets.code = asked.wallet_code
          and wallets.status = 'active'
      )
    order by asked.place`.execute(ctx.db)
  return rows.flatMap(({ place }) => targeted[place] ?? [])
}
