import type { Ctx } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import type { Page } from '../../platform/http/pagination.ts'
import { newId } from '../../platform/ids.ts'
import type { AlertOwner, AlertRow, Threshold } from './types.ts'

function liveAlerts(ctx: Ctx) {
  return ctx.db.selectFrom('usage_alerts').where('organization_id', '=', ctx.org.id).where('deleted_at', 'is', null)
}

function alertsOf(ctx: Ctx, owner: AlertOwner) {
  return owner.kind === 'wallet'
    ? liveAlerts(ctx).where('wallet_id', '=', owner.id)
    : liveAlerts(ctx).where('subscription_external_id', '=', owner.externalId)
}

/** The alerts of a subscription or wallet, latest first. */
export async function listAlerts(
  ctx: Ctx,
  owner: AlertOwner,
  page: Page,
): Promise<{ alerts: AlertRow[]; total: number }> {
  const kept = alertsOf(ctx, owner)
  const { total } = await kept.select(eb => eb.fn.countAll<bigint>().as('total')).executeTakeFirstOrThrow()
  const alerts = await kept
    .selectAll()
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(page.perPage)
    .offset(page.offset)
    .$castTo<AlertRow>()
    .execute()
  return { alerts, total: Number(total) }
}

/** All alerts of a subscription or wallet, oldest first. */
export function findAlerts(ctx: Ctx, owner: AlertOwner): Promise<AlertRow[]> {
  return alertsOf(ctx, owner).selectAll().orderBy('created_at').orderBy('id').$castTo<AlertRow>().execute()
}

/** The alert of a subscription or wallet with a code. */
export function findAlert(ctx: Ctx, owner: AlertOwner, code: string): Promise<AlertRow | undefined> {
  return alertsOf(ctx, owner)
    .selectAll()
    .where('code', '=', code.replaceAll('\0', '\ufffd'))
    .$castTo<AlertRow>()
    .executeTakeFirst()
}

/** A live alert, locked until the transaction ends. */
export function lockAlert(tx: Ctx, id: string): Promise<AlertRow | undefined> {
  return liveAlerts(tx).selectAll().where('id', '=', id).forUpdate().$castTo<AlertRow>().executeTakeFirst()
}

/** The thresholds of some alerts in the order they were defined in, by alert. One query. */
export async function loadThresholds(ctx: Ctx, alertIds: readonly string[]): Promise<Map<string, Threshold[]>> {
  if (alertIds.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('usage_alert_thresholds')
    .select(['alert_id', 'code', 'value', 'recurring'])
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('alert_id', alertIds))
    .orderBy('position')
    .execute()
  return Map.groupBy(rows, row => row.alert_id)
}

/** Creates the alert, or overwrites what can be changed of the one with its id. */
export async function writeAlert(
  tx: Ctx,
  alert: Omit<AlertRow, 'organization_id' | 'deleted_at' | 'updated_at'>,
): Promise<void> {
  const { id, ...columns } = alert
  const now = tx.clock.now()
  const { code, name, billable_metric_id } = columns
  await tx.db
    .insertInto('usage_alerts')
    .values({ id, organization_id: tx.org.id, ...columns, updated_at: now })
    .onConflict(conflict => conflict.column('id').doUpdateSet({ code, name, billable_metric_id, updated_at: now }))
    .execute()
}

/** Gives an alert these thresholds instead of those it has. */
export async function replaceThresholds(tx: Ctx, alertId: string, thresholds: readonly Threshold[]): Promise<void> {
  await tx.db
    .deleteFrom('usage_alert_thresholds')
    .where('organization_id', '=', tx.org.id)
    .where('alert_id', '=', alertId)
    .execute()
  if (thresholds.length === 0) return
  const now = tx.clock.now()
  await tx.db
    .insertInto('usage_alert_thresholds')
    .values(
      thresholds.map((threshold, position) => ({
        id: newId(),
        organization_id: tx.org.id,
        alert_id: alertId,
        position,
        ...threshold,
        created_at: now,
      })),
    )
    .execute()
}

/** Deletes alerts with their thresholds; what they told of stays. */
export async function deleteAlerts(tx: Ctx, alertIds: readonly string[]): Promise<void> {
  if (alertIds.length === 0) return
  const now = tx.clock.now()
  await tx.db
    .deleteFrom('usage_alert_thresholds')
    .where('organization_id', '=', tx.org.id)
    .where(anyOf('alert_id', alertIds))
    .execute()
  await tx.db
    .updateTable('usage_alerts')
    .set({ deleted_at: now, updated_at: now })
    .where('organization_id', '=', tx.org.id)
    .where(anyOf('id', alertIds))
    .execute()
}

/** The live alerts that watch a metric. */
export async function findAlertIdsOfMetric(ctx: Ctx, metricId: string): Promise<string[]> {
  const rows = await liveAlerts(ctx).select('id').where('billable_metric_id', '=', metricId).execute()
  return rows.map(row => row.id)
}
