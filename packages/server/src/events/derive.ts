import { evaluateExpression } from '@weir/engine'
import { type DerivedProperties, derivedProperties } from '../catalog/index.ts'
import type { Ctx } from '../platform/context.ts'
import { isRecord } from '../platform/http/input.ts'

/** What an expression can see of an event. */
export interface DerivableEvent {
  readonly code: string
  /** Microseconds since the epoch. */
  readonly timestamp: bigint
  /** As they were sent; anything but an object counts as none. */
  readonly properties: unknown
}

/** Properties with the derived one among them, or the words in which the request is refused. */
export type Derivation = { readonly properties: unknown } | { readonly failure: string }

/**
 * Puts the property that the metric of the event's code derives from it among its properties, in place of what was sent
 * under that name. Without such a metric, the properties are given back as they are.
 */
export function derive(derived: DerivedProperties, event: DerivableEvent): Derivation {
  const property = derived.get(event.code)
  if (property === undefined) return { properties: event.properties }
  const sent = isRecord(event.properties) ? event.properties : {}
  const evaluation = evaluateExpression(property.expression, {
    code: event.code,
    timestamp: event.timestamp / 1_000_000n,
    properties: sent,
  })
  if ('error' in evaluation) return { failure: `expression_evaluation_failed: ${evaluation.error}` }
  return { properties: property.fieldName === null ? sent : { ...sent, [property.fieldName]: evaluation.value } }
}

/** As {@link derive}, for an event that is not received but only thought of. */
export async function deriveProperties(ctx: Ctx, event: DerivableEvent): Promise<Derivation> {
  return derive(await derivedProperties(ctx), event)
}
