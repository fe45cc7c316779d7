import { type DerivedProperties, derivedProperties } from '../catalog/index.ts'
import type { Ctx } from '../platform/context.ts'
import type { ErrorDetails } from '../platform/errors.ts'
import { isRecord } from '../platform/http/input.ts'
import { newId } from '../platform/ids.ts'
import { storableText } from '../platform/validation/text.ts'
import { derive } from './derive.ts'
import type { UsageEvent } from './event-store.ts'
import { microsecondsOf, parseUnixSeconds, unixSecondsOf } from './event-time.ts'
import { noteHour } from './hours.ts'
import { readPreciseAmount } from './precise-amount.ts'
import { propertiesText } from './properties.ts'

/** What is the same for all events of a request. */
export interface Reception {
  readonly organizationId: string
  /** Microseconds since the epoch. */
  readonly receivedAt: bigint
  readonly derived: DerivedProperties
}

export type ReadEvent = { readonly event: UsageEvent } | RefusedEvent

/** An event is refused for its fields, for what could not be derived from it, or for both. */
export interface RefusedEvent {
  readonly errors: ErrorDetails
  readonly failure?: string
}

type Scalar = string | number | boolean

/** An index entry of the database holds two of these texts, and at most 2,700 bytes. */
const LONGEST_TEXT_BYTES = 1200

/**
 * What holds for all events of a request: the time, and what is derived from them. The hour is noted for the report.
 */
export async function receptionOf(ctx: Ctx): Promise<Reception> {
  const receivedAt = microsecondsOf(ctx.clock.now())
  await noteHour(ctx, receivedAt)
  return { organizationId: ctx.org.id, receivedAt, derived: await derivedProperties(ctx) }
}

/**
 * Reads one event as it was sent. This runs for every event, so it is written out instead of described by a schema; the
 * rules are those of every request: unknown keys and values of the wrong structural kind are ignored, scalars coerced.
 */
export function readEvent(input: unknown, reception: Reception): ReadEvent {
  const source = isRecord(input) ? input : {}
  const timestamp = readTimestamp(source.timestamp, reception)
  if (timestamp === undefined) return { errors: { timestamp: ['invalid_format'] } }

  const transactionId = readText(source.transaction_id)
  const code = readText(source.code)
  const externalSubscriptionId = readText(source.external_subscription_id)
  const derivation = derive(reception.derived, { code: code ?? '', timestamp, properties: source.properties })
  const properties = 'failure' in derivation ? '{}' : propertiesText(derivation.properties)
  const preciseTotalAmountCents = readPreciseAmount(scalar(source.precise_total_amount_cents) ?? null)

  const errors: ErrorDetails = {}
  checkMandatory('transaction_id', transactionId, errors)
  checkMandatory('code', code, errors)
  if (isTooLong(externalSubscriptionId)) errors.external_subscription_id = ['value_is_too_long']
  if (preciseTotalAmountCents === undefined) errors.precise_total_amount_cents = ['value_is_out_of_range']
  if (properties === undefined) errors.properties = ['value_is_invalid']
  if ('failure' in derivation) return { errors, failure: derivation.failure }
  if (transactionId === null || code === null) return { errors }
  if (preciseTotalAmountCents === undefined || properties === undefined || hasKeys(errors)) return { errors }

  const { organizationId, receivedAt: createdAt } = reception
  const event = { externalSubscriptionId, transactionId, code, timestamp, properties, preciseTotalAmountCents }
  return { event: { id: newId(), organizationId, ...event, createdAt } }
}

/** The reception time where none was sent. */
function readTimestamp(value: unknown, reception: Reception): bigint | undefined {
  if (typeof value === 'number') return unixSecondsOf(value)
  const sent = scalar(value)
  if (sent === undefined || sent === null) return reception.receivedAt
  return typeof sent === 'boolean' ? undefined : parseUnixSeconds(String(sent))
}

function readText(value: unknown): string | null {
  const sent = scalar(value)
  return sent === undefined || sent === null ? null : storableText(String(sent))
}

/** Undefined for arrays and objects, which count as absent. Integers that a JavaScript number cannot hold come as their text. */
function scalar(value: unknown): Scalar | null | undefined {
  if (typeof value !== 'object' || value === null) return value as Scalar | null | undefined
  return JSON.isRawJSON(value) ? value.rawJSON : undefined
}

function checkMandatory(key: string, value: string | null, errors: ErrorDetails): void {
  if (value === null || value.trim() === '') errors[key] = ['value_is_mandatory']
  else if (isTooLong(value)) errors[key] = ['value_is_too_long']
}

function isTooLong(text: string | null): boolean {
  return text !== null && text.length * 3 > LONGEST_TEXT_BYTES && Buffer.byteLength(text) > LONGEST_TEXT_BYTES
}

/** Whether anything is wrong: the cheapest way to ask, as it is asked for every event. */
export function hasKeys(errors: ErrorDetails): boolean {
  for (const _ in errors) return true
  return false
}
