import { type CrossedThreshold, crossedThresholds, type Decimal, decimal, formatDecimal, round } from '@weir/engine'
import { type Ctx, transaction } from '../../platform/context.ts'
import { cappedDecimal } from '../../platform/db/limits.ts'
import { emit } from '../../platform/domain-events.ts'
import { newId } from '../../platform/ids.ts'
import { findAlerts, loadThresholds, lockAlert } from './store.ts'
import type { AlertOwner, AlertRow } from './types.ts'

/** What an alert compares with its thresholds: cents or units; undefined where there is nothing to compare. */
export type AlertReading = (alert: AlertRow) => Promise<Decimal | undefined>

/** As many fractional digits are kept of what an alert compares. */
const FRACTIONAL_DIGITS = 5

/**
 * Evaluates the alerts of a subscription or wallet, each by itself: what one of them cannot do does not keep the others back.
 *
 * @param reading the present value of an alert
 * @throws the errors of those that failed, after all others are done
 */
export async function evaluateAlerts(ctx: Ctx, owner: AlertOwner, reading: AlertReading): Promise<void> {
  const errors: unknown[] = []
  for (const alert of await findAlerts(ctx, owner)) {
    try {
      const value = await reading(alert)
      if (value !== undefined) await evaluateAlert(ctx, owner, alert.id, value)
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '))
}

/**
 * Compares an alert with its present value. When thresholds were passed it keeps that and tells of it; the value is what it
 * compares with next time either way. Numbers are cut to the digits that are kept before they are compared, so that no
 * threshold is passed twice or not at all because of digits that were lost in between.
 */
async function evaluateAlert(ctx: Ctx, owner: AlertOwner, alertId: string, present: Decimal): Promise<void> {
  await transaction(ctx, async tx => {
    const alert = await lockAlert(tx, alertId)
    if (alert === undefined) return
    const value = cappedDecimal(round(present, FRACTIONAL_DIGITS)).toFixed()
    const thresholds = (await loadThresholds(tx, [alert.id])).get(alert.id) ?? []
    const crossed = crossedThresholds(alert.direction, thresholds, alert.previous_value, value)
    if (crossed.length > 0) await trigger(tx, owner, alert, value, crossed)
    await tx.db
      .updateTable('usage_alerts')
      .set({ previous_value: value, last_processed_at: tx.clock.now() })
      .where('organization_id', '=', tx.org.id)
      .where('id', '=', alert.id)
      .execute()
  })
}

async function trigger(
  tx: Ctx,
  owner: AlertOwner,
  alert: AlertRow,
  value: string,
  crossed: readonly CrossedThreshold[],
): Promise<void> {
  const id = newId()
  const now = tx.clock.now()
  await tx.db
    .insertInto('triggered_usage_alerts')
    .values({
      id,
      organization_id: tx.org.id,
      alert_id: alert.id,
      ...(owner.kind === 'wallet' ? { wallet_id: owner.id } : { subscription_id: owner.id }),
      current_value: value,
      previous_value: alert.previous_value,
      crossed_thresholds: JSON.stringify(
        crossed.map(({ code, value, recurring }) => ({ code, value: formatDecimal(value), recurring })),
      ),
      triggered_at: now,
      created_at: now,
    })
    .execute()
  await emit(tx, 'alert.triggered', id)
}

/** The largest of some numbers; undefined where there is none. */
export function largest(values: readonly (string | bigint)[]): Decimal | undefined {
  return values
    .map(value => decimal(value))
    .reduce<Decimal | undefined>(
      (most, value) => (most === undefined || value.greaterThan(most) ? value : most),
      undefined,
    )
}
