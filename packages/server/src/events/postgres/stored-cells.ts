import { createHash } from 'node:crypto'
import type { AggregationCell } from '@weir/engine'
import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { AggregateQuery } from '../event-store.ts'
import { aggregateEvents } from './aggregate.ts'
import { type AsOf, isNewTo } from './aggregate-statements.ts'
import { parseCells, printCells } from './kept-cells.ts'

/** An answer that was kept: the cells of each metric, of all events that the snapshot shows. */
interface StoredAnswer {
  readonly asOf: AsOf
  readonly eventsCount: number
  readonly cells: readonly (readonly AggregationCell[])[]
}

interface StoredRow {
  readonly base: bigint
  readonly snapshot: string
  readonly xmin: bigint
  readonly events_count: bigint
  readonly cells: string
}

/** Below, keeping an answer costs more than it saves. */
const WORTH_KEEPING_EVENTS = 1_000
/** From this share of new events on, an answer is made anew. */
const RENEWED_AT = 0.05
/** An answer with more text than this takes longer to read than its events do to count. */
const LARGEST_ANSWER = 4_000_000

/**
 * {@link EventStore.aggregate} of what was asked before: the kept answer, together with the cells of the events that were
 * stored since. How events are divided among cells makes no difference to their fold, so the usage is exactly the same.
 *
 * Which events those are is told by the transactions that stored them, not by times: an event that is committed late is
 * not in the snapshot of the answer, and is new whenever it comes.
 */
export async function aggregateKept(ctx: Ctx, query: AggregateQuery): Promise<AggregationCell[][]> {
  // A transaction may have to see its own state of the database.
  if (ctx.db.isTransaction) return aggregateEvents(ctx, query)
  const question = hashOf(query)
  const stored = await readAnswer(ctx, query, question)
  if (stored !== undefined) {
    if (!(await hasNewEvents(ctx, query, stored.asOf))) return stored.cells.map(cells => [...cells])
    const added = await aggregateEvents(ctx, query, stored.asOf)
    const isFresh = countEvents(added) <= stored.eventsCount * RENEWED_AT
    if (isFresh && !added.some((cells, place) => isContested(cells, stored.cells[place] ?? []))) {
      return added.map((cells, place) => [...(stored.cells[place] ?? []), ...cells])
    }
  }
  const answer = await answerNow(ctx, query)
  if (answer.eventsCount >= WORTH_KEEPING_EVENTS) await keepAnswer(ctx, query, question, answer)
  return answer.cells.map(cells => [...cells])
}

/** Makes everything forgotten that was kept of an organization's usage: for when events are taken away. */
export async function forgetKeptUsage(ctx: Ctx): Promise<void> {
  await ctx.db.deleteFrom('usage_cells').where('organization_id', '=', ctx.org.id).execute()
}

async function readAnswer(ctx: Ctx, query: AggregateQuery, question: Buffer): Promise<StoredAnswer | undefined> {
  const { rows } = await sql<StoredRow>`
    select base, snapshot::text, pg_snapshot_xmin(snapshot)::text::bigint as xmin, events_count, cells
    from usage_cells
    join event_epochs using (base)
    where organization_id = ${ctx.org.id}
      and external_subscription_id = ${query.externalSubscriptionId}
      and question = ${question}`.execute(ctx.db)
  const [row] = rows
  if (row === undefined) return undefined
  const asOf = { base: row.base, snapshot: row.snapshot, firstPosition: row.base + row.xmin }
  return {
    asOf,
    eventsCount: Number(row.events_count),
    cells: parseCells(
      row.cells,
      query.metrics.map(metric => metric.aggregation),
    ),
  }
}

/** Whether anything came for the subscription since; most of the time nothing did, and this is found out fast. */
async function hasNewEvents(ctx: Ctx, query: AggregateQuery, asOf: AsOf): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (
      select from events
      where organization_id = ${ctx.org.id}
        and external_subscription_id = ${query.externalSubscriptionId}
        and ${isNewTo(asOf)}
    ) as found`.execute(ctx.db)
  return rows[0]?.found !== false
}

/** All statements see the same snapshot of the database. */
async function answerNow(ctx: Ctx, query: AggregateQuery): Promise<StoredAnswer> {
  return ctx.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async tx => {
      const { rows } = await sql<{ base: bigint; snapshot: string; xmin: bigint }>`
        select base, pg_current_snapshot()::text as snapshot,
          pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin
        from event_epochs`.execute(tx)
      const [row] = rows
      if (row === undefined) throw new Error('there is no event epoch')
      const cells = await aggregateEvents({ ...ctx, db: tx }, query)
      const asOf = { base: row.base, snapshot: row.snapshot, firstPosition: row.base + row.xmin }
      return { asOf, eventsCount: countEvents(cells), cells }
    })
}

/** Of two answers to one question the later one stays. Real time is right here: it is about answers, not about business. */
async function keepAnswer(ctx: Ctx, query: AggregateQuery, question: Buffer, answer: StoredAnswer): Promise<void> {
  const cells = printCells(answer.cells)
  if (cells.length > LARGEST_ANSWER) return
  await sql`
    insert into usage_cells (organization_id, external_subscription_id, question, base, snapshot, events_count, cells, computed_at)
    values (
      ${ctx.org.id}, ${query.externalSubscriptionId}, ${question}, ${answer.asOf.base}, ${answer.asOf.snapshot}::pg_snapshot,
      ${answer.eventsCount}, ${cells}, clock_timestamp()
    )
    on conflict (organization_id, external_subscription_id, question) do update
    set base = excluded.base, snapshot = excluded.snapshot, events_count = excluded.events_count, cells = excluded.cells,
      computed_at = excluded.computed_at
    where usage_cells.computed_at < excluded.computed_at`.execute(ctx.db)
}

function hashOf(query: AggregateQuery): Buffer {
  const { from, to, conditions, metrics } = query
  return createHash('sha256')
    .update(JSON.stringify([from?.toString() ?? null, to.toString(), conditions, metrics]))
    .digest()
}

/** Of unique counts, a value of a cell stands for one event at least. */
function countEvents(cells: readonly (readonly AggregationCell[])[]): number {
  return cells.flat().reduce((sum, cell) => sum + ('eventsCount' in cell ? cell.eventsCount : 1), 0)
}

/**
 * Whether a value was added in one set of cells and removed in the other at the same instant: the order of arrival decides
 * then, and cells do not always tell it.
 */
function isContested(added: readonly AggregationCell[], kept: readonly AggregationCell[]): boolean {
  const moments = new Set(added.flatMap(momentOf))
  return moments.size > 0 && kept.some(cell => momentOf(cell).some(moment => moments.has(moment)))
}

function momentOf(cell: AggregationCell): string[] {
  return 'lastOperation' in cell ? [JSON.stringify([cell.value, cell.at.timestamp.toString()])] : []
}
