import type { BillableMetric } from '../../catalog/index.ts'
import { findMetricByCode } from '../../catalog/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { notFound, validation } from '../../platform/errors.ts'
import { type ChargedEvent, computeEventFee, isNumber } from '../advance/event-fee.ts'
import { checkTimestamp, findRunning, type GivenEvent, imaginedEvent } from './given-event.ts'
import { presentEstimate } from './present-estimate.ts'

const NUMERIC = ['sum_agg', 'max_agg', 'latest_agg']

/**
 * What an event would cost if it came now: one fee for each charge in advance on its metric, with taxes, after what was used
 * so far. Nothing is stored.
 *
 * @throws 404 `subscription_not_found`, `billable_metric_not_found`; 422 for the time, the property or what is derived from
 *   it, and `does_not_match_an_instant_charge`
 */
export async function estimateFees(ctx: Ctx, given: GivenEvent) {
  const target = await findRunning(ctx, given.externalSubscriptionId)
  checkTimestamp(given.timestamp)
  const metric = given.code === null ? undefined : await findMetricByCode(ctx, given.code)
  if (metric === undefined) throw notFound('billable_metric')
  checkNumber(metric, imaginedEvent(ctx, given, given.properties))
  const event = imaginedEvent(ctx, given, given.properties)
  const charges = target.plan.charges.filter(charge => charge.payInAdvance && charge.metric.id === metric.id)
  if (charges.length === 0) throw validation({ code: ['does_not_match_an_instant_charge'] })
  const fees: object[] = []
  for (const charge of charges) {
    fees.push(presentEstimate(ctx, target, await computeEventFee(ctx, target, charge, event)))
  }
  return fees
}

function checkNumber({ aggregationType, fieldName }: BillableMetric, { properties }: ChargedEvent): void {
  if (!NUMERIC.includes(aggregationType) || fieldName === null || !properties.isPresent(fieldName)) return
  if (!isNumber(properties.textOf(fieldName))) throw validation({ properties: ['value_is_not_valid_number'] })
}
