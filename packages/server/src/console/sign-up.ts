import { sql } from 'kysely'
import { createOrganization, renameFirstOrganizations } from '../accounts/index.ts'
import type { Caller, Ctx, Db } from '../platform/context.ts'
import { forbidden, validation } from '../platform/errors.ts'
import { isBlank } from '../platform/http/input.ts'
import { isEmailList } from '../platform/validation/email.ts'
import type { Auth } from './auth.ts'
import { closeInvitation, findInvitation } from './invitations.ts'
import { addMember } from './memberships.ts'
import { passwordProblems } from './passwords.ts'
import type { User } from './sessions.ts'
import { noteDevice, tellOfUser } from './user-events.ts'

type System = Omit<Ctx, 'org'>

export interface SignUp {
  readonly name: string
  readonly email: string
  readonly password: string
  readonly caller: Caller
}

/** Whether nobody belongs to any organization yet: then whoever comes first signs up and owns them all. */
export async function isSignUpOpen(db: Db): Promise<boolean> {
  return (await db.selectFrom('memberships').select('id').limit(1).executeTakeFirst()) === undefined
}

/**
 * Signs up the first user of an installation, who becomes administrator of every organization there is. The two that the
 * first start made get the name of the user's company.
 *
 * @returns the answer's headers, with the session's cookie
 * @throws 403 `sign_up_closed` once somebody has signed up; 422 for what is missing or unfit
 */
export async function signUpFirst(
  system: System,
  auth: Auth,
  input: SignUp & { readonly organizationName: string },
): Promise<Headers> {
  const problems = passwordProblems('password', input)
  if (isBlank(input.organizationName)) problems.add('organization_name', 'value_is_mandatory')
  if (isBlank(input.email)) problems.add('email', 'value_is_mandatory')
  else if (!isOneAddress(input.email)) problems.add('email', 'invalid_email_format')
  problems.throwIfAny()
  return system.db.transaction().execute(async tx => {
    await sql`select pg_advisory_xact_lock(hashtextextended('weir:first_sign_up', 0))`.execute(tx)
    if (!(await isSignUpOpen(tx))) throw forbidden('sign_up_closed')
    // One who signed up and whose memberships could not be stored may come again.
    await system.db.deleteFrom('users').execute()
    const { headers, userId } = await createUser(auth, input)
    await renameFirstOrganizations({ ...system, db: tx }, input.organizationName.trim())
    const organizations = await tx.selectFrom('organizations').select('id').execute()
    for (const { id } of organizations) await addMember(tx, id, userId, ['admin'])
    await tellOfSignUp({ ...system, db: tx }, userId, input)
    return headers
  })
}

/**
 * Takes an invitation up: a new user with a name and a password, or the user of the invited address, who is signed in.
 *
 * @returns the answer's headers, with the session's cookie of a new user
 * @throws 404 `invitation_not_found`; 403 `sign_in_to_accept` when the address has a user who is not the one signed in
 */
export async function acceptInvitation(
  system: System,
  auth: Auth,
  input: Omit<SignUp, 'email'> & { readonly token: string },
  signedIn: User | undefined,
): Promise<{ headers: Headers; organizationId: string }> {
  const invitation = await findInvitation(system.db, input.token)
  const { email, organizationId, roles } = invitation
  if (invitation.hasUser && signedIn?.email !== email) throw forbidden('sign_in_to_accept')
  if (!invitation.hasUser) passwordProblems('password', input).throwIfAny()
  return system.db.transaction().execute(async tx => {
    if (!(await closeInvitation(tx, invitation.id))) throw validation({ token: ['invitation_was_used'] })
    if (signedIn?.email === email) {
      await addMember(tx, organizationId, signedIn.id, roles)
      return { headers: new Headers(), organizationId }
    }
    const { headers, userId } = await createUser(auth, { ...input, email })
    await addMember(tx, organizationId, userId, roles)
    await tellOfSignUp({ ...system, db: tx }, userId, { ...input, email })
    return { headers, organizationId }
  })
}

/**
 * Creates an organization whose administrator the user is.
 *
 * @throws 403 `only_administrators_create_organizations` for a user who administers none; 422 when the name is blank
 */
export async function createOwnOrganization(
  system: System,
  user: User,
  input: { readonly name: string; readonly sandbox: boolean },
): Promise<string> {
  const administered = await system.db
    .selectFrom('memberships')
    .select('id')
    .where('user_id', '=', user.id)
    .where(sql<boolean>`'admin' = any(roles)`)
    .executeTakeFirst()
  if (administered === undefined) throw forbidden('only_administrators_create_organizations')
  return system.db.transaction().execute(async tx => {
    const { ctx } = await createOrganization({ ...system, db: tx }, input)
    await addMember(tx, ctx.org.id, user.id, ['admin'])
    return ctx.org.id
  })
}

/** The device that a user signs up with is no new one when they sign in. */
async function tellOfSignUp(system: System, userId: string, { email, caller }: SignUp): Promise<void> {
  await noteDevice(system.db, userId, caller)
  const type = 'user.signed_up'
  await tellOfUser(system, { userId, caller, type, data: roles => ({ email: email.trim().toLowerCase(), roles }) })
}

async function createUser(auth: Auth, { name, email, password }: SignUp) {
  const address = email.trim().toLowerCase()
  const { headers, response } = await auth.api.signUpEmail({
    body: { name: name.trim() || (address.split('@')[0] ?? address), email: address, password },
    returnHeaders: true,
  })
  return { headers, userId: response.user.id }
}

function isOneAddress(text: string): boolean {
  return isEmailList(text.trim()) && !text.includes(',')
}
