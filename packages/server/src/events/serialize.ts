import { formatDecimal } from '@weir/engine'
import type { UsageEvent } from './event-store.ts'
import { formatMicroseconds } from './event-time.ts'

/**
 * An event as JSON text. It is put together by hand so that its properties, which are text already, pass through as they
 * are: nothing is parsed and printed again, and no digit is lost.
 */
export function eventJson(event: UsageEvent): string {
  const { externalSubscriptionId, preciseTotalAmountCents: amount } = event
  return `{"lago_id":"${event.id}","transaction_id":${JSON.stringify(event.transactionId)},"lago_customer_id":null,"code":${JSON.stringify(event.code)},"timestamp":"${formatMicroseconds(event.timestamp, 'milliseconds')}","precise_total_amount_cents":${amount === null ? 'null' : `"${formatDecimal(amount)}"`},"properties":${event.properties},"lago_subscription_id":null,"external_subscription_id":${externalSubscriptionId === null ? 'null' : JSON.stringify(externalSubscriptionId)},"created_at":"${formatMicroseconds(event.createdAt, 'seconds')}"}`
}

/** `{"event": …}` */
export function eventAnswer(event: UsageEvent): string {
  return `{"event":${eventJson(event)}}`
}

/** `{"events": […]}`, with the `meta` of a list where there is one. */
export function eventsAnswer(events: readonly UsageEvent[], meta?: object): string {
  const list = events.map(eventJson).join(',')
  return meta === undefined ? `{"events":[${list}]}` : `{"events":[${list}],"meta":${JSON.stringify(meta)}}`
}
