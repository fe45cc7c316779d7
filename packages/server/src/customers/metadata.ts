import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import { Problems } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { newId } from '../platform/ids.ts'
import { characterCount, withoutNul } from '../platform/validation/text.ts'
import type { MetadataItem } from './schema.ts'
import { listMetadata, type MetadataRow } from './store.ts'

export const MOST_METADATA_ITEMS = 5
const LONGEST_KEY = 20
const LONGEST_VALUE = 100

/**
 * Replaces a customer's metadata by what a request lists. An item with the id of an existing one updates it, any other
 * item is created, and existing items that are not listed go. They go last: a key that exists cannot be taken by an item
 * without its id.
 *
 * @throws 422 with the codes of the first item that is wrong, under the item's own field names
 */
export async function replaceMetadata(ctx: Ctx, customerId: string, items: readonly MetadataItem[]): Promise<void> {
  const existing = await listMetadata(ctx, [customerId])
  const listed = planMetadata(ctx, customerId, existing, items)
  if (listed.length > 0) await saveMetadata(ctx, listed)
  const kept = new Set(listed.map(item => item.id))
  const dropped = existing.filter(item => !kept.has(item.id)).map(item => item.id)
  if (dropped.length === 0) return
  await ctx.db
    .deleteFrom('customer_metadata')
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', dropped))
    .execute()
}

/** The rows to be written for the items of a request. */
function planMetadata(
  ctx: Ctx,
  customerId: string,
  existing: readonly MetadataRow[],
  items: readonly MetadataItem[],
): MetadataRow[] {
  const now = ctx.clock.now()
  const byId = new Map(existing.map(row => [row.id, row]))
  const listed = new Map<string, MetadataRow>()
  for (const item of items) {
    const known = byId.get(item.id ?? '')
    const row: MetadataRow = {
      id: known?.id ?? newId(),
      organization_id: ctx.org.id,
      customer_id: customerId,
      key: withoutNul(item.key ?? ''),
      value: withoutNul(item.value ?? ''),
      display_in_invoice: item.display_in_invoice ?? false,
      created_at: known?.created_at ?? now,
      updated_at: now,
    }
    listed.set(row.id, row)
  }
  const owners = Map.groupBy(new Map([...byId, ...listed]).values(), row => row.key)
  for (const row of listed.values()) checkItem(row, owners.get(row.key)?.length !== 1)
  return [...listed.values()]
}

function checkItem(item: MetadataRow, isKeyTaken: boolean): void {
  const problems = new Problems()
  if (isBlank(item.key)) problems.add('key', 'value_is_mandatory')
  else if (isKeyTaken) problems.add('key', 'value_already_exist')
  if (characterCount(item.key) > LONGEST_KEY) problems.add('key', 'value_is_too_long')
  if (isBlank(item.value)) problems.add('value', 'value_is_mandatory')
  if (characterCount(item.value) > LONGEST_VALUE) problems.add('value', 'value_is_too_long')
  problems.throwIfAny()
}

async function saveMetadata(ctx: Ctx, rows: readonly MetadataRow[]): Promise<void> {
  await ctx.db
    .insertInto('customer_metadata')
    .values([...rows])
    .onConflict(conflict =>
      conflict.column('id').doUpdateSet(eb => ({
        key: eb.ref('excluded.key'),
        value: eb.ref('excluded.value'),
        display_in_invoice: eb.ref('excluded.display_in_invoice'),
        updated_at: eb.ref('excluded.updated_at'),
      })),
    )
    .execute()
}
