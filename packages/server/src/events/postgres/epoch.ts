import { sql } from 'kysely'
import type { Pool } from 'pg'
import type { Ctx } from '../../platform/context.ts'

/** More than a cluster can ever number its transactions by. */
const EPOCH = 2n ** 44n

/**
 * Makes sure that the positions of events only grow, in whatever cluster the database is. A dump that is restored brings
 * events with the transaction ids of another cluster, which this one will give again: there, positions start above all
 * earlier ones, and whatever is kept of usage is forgotten.
 */
export async function claimEventEpoch(pool: Pool): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('lock table event_epochs in share row exclusive mode')
    const { rows } = await client.query<{ cluster: string; known: string | null; base: string | null }>(
      `select system_identifier::text as cluster, event_epochs.cluster as known, base::text as base
       from pg_control_system() left join event_epochs on true`,
    )
    const [row] = rows
    if (row !== undefined && row.cluster !== row.known) {
      const base = row.base === null ? 0n : BigInt(row.base) + EPOCH
      await client.query('delete from usage_cells')
      await client.query('delete from event_epochs')
      await client.query('insert into event_epochs (cluster, base) values ($1, $2)', [row.cluster, base.toString()])
      // Waits for events that are being stored with the earlier base.
      await client.query(
        `alter table events alter column position set default (pg_current_xact_id())::text::bigint + ${base}`,
      )
    }
    await client.query('commit')
    client.release()
  } catch (error) {
    client.release(true)
    throw error
  }
}

/**
 * The position that events of the transaction under way would have: those of transactions that began to write later have
 * a higher one.
 */
export async function presentPosition(tx: Ctx): Promise<string> {
  const { rows } = await sql<{ position: string }>`
    select (base + pg_current_xact_id()::text::bigint)::text as position from event_epochs`.execute(tx.db)
  const [row] = rows
  if (row === undefined) throw new Error('there is no event epoch')
  return row.position
}
