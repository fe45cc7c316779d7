import { randomUUID } from 'node:crypto'
import { getPlans } from '../../catalog/index.ts'
import { findCustomersByIds } from '../../customers/index.ts'
import {
  deriveProperties,
  type EventProperties,
  eventProperties,
  parseUnixSeconds,
  propertiesText,
} from '../../events/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { notFound, validation } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { loadSubscriptionRecords, matchSubscriptions } from '../../subscriptions/index.ts'
import { getTaxesOfCustomers } from '../../taxes/index.ts'
import { type ChargedEvent, type ChargedSubscription, chargedSubscription } from '../advance/event-fee.ts'

/** An event to be estimated, as it was sent. */
export interface GivenEvent {
  readonly code: string | null
  readonly externalSubscriptionId: string | null
  /** Null where none was sent. */
  readonly transactionId: string | null
  readonly timestamp: unknown
  readonly properties: unknown
  readonly preciseTotalAmountCents: string | null
}

/** Whom the event would be charged to, were it sent now. */
export interface EstimatedSubscription extends ChargedSubscription {
  readonly externalCustomerId: string
}

/** @throws 404 `subscription_not_found` where none with this external id runs now */
export async function findRunning(ctx: Ctx, externalId: string | null): Promise<EstimatedSubscription> {
  if (externalId === null || isBlank(externalId)) throw notFound('subscription')
  const moment = { externalSubscriptionId: externalId, timestamp: microsecondsOf(ctx.clock.now()) }
  const [[running] = []] = await matchSubscriptions(ctx, [moment])
  const [record] = running === undefined ? [] : await loadSubscriptionRecords(ctx, [running.id])
  if (record === undefined) throw notFound('subscription')
  const { subscription, plan, externalCustomerId } = record
  const [customer] = await findCustomersByIds(ctx, [subscription.customer_id])
  if (customer === undefined) throw notFound('subscription')
  const payer = { customerId: customer.id, billingEntityId: customer.billing_entity_id }
  const taxes = (await getTaxesOfCustomers(ctx, [payer])).get(customer.id) ?? []
  return { ...chargedSubscription(record, await getPlans(ctx, [plan.id]), taxes), externalCustomerId }
}

/**
 * The event as it would be charged now, whatever time it names.
 *
 * @throws 422 in words where what the metric derives from it cannot be derived, `value_is_invalid` of the properties
 */
export async function imaginedEvent(ctx: Ctx, given: GivenEvent): Promise<ChargedEvent> {
  const timestamp = microsecondsOf(ctx.clock.now())
  const derived = await deriveProperties(ctx, { code: given.code ?? '', timestamp, properties: given.properties })
  if ('failure' in derived) throw validation(derived.failure)
  return {
    transactionId: given.transactionId ?? randomUUID(),
    timestamp,
    properties: givenProperties(derived.properties),
    preciseTotalAmountCents: given.preciseTotalAmountCents,
    position: null,
  }
}

/** @throws 422 `value_is_invalid` for properties that could not be stored */
export function givenProperties(properties: unknown): EventProperties {
  const text = propertiesText(properties)
  if (text === undefined) throw validation({ properties: ['value_is_invalid'] })
  return eventProperties(text)
}

/** @throws 422 `invalid_format` for a time that is no number; absent is fine */
export function checkTimestamp(timestamp: unknown): void {
  if (timestamp === undefined || timestamp === null) return
  if (JSON.isRawJSON(timestamp)) return
  if (typeof timestamp === 'object') return
  const isNumber = typeof timestamp !== 'boolean' && parseUnixSeconds(String(timestamp)) !== undefined
  if (!isNumber) throw validation({ timestamp: ['invalid_format'] })
}

function microsecondsOf(at: Temporal.Instant): bigint {
  return at.epochNanoseconds / 1000n
}
