import { randomBytes } from 'node:crypto'
import { type Ctx, type Db, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { notFound, validation } from '../platform/errors.ts'
import { isUuid, newId } from '../platform/ids.ts'
import { hashKey } from '../platform/secrets.ts'
import { isEmailList } from '../platform/validation/email.ts'
import { readRoles } from './memberships.ts'

const OPEN_FOR = { hours: 7 * 24 }

export interface Invitation {
  readonly id: string
  readonly email: string
  readonly roles: readonly string[]
  readonly expiresAt: Temporal.Instant
  readonly createdAt: Temporal.Instant
}

/**
 * Invites an address; an earlier invitation of it ends.
 *
 * @returns the invitation and the token of its link, which is not stored and cannot be shown again
 * @throws 422 for an address that is none or whose user is a member already, and for roles that do not exist
 */
export async function invite(
  ctx: Ctx,
  input: { email: unknown; roles: unknown; invitedBy: string },
): Promise<{ invitation: Invitation; token: string }> {
  const roles = readRoles(input.roles)
  const email = typeof input.email === 'string' ? input.email.trim().toLowerCase() : ''
  if (email === '') throw validation({ email: ['value_is_mandatory'] })
  if (!isEmailList(email) || email.includes(',')) throw validation({ email: ['invalid_email_format'] })
  const now = Temporal.Now.instant()
  const token = randomBytes(32).toString('base64url')
  return transaction(ctx, async tx => {
    const member = await tx.db
      .selectFrom('memberships')
      .innerJoin('users', 'users.id', 'memberships.user_id')
      .select('memberships.id')
      .where('memberships.organization_id', '=', ctx.org.id)
      .where('users.email', '=', email)
      .executeTakeFirst()
    if (member !== undefined) throw validation({ email: ['email_already_used'] })
    await endOpen(tx, query => query.where('email', '=', email))
    const row = {
      id: newId(),
      organization_id: ctx.org.id,
      email,
      roles,
      token_hash: hashKey(token),
      invited_by: input.invitedBy,
      expires_at: now.add(OPEN_FOR),
      created_at: now,
    }
    await tx.db.insertInto('invitations').values(row).execute()
    await emit(tx, 'user.invited', row.id, { invitee_email: email })
    return { invitation: { id: row.id, email, roles, expiresAt: row.expires_at, createdAt: now }, token }
  })
}

/** Those that were neither accepted nor revoked and have not run out, newest first. */
export async function listInvitations(ctx: Ctx): Promise<Invitation[]> {
  return openInvitations(ctx.db)
    .select(['id', 'email', 'roles', 'expires_at as expiresAt', 'created_at as createdAt'])
    .where('organization_id', '=', ctx.org.id)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
}

/** @throws 404 `invitation_not_found` */
export async function revokeInvitation(ctx: Ctx, id: string): Promise<void> {
  const ended = isUuid(id) ? await endOpen(ctx, query => query.where('id', '=', id)) : 0
  if (ended === 0) throw notFound('invitation')
}

export interface FoundInvitation {
  readonly id: string
  readonly organizationId: string
  readonly organizationName: string
  readonly email: string
  readonly roles: readonly string[]
  /** Whether the address has a user, who signs in to accept. */
  readonly hasUser: boolean
}

/** @throws 404 `invitation_not_found` for a token that is unknown, was used, was revoked or has run out */
export async function findInvitation(db: Db, token: string): Promise<FoundInvitation> {
  const found = await openInvitations(db)
    .innerJoin('organizations', 'organizations.id', 'invitations.organization_id')
    .leftJoin('users', 'users.email', 'invitations.email')
    .select([
      'invitations.id',
      'organizations.id as organizationId',
      'organizations.name as organizationName',
      'invitations.email',
      'invitations.roles',
      'users.id as userId',
    ])
    .where('token_hash', '=', hashKey(token))
    .executeTakeFirst()
  if (found === undefined) throw notFound('invitation')
  const { userId, ...invitation } = found
  return { ...invitation, hasUser: userId !== null }
}

/** Uses an invitation up. @returns false when another request was faster */
export async function closeInvitation(db: Db, id: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('invitations')
    .set({ accepted_at: Temporal.Now.instant() })
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

function openInvitations(db: Db) {
  return db
    .selectFrom('invitations')
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', Temporal.Now.instant())
}

async function endOpen(ctx: Ctx, which: (query: ReturnType<typeof openUpdates>) => ReturnType<typeof openUpdates>) {
  const { numUpdatedRows } = await which(openUpdates(ctx)).executeTakeFirst()
  return Number(numUpdatedRows)
}

function openUpdates(ctx: Ctx) {
  return ctx.db
    .updateTable('invitations')
    .set({ revoked_at: Temporal.Now.instant() })
    .where('organization_id', '=', ctx.org.id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
}
