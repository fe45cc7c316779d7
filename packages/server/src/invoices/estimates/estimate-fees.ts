import type { BillableMetric } from '../../catalog/index.ts'
import { findMetricsByCodes } from '../../catalog/index.ts'
import type { EventProperties } from '../../events/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { notFound, validation } from '../../platform/errors.ts'
import { computeEventFee, isNumber } from '../advance/event-fee.ts'
import { checkTimestamp, findRunning, type GivenEvent, givenProperties, imaginedEvent } from './given-event.ts'
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
  const { code } = given
  const metric = code === null ? undefined : (await findMetricsByCodes(ctx, [code])).get(code)
  if (metric === undefined) throw notFound('billable_metric')
  checkNumber(metric, givenProperties(given.properties))
  const event = await imaginedEvent(ctx, given)
  checkNumber(metric, event.properties)
  const charges = target.plan.charges.filter(charge => charge.payInAdvance && charge.metric.id === metric.id)
  if (charges.length === 0) throw validation({ code: ['does_not_match_an_instant_charge'] })
  const fees: object[] = []
  for (const charge of charges) {
    fees.push(presentEstimate(ctx, target, await computeEventFee(ctx, target, charge, event)))
  }
  return fees
}

function checkNumber({ aggregationType, fieldName }: BillableMetric, properties: EventProperties): void {
  if (!NUMERIC.includes(aggregationType) || fieldName === null || !properties.isPresent(fieldName)) return
  if (!isNumber(properties.textOf(fieldName))) throw validation({ properties: ['value_is_not_valid_number'] })
}
