import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { DB } from '../platform/db/types.ts'

export interface ListedUser {
  readonly name: string
  readonly email: string
  readonly organizations: number
}

/** Everybody who has signed up, longest first. */
export async function listUsers(db: Kysely<DB>): Promise<ListedUser[]> {
  const rows = await db
    .selectFrom('users')
    .leftJoin('memberships', 'memberships.user_id', 'users.id')
    .select(eb => ['users.name', 'users.email', eb.fn.count<bigint>('memberships.id').as('organizations')])
    .groupBy('users.id')
    .orderBy('users.created_at')
    .execute()
  return rows.map(row => ({ ...row, organizations: Number(row.organizations) }))
}

/**
 * Gives a user a new password and ends their sessions.
 *
 * @returns the password, which is not stored; undefined when there is no such user
 */
export async function resetPassword(db: Kysely<DB>, email: string): Promise<string | undefined> {
  const { hashPassword } = await import('better-auth/crypto')
  // Random enough, and with all the kinds of characters that a password has.
  const password = `${randomBytes(15).toString('base64url')}-aA1`
  const hash = await hashPassword(password)
  return db.transaction().execute(async tx => {
    const user = await tx
      .selectFrom('users')
      .select('id')
      .where('email', '=', email.trim().toLowerCase())
      .executeTakeFirst()
    if (user === undefined) return undefined
    await tx
      .updateTable('user_credentials')
      .set({ password: hash, updated_at: Temporal.Now.instant() })
      .where('user_id', '=', user.id)
      .where('provider_id', '=', 'credential')
      .execute()
    await tx.deleteFrom('user_sessions').where('user_id', '=', user.id).execute()
    return password
  })
}
