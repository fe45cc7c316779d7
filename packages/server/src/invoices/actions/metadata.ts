import type { Selectable } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { anyOf } from '../../platform/db/any-of.ts'
import type { InvoiceMetadata } from '../../platform/db/types.ts'
import { Problems } from '../../platform/errors.ts'
import { isBlank } from '../../platform/http/input.ts'
import { newId } from '../../platform/ids.ts'
import { characterCount } from '../../platform/validation/text.ts'
import { listInvoiceMetadata } from '../invoice-parts.ts'
import type { MetadataItem } from './schema.ts'

type MetadataRow = Selectable<InvoiceMetadata>

export const MOST_METADATA_ITEMS = 5
const LONGEST_KEY = 20
const LONGEST_VALUE = 140

/**
 * Replaces the metadata of an invoice by what a request lists. An item with the id of an existing one updates it, any other
 * is created, and existing ones that are not listed go. They go last: a key that exists cannot be taken by an item without
 * its id.
 *
 * @throws 422 with the codes of the first item that is wrong, under the item's own field names
 */
export async function replaceInvoiceMetadata(
  tx: Ctx,
  invoiceId: string,
  items: readonly MetadataItem[],
): Promise<void> {
  const existing = await listInvoiceMetadata(tx, [invoiceId])
  const listed = plan(tx, invoiceId, existing, items)
  const kept = new Set(listed.map(row => row.id))
  const dropped = existing.filter(row => !kept.has(row.id)).map(row => row.id)
  if (dropped.length > 0) {
    await tx.db
      .deleteFrom('invoice_metadata')
      .where('organization_id', '=', tx.org.id)
      .where(anyOf('id', dropped))
      .execute()
  }
  if (listed.length > 0) await save(tx, listed)
}

function plan(
  tx: Ctx,
  invoiceId: string,
  existing: readonly MetadataRow[],
  items: readonly MetadataItem[],
): MetadataRow[] {
  const now = tx.clock.now()
  const all = new Map(existing.map(row => [row.id, row]))
  const listed = new Set<string>()
  for (const item of items) {
    const known = all.get(item.id ?? '')
    const row: MetadataRow = {
      id: known?.id ?? newId(),
      organization_id: tx.org.id,
      invoice_id: invoiceId,
      // A key or value that is not given stays as it is.
      key: item.key === undefined ? (known?.key ?? '') : (item.key ?? ''),
      value: item.value === undefined ? (known?.value ?? '') : (item.value ?? ''),
      created_at: known?.created_at ?? now,
      updated_at: now,
    }
    const isKeyTaken = [...all.values()].some(other => other.id !== row.id && other.key === row.key)
    check(row, isKeyTaken)
    all.set(row.id, row)
    listed.add(row.id)
  }
  return [...all.values()].filter(row => listed.has(row.id))
}

function check(row: MetadataRow, isKeyTaken: boolean): void {
  const problems = new Problems()
  if (isBlank(row.key)) problems.add('key', 'value_is_mandatory')
  else if (isKeyTaken) problems.add('key', 'value_already_exist')
  if (characterCount(row.key) > LONGEST_KEY) problems.add('key', 'value_is_too_long')
  if (isBlank(row.value)) problems.add('value', 'value_is_mandatory')
  if (characterCount(row.value) > LONGEST_VALUE) problems.add('value', 'value_is_too_long')
  problems.throwIfAny()
}

async function save(tx: Ctx, rows: readonly MetadataRow[]): Promise<void> {
  await tx.db
    .insertInto('invoice_metadata')
    .values([...rows])
    .onConflict(conflict =>
      conflict.column('id').doUpdateSet(eb => ({
        key: eb.ref('excluded.key'),
        value: eb.ref('excluded.value'),
        updated_at: eb.ref('excluded.updated_at'),
      })),
    )
    .execute()
}
