import { createHash } from 'node:crypto'
import { frozenClock, systemClock } from '../platform/clock/clock.ts'
import { type Caller, type Ctx, type Db, transaction } from '../platform/context.ts'
import { emit } from '../platform/domain-events.ts'
import { listMemberships } from './memberships.ts'

type System = Omit<Ctx, 'org'>

/**
 * Tells something that a user did to their own account in each organization that they belong to, in the transaction of
 * `system` where it has one.
 *
 * @example await tellOfUser(system, { userId, caller, type: 'user.password_edited', data: { email } })
 */
export async function tellOfUser(
  system: System,
  happening: {
    readonly userId: string
    readonly caller: Caller
    readonly type: string
    /** The same in every organization, or what it is there. */
    readonly data: Readonly<Record<string, unknown>> | ((roles: readonly string[]) => Readonly<Record<string, unknown>>)
  },
): Promise<void> {
  const { userId, caller, type, data } = happening
  for (const membership of await listMemberships(system.db, userId)) {
    const { organizationId: id, sandbox, testClockNow, roles } = membership
    const ctx: Ctx = {
      ...system,
      org: { id, sandbox, testClock: testClockNow !== null },
      clock: testClockNow === null ? systemClock : frozenClock(testClockNow),
      actor: { type: 'user', id: userId },
      caller: () => caller,
    }
    await transaction(ctx, tx => emit(tx, type, userId, typeof data === 'function' ? data(roles) : data))
  }
}

/** Notes what a user signs in with. @returns whether they never did with a program that calls itself so */
export async function noteDevice(db: Db, userId: string, { userAgent }: Caller): Promise<boolean> {
  const hash = createHash('sha256')
    .update(userAgent ?? '')
    .digest()
  const noted = await db
    .insertInto('user_devices')
    .values({ user_id: userId, user_agent_hash: hash, created_at: Temporal.Now.instant() })
    .onConflict(conflict => conflict.doNothing())
    .returning('user_id')
    .executeTakeFirst()
  return noted !== undefined
}
