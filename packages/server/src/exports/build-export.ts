import { listBillingEntities } from '../accounts/index.ts'
import { type Ctx, transaction } from '../platform/context.ts'
import { ApiError } from '../platform/errors.ts'
import { localFiles } from '../platform/files/file-store.ts'
import { addJob, type NewJob } from '../platform/jobs/enqueue.ts'
import type { TaskDefinition } from '../platform/jobs/tasks.ts'
import { csvOf, lineOf } from './csv.ts'
import type { Filters } from './filters.ts'
import { mailReady } from './ready-mail.ts'
import { resourceOf } from './resources/index.ts'
import type { Place } from './resources/resource.ts'
import { type DataExport, lockExport, updateExport } from './store.ts'

const BUILD_DATA_EXPORT = 'build_data_export'
/** After whatever bills, charges and tells. */
const PRIORITY = 10
const LANES = 2
const MOST_FAILURES = 5
const KEPT = { hours: 7 * 24 }

/** How much is done at a time. */
export interface Pace {
  /** A job ends after so many objects or rows, and another one goes on: no shutdown has to wait for a million invoices. */
  readonly ofJob: number
  /** How many objects are read at once, where that is less than what the list says of itself. */
  readonly ofBatch: number
}

const PACE: Pace = { ofJob: 5_000, ofBatch: Number.POSITIVE_INFINITY }

/** Exports take turns: what goes on with one waits behind the others that are under way. */
export function buildJob(ctx: Ctx, id: string): NewJob {
  return {
    task: BUILD_DATA_EXPORT,
    payload: { organizationId: ctx.org.id, exportId: id },
    queue: `exports:${Number.parseInt(id.slice(-1), 16) % LANES}`,
    priority: PRIORITY,
  }
}

export const buildDataExport: TaskDefinition = {
  name: BUILD_DATA_EXPORT,
  async run(ctx, payload) {
    const id = String(payload.exportId)
    try {
      await beginExport(ctx, id)
      await continueExport(ctx, id)
    } catch (error) {
      if (!(await giveUp(ctx, id, error))) throw error
    }
  },
}

/** Says that it is under way, and which columns the file gets: they stay, whatever happens meanwhile. */
export async function beginExport(ctx: Ctx, id: string): Promise<void> {
  await transaction(ctx, async tx => {
    const row = await lockExport(tx, id)
    if (row?.status !== 'pending') return
    const resource = resourceOf(row.resource_type)
    const entities = await listBillingEntities(tx)
    await updateExport(tx, id, {
      status: 'processing',
      columns: [...resource.columns(entities.length > 1)],
    })
  })
}

/**
 * Writes the next part of the file, from where the last one ended. What is in the file and what is known of it are committed
 * together: should this be interrupted, the part is written again over what there was of it.
 */
export async function continueExport(ctx: Ctx, id: string, pace: Pace = PACE): Promise<void> {
  await transaction(ctx, async tx => {
    const row = await lockExport(tx, id)
    if (row?.status !== 'processing' || row.file_key === null) return
    const part: Part = { objects: 0, rows: 0, last: (row.last_place ?? undefined) as Place | undefined, isLast: false }
    const size = await localFiles(tx.config.dataDir).writeOn(
      row.file_key,
      Number(row.byte_size),
      partOf(tx, row, part, pace),
    )
    const written = {
      byte_size: BigInt(size),
      processed_count: row.processed_count + BigInt(part.objects),
      rows_count: row.rows_count + BigInt(part.rows),
      last_place: part.last === undefined ? null : JSON.stringify(part.last),
      failures: 0,
    }
    if (part.isLast) return complete(tx, row, written)
    await updateExport(tx, id, written)
    await addJob(tx.db, buildJob(tx, id))
  })
}

/** What is written by one job, as far as it has come. */
interface Part {
  objects: number
  rows: number
  last: Place | undefined
  /** Nothing of the list is left. */
  isLast: boolean
}

async function* partOf(tx: Ctx, row: DataExport, part: Part, pace: Pace): AsyncGenerator<string> {
  const resource = resourceOf(row.resource_type)
  const columns = row.columns ?? []
  if (row.byte_size === 0n) yield lineOf(columns)
  const most = Math.min(resource.batch, pace.ofBatch)
  while (Math.max(part.objects, part.rows) < pace.ofJob) {
    const batch = await resource.read(tx, row.filters as Filters, { after: part.last, most })
    if (batch.last === undefined) {
      part.isLast = true
      return
    }
    for await (const records of batch.records) {
      yield csvOf(columns, records)
      part.rows += records.length
    }
    part.objects += batch.objects
    part.last = batch.last
  }
}

async function complete(
  tx: Ctx,
  row: DataExport,
  written: { readonly byte_size: bigint; readonly processed_count: bigint; readonly rows_count: bigint },
): Promise<void> {
  const now = tx.clock.now()
  const expiresAt = now.add(KEPT)
  await updateExport(tx, row.id, { ...written, status: 'completed', completed_at: now, expires_at: expiresAt })
  await mailReady(tx, { ...row, ...written, expires_at: expiresAt })
}

/**
 * Notes that it did not work. What the API would refuse, e.g. a billing entity that is gone, will not get better by itself;
 * nor does what has failed several times.
 *
 * @returns false where it is to be tried again
 */
async function giveUp(ctx: Ctx, id: string, error: unknown): Promise<boolean> {
  return transaction(ctx, async tx => {
    const row = await lockExport(tx, id)
    if (row?.status !== 'pending' && row?.status !== 'processing') return true
    const failures = row.failures + 1
    const isFinal = error instanceof ApiError || failures >= MOST_FAILURES
    ctx.log.error({ err: error, exportId: id, isFinal }, 'an export could not be written')
    await updateExport(tx, id, {
      failures,
      error: String((error as Error).message ?? error),
      ...(isFinal && { status: 'failed', file_key: null }),
    })
    if (isFinal && row.file_key !== null) await localFiles(ctx.config.dataDir).delete(row.file_key)
    return isFinal
  })
}
