import { parseArgs } from 'node:util'
import { listUsers, resetPassword } from '../console/index.ts'
import { StartupError } from '../platform/startup-error.ts'
import { withInstallation } from './database.ts'
import { typed } from './typed.ts'

const HELP = `weir users list
weir users reset-password EMAIL

Users of the console. A new password is shown once; the user's sessions end.
`

function readArgs(args: string[], allowPositionals = false) {
  return parseArgs({ args, allowPositionals, options: { help: { type: 'boolean', default: false } } })
}

/** `weir users list` */
export async function showUsers(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (readArgs(args).values.help) {
    process.stdout.write(HELP)
    return 0
  }
  return withInstallation(env, async ({ system }) => {
    for (const { name, email, organizations } of await listUsers(system.db)) {
      process.stdout.write(
        `${email}  ${name}  ${organizations} ${organizations === 1 ? 'organization' : 'organizations'}\n`,
      )
    }
    return 0
  })
}

/** `weir users reset-password` */
export async function resetUserPassword(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values, positionals } = readArgs(args, true)
  const [email] = positionals
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  if (email === undefined) throw new StartupError(`whose? ${typed('users reset-password EMAIL')}`)
  return withInstallation(env, async ({ system }) => {
    const password = await resetPassword(system.db, email)
    if (password === undefined) {
      process.stderr.write(`weir: there is no user ${email}; ${typed('users list')} shows them.\n`)
      return 1
    }
    process.stdout.write(`New password of ${email}, shown this once: ${password}\n`)
    return 0
  })
}
