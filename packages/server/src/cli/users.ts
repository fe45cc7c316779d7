import { parseArgs } from 'node:util'
import { listUsers, resetPassword } from '../console/index.ts'
import { withInstallation } from './database.ts'

const HELP = `weir users list
weir users reset-password EMAIL

Users of the console. A new password is shown once; the user's sessions end.
`

function readArgs(args: string[]) {
  return parseArgs({ args, allowPositionals: true, options: { help: { type: 'boolean', default: false } } })
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
  const { values, positionals } = readArgs(args)
  const [email] = positionals
  if (values.help || email === undefined) {
    process.stdout.write(HELP)
    return values.help ? 0 : 1
  }
  return withInstallation(env, async ({ system }) => {
    const password = await resetPassword(system.db, email)
    if (password === undefined) {
      process.stderr.write(`weir: there is no user ${email}; weir users list shows them.\n`)
      return 1
    }
    process.stdout.write(`New password of ${email}, shown this once: ${password}\n`)
    return 0
  })
}
