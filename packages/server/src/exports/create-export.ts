import { type Ctx, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { Problems } from '../platform/errors.ts'
import { fileKey } from '../platform/files/file-store.ts'
import { isBlank } from '../platform/http/input.ts'
import { newId } from '../platform/ids.ts'
import { addJob } from '../platform/jobs/enqueue.ts'
import { buildJob } from './build-export.ts'
import { type Filters, readFilters } from './filters.ts'
import { findResource } from './resources/index.ts'
import { type DataExportInput, FORMATS } from './schema.ts'

/**
 * Has a list written into a file, in the background.
 *
 * @param mayRead throws where whoever asks may not read the list
 * @returns the id of the export
 * @throws 422 for a list that cannot be exported, a format that is not known, and filters that cannot be understood
 */
export async function createExport(
  ctx: Ctx,
  input: DataExportInput,
  mayRead: (permission: string) => void,
): Promise<string> {
  const resource = findResource(input.resource_type ?? '')
  const problems = new Problems()
  if (isBlank(input.resource_type)) problems.add('resource_type', 'value_is_mandatory')
  else if (resource === undefined) problems.add('resource_type', 'value_is_invalid')
  if (!FORMATS.includes(input.format ?? 'csv')) problems.add('format', 'value_is_invalid')
  problems.throwIfAny()
  if (resource === undefined) throw new Error('an export of nothing was not refused')
  mayRead(resource.permission)
  const filters = readFilters(resource.filters, input.filters)
  const total = await resource.count(ctx, filters)
  return insertExport(ctx, { resourceType: input.resource_type ?? '', filters, total })
}

interface NewExport {
  readonly resourceType: string
  readonly filters: Filters
  /** How many objects the list has now. */
  readonly total: number
}

async function insertExport(ctx: Ctx, { resourceType, filters, total }: NewExport): Promise<string> {
  const id = newId()
  const now = ctx.clock.now()
  await transaction(ctx, async tx => {
    await tx.db
      .insertInto('data_exports')
      .values({
        id,
        organization_id: tx.org.id,
        user_id: tx.actor.type === 'user' ? tx.actor.id : null,
        resource_type: resourceType,
        status: 'pending',
        filters: JSON.stringify(filters),
        total_count: BigInt(total),
        file_key: fileKey(tx.org.id, id, fileName(now, resourceType)),
        created_at: now,
        updated_at: now,
      })
      .execute()
    await addJob(tx.db, buildJob(tx, id))
    await emit(tx, 'export.created', id, { export_type: resourceType, resource_query: filters })
  })
  return id
}

/** `20260304090000_invoices.csv`: when it was asked for, in UTC, and what it is of. */
function fileName(at: Temporal.Instant, resourceType: string): string {
  const stamp = at.toString({ smallestUnit: 'second', roundingMode: 'trunc' }).replace(/\D/g, '')
  return `${stamp}_${resourceType}.csv`
}
