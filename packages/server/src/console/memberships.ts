import type { Ctx, Db } from '../platform/context.ts'
import { transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { notFound, validation } from '../platform/errors.ts'
import { isUuid, newId } from '../platform/ids.ts'
import { isRole } from './roles.ts'

export interface Membership {
  readonly organizationId: string
  readonly organizationName: string
  readonly slug: string
  readonly sandbox: boolean
  readonly testClockNow: Temporal.Instant | null
  readonly currency: string
  readonly timezone: string
  readonly roles: readonly string[]
}

const organizationsOfUsers = (db: Db) =>
  db
    .selectFrom('memberships')
    .innerJoin('organizations', 'organizations.id', 'memberships.organization_id')
    .select([
      'organizations.id as organizationId',
      'organizations.name as organizationName',
      'organizations.slug',
      'organizations.sandbox',
      'organizations.test_clock_now as testClockNow',
      'organizations.default_currency as currency',
      'organizations.timezone',
      'memberships.roles',
    ])

/** The organizations of a user: live ones first, then by name. */
export async function listMemberships(db: Db, userId: string): Promise<Membership[]> {
  return organizationsOfUsers(db)
    .where('memberships.user_id', '=', userId)
    .orderBy('organizations.sandbox')
    .orderBy('organizations.name')
    .orderBy('organizations.id')
    .execute()
}

/** The membership of a user in one organization; undefined when they have none there. */
export async function findMembership(db: Db, userId: string, organizationId: string): Promise<Membership | undefined> {
  if (!isUuid(organizationId)) return undefined
  return organizationsOfUsers(db)
    .where('memberships.user_id', '=', userId)
    .where('memberships.organization_id', '=', organizationId)
    .executeTakeFirst()
}

/** Makes a user a member; one who is a member already gets the roles besides those they have. */
export async function addMember(
  db: Db,
  organizationId: string,
  userId: string,
  roles: readonly string[],
): Promise<void> {
  const now = Temporal.Now.instant()
  const held = await findMembership(db, userId, organizationId)
  const all = [...new Set([...(held?.roles ?? []), ...roles])]
  await db
    .insertInto('memberships')
    .values({
      id: newId(),
      organization_id: organizationId,
      user_id: userId,
      roles: all,
      created_at: now,
      updated_at: now,
    })
    .onConflict(conflict =>
      conflict.columns(['organization_id', 'user_id']).doUpdateSet({ roles: all, updated_at: now }),
    )
    .execute()
}

export interface Member {
  readonly id: string
  readonly userId: string
  readonly name: string
  readonly email: string
  readonly roles: readonly string[]
  readonly createdAt: Temporal.Instant
}

/** Who belongs to the organization, longest first. */
export async function listMembers(ctx: Ctx): Promise<Member[]> {
  return ctx.db
    .selectFrom('memberships')
    .innerJoin('users', 'users.id', 'memberships.user_id')
    .select([
      'memberships.id',
      'users.id as userId',
      'users.name',
      'users.email',
      'memberships.roles',
      'memberships.created_at as createdAt',
    ])
    .where('memberships.organization_id', '=', ctx.org.id)
    .orderBy('memberships.created_at')
    .orderBy('memberships.id')
    .execute()
}

/**
 * Gives a member other roles.
 *
 * @throws 404 `membership_not_found`; 422 for roles that do not exist, and `last_admin` when nobody could change roles any more
 */
export async function changeRoles(ctx: Ctx, id: string, roles: unknown): Promise<void> {
  const wanted = readRoles(roles)
  await changeMember(ctx, id, wanted.includes('admin'), async (tx, member) => {
    await tx.db
      .updateTable('memberships')
      .set({ roles: wanted, updated_at: Temporal.Now.instant() })
      .where('organization_id', '=', ctx.org.id)
      .where('id', '=', id)
      .execute()
    const deleted = member.roles.filter(role => !wanted.includes(role))
    const added = wanted.filter(role => !member.roles.includes(role))
    await emit(tx, 'user.role_edited', member.userId, { email: member.email, roles: { deleted, added } })
  })
}

/** Ends a membership. @throws 404 `membership_not_found`; 422 `last_admin` */
export async function removeMember(ctx: Ctx, id: string): Promise<void> {
  await changeMember(ctx, id, false, async (tx, member) => {
    await tx.db.deleteFrom('memberships').where('organization_id', '=', ctx.org.id).where('id', '=', id).execute()
    await emit(tx, 'user.deleted', member.userId, { email: member.email })
  })
}

async function changeMember(
  ctx: Ctx,
  id: string,
  staysAdmin: boolean,
  change: (tx: Ctx, member: Pick<Member, 'userId' | 'email' | 'roles'>) => Promise<void>,
) {
  await transaction(ctx, async tx => {
    const members = await tx.db
      .selectFrom('memberships')
      .innerJoin('users', 'users.id', 'memberships.user_id')
      .select(['memberships.id', 'memberships.roles', 'users.id as userId', 'users.email'])
      .where('organization_id', '=', ctx.org.id)
      .orderBy('memberships.id')
      .forUpdate('memberships')
      .execute()
    const changed = members.find(member => member.id === id)
    if (changed === undefined) throw notFound('membership')
    const others = members.filter(member => member.id !== id && member.roles.includes('admin'))
    if (!staysAdmin && others.length === 0) throw validation({ roles: ['last_admin'] })
    await change(tx, changed)
  })
}

/** @throws 422 for no role, and for one that does not exist */
export function readRoles(given: unknown): string[] {
  const roles = Array.isArray(given) ? [...new Set(given)] : []
  if (roles.length === 0) throw validation({ roles: ['value_is_mandatory'] })
  if (!roles.every(isRole)) throw validation({ roles: ['value_is_invalid'] })
  return roles
}
