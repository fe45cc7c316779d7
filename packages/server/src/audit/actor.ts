import type { Ctx } from '../platform/context.ts'

/** Who did something, as every log keeps it. */
export interface LoggedActor {
  readonly api_key_id: string | null
  readonly user_id: string | null
  /** As it was then: users change their address, and leave. */
  readonly user_email: string | null
}

const NOBODY: LoggedActor = { api_key_id: null, user_id: null, user_email: null }

export async function loggedActor(ctx: Ctx): Promise<LoggedActor> {
  const { actor } = ctx
  if (actor.type === 'system') return NOBODY
  if (actor.type === 'api_key') return { ...NOBODY, api_key_id: actor.id }
  const user = await ctx.db.selectFrom('users').select('email').where('id', '=', actor.id).executeTakeFirst()
  return { ...NOBODY, user_id: actor.id, user_email: user?.email ?? null }
}
