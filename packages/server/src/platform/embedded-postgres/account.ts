import { execFileSync, spawnSync } from 'node:child_process'
import { constants, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError } from './errors.ts'

export interface User {
  readonly uid: number
  readonly gid: number
}

/**
 * How PostgreSQL's programs are started.
 *
 * - `self`: as the user who runs Weir.
 * - `user`: PostgreSQL refuses to run as root, so as another user.
 * - `setpriv`: the same where that user could not enter a directory on the way to the programs or the data, such as a
 *   checkout under /root: it keeps the one capability to pass by file permissions, and nothing else of root.
 */
export type Account =
  | { readonly kind: 'self' }
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'setpriv'; readonly user: User }

export interface Command {
  readonly file: string
  readonly args: string[]
  readonly options: { readonly uid?: number; readonly gid?: number }
}

const SYSTEM_USER = 'postgres'

/**
 * Who runs PostgreSQL with its data below `directory`. Only root has to choose: the owner of the data that is there
 * already, else the system user `postgres`, made when it is missing.
 */
export function chooseAccount(binaries: Binaries, directory: string, cluster: string): Account {
  if (process.getuid?.() !== 0) return { kind: 'self' }
  const user = ownerOf(cluster) ?? findOrCreateSystemUser()
  const entrances = [binaries.postgres, join(binaries.root, 'lib'), join(binaries.root, 'share'), directory]
  const closed = entrances.map(path => firstClosed(path, user)).find(path => path !== undefined)
  if (closed === undefined) return { kind: 'user', user }
  const account: Account = { kind: 'setpriv', user }
  if (works(account, binaries.postgres)) return account
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and the user it would run as cannot enter ${closed}. Open it (chmod a+rx), start Weir as an ordinary user, or set DATABASE_URL.`,
  )
}

/** The command line that runs `program` under an account. */
export function commandFor(account: Account, program: string, args: readonly string[]): Command {
  switch (account.kind) {
    case 'self':
      return { file: program, args: [...args], options: {} }
    case 'user':
      return { file: program, args: [...args], options: account.user }
    case 'setpriv':
      return { file: 'setpriv', args: [...setprivOptions(account.user), '--', program, ...args], options: {} }
  }
}

// The kernel answers access(2) for the real user, and would drop the capability for that one question if it treated a
// change of user in its usual way; PostgreSQL asks it about its own binary.
function setprivOptions(user: User): string[] {
  return [
    `--reuid=${user.uid}`,
    `--regid=${user.gid}`,
    '--clear-groups',
    '--securebits=+no_setuid_fixup',
    '--inh-caps=-all,+dac_override',
    '--ambient-caps=-all,+dac_override',
  ]
}

function works(account: Account, postgres: string): boolean {
  const { file, args, options } = commandFor(account, postgres, ['--version'])
  return spawnSync(file, args, { ...options, cwd: '/', stdio: 'ignore' }).status === 0
}

function ownerOf(path: string): User | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats === undefined || stats.uid === 0 ? undefined : { uid: stats.uid, gid: stats.gid }
}

/** The first directory on the way to `path`, or `path` itself, that the user may not read and enter. */
function firstClosed(path: string, user: User): string | undefined {
  const above = dirname(path)
  const closed = above === path ? undefined : firstClosed(above, user)
  if (closed !== undefined) return closed
  const { mode, uid, gid } = statSync(path)
  const bits = uid === user.uid ? mode >> 6 : gid === user.gid ? mode >> 3 : mode
  return (bits & constants.X_OK) === 0 ? path : undefined
}

function findOrCreateSystemUser(): User {
  const found = findSystemUser()
  if (found !== undefined) return found
  // The first pair is for most distributions, the second for Alpine's busybox.
  const attempts: [string, string[]][][] = [
    [
      ['groupadd', ['--system', SYSTEM_USER]],
      ['useradd', ['--system', '--gid', SYSTEM_USER, '--no-create-home', '--shell', '/usr/sbin/nologin', SYSTEM_USER]],
    ],
    [
      ['addgroup', ['-S', SYSTEM_USER]],
      ['adduser', ['-S', '-D', '-H', '-G', SYSTEM_USER, SYSTEM_USER]],
    ],
  ]
  for (const commands of attempts) {
    for (const [file, args] of commands) spawnSync(file, args, { stdio: 'ignore' })
    const created = findSystemUser()
    if (created !== undefined) return created
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and the user ${SYSTEM_USER} could not be created. Create it, start Weir as an ordinary user, or set DATABASE_URL.`,
  )
}

function findSystemUser(): User | undefined {
  try {
    const [uid, gid] = ['-u', '-g'].map(option =>
      Number(execFileSync('id', [option, SYSTEM_USER], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })),
    )
    return uid === undefined || gid === undefined ? undefined : { uid, gid }
  } catch {
    return undefined
  }
}
