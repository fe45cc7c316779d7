import type { Ctx } from '../platform/context.ts'

const WRITTEN_EVERY_MS = 60_000
const MOST_KEYS = 10_000

/** Notes that an API key was used. */
export type NoteKeyUse = (ctx: Ctx, apiKeyId: string) => Promise<void>

/**
 * Keeps when each API key was last used, in the time of the real world, written at most once a minute for a key: what a list
 * of keys shows is behind by a minute at the most. A use that cannot be written keeps no request from its answer.
 *
 * @param milliseconds a clock that only goes forward
 */
export function keyUses(milliseconds: () => number = () => performance.now()): NoteKeyUse {
  const writtenAt = new Map<string, number>()
  return async (ctx, apiKeyId) => {
    const now = milliseconds()
    const last = writtenAt.get(apiKeyId)
    if (last !== undefined && now - last < WRITTEN_EVERY_MS) return
    // Forgetting them only has them written once more.
    if (writtenAt.size >= MOST_KEYS) writtenAt.clear()
    writtenAt.set(apiKeyId, now)
    try {
      await ctx.db
        .updateTable('api_keys')
        .set({ last_used_at: Temporal.Now.instant() })
        .where('organization_id', '=', ctx.org.id)
        .where('id', '=', apiKeyId)
        .execute()
    } catch (error) {
      ctx.log.warn({ err: error }, 'the last use of an API key was not written')
    }
  }
}
