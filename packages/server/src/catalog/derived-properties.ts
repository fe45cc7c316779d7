import { type Expression, parseExpression } from '@weir/engine'
import type { Ctx } from '../platform/context.ts'

/** A property that is worked out for each event when it comes in. */
export interface DerivedProperty {
  readonly expression: Expression
  /** Where its value goes; null for metrics that look at no property. */
  readonly fieldName: string | null
}

/** By the code of the events. */
export type DerivedProperties = ReadonlyMap<string, DerivedProperty>

interface Remembered {
  readonly found: Promise<DerivedProperties>
  /** Milliseconds of the process's own clock. */
  readonly until: number
}

const REMEMBERED_MS = 1000
const MOST_ORGANIZATIONS = 10_000
const remembered = new Map<string, Remembered>()

/**
 * The derived properties of the organization's metrics, most often none. They are asked for at every request that brings
 * events, so they are remembered: what another process changes counts a second later, what this one changes at once.
 */
export function derivedProperties(ctx: Ctx): Promise<DerivedProperties> {
  const known = remembered.get(ctx.org.id)
  const now = performance.now()
  if (known !== undefined && known.until > now) return known.found
  remembered.delete(ctx.org.id)
  // Entries are in the order of their age: the first one is the oldest.
  const [oldest] = remembered.size < MOST_ORGANIZATIONS ? [] : remembered.keys()
  if (oldest !== undefined) remembered.delete(oldest)
  const found = findDerivedProperties(ctx)
  remembered.set(ctx.org.id, { found, until: now + REMEMBERED_MS })
  found.catch(() => forgetDerivedProperties(ctx))
  return found
}

/** For whoever has changed a metric, once that is committed. */
export function forgetDerivedProperties(ctx: Ctx): void {
  remembered.delete(ctx.org.id)
}

async function findDerivedProperties(ctx: Ctx): Promise<DerivedProperties> {
  const rows = await ctx.db
    .selectFrom('billable_metrics')
    .select(['code', 'field_name', 'expression'])
    .where('organization_id', '=', ctx.org.id)
    .where('deleted_at', 'is', null)
    .where('expression', 'is not', null)
    .execute()
  return new Map(
    rows.flatMap(({ code, field_name: fieldName, expression: text }): [string, DerivedProperty][] => {
      const expression = parseExpression(text ?? '')
      return expression === undefined ? [] : [[code, { expression, fieldName }]]
    }),
  )
}
