import { parseArgs } from 'node:util'
import { createApiKey, listApiKeys, revokeApiKey } from '../accounts/index.ts'
import { ApiError } from '../platform/errors.ts'
import { StartupError } from '../platform/startup-error.ts'
import { chooseOrganization, withInstallation } from './database.ts'
import { typed } from './typed.ts'

const HELP = `weir keys create [--org ID|SLUG] [--name NAME] [--json]
weir keys list   [--org ID|SLUG] [--json]
weir keys revoke [--org ID|SLUG] KEY_ID

API keys of an organization. --org may be left out when there is only one.
A key is shown when it is created and never again; the list shows its last characters.
`

function readArgs(args: string[], allowPositionals = false) {
  return parseArgs({
    args,
    allowPositionals,
    options: {
      org: { type: 'string' },
      name: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
}

function showHelp(): number {
  process.stdout.write(HELP)
  return 0
}

/** `weir keys create` */
export async function createKey(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = readArgs(args)
  if (values.help) return showHelp()
  return withInstallation(env, async ({ system }) => {
    const ctx = await chooseOrganization(system, values.org)
    const key = await createApiKey(ctx, { name: values.name ?? null })
    process.stdout.write(
      values.json
        ? `${JSON.stringify({ id: key.id, api_key: key.value })}\n`
        : `API key, shown this once: ${key.value}\n`,
    )
    return 0
  })
}

/** `weir keys list` */
export async function listKeys(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = readArgs(args)
  if (values.help) return showHelp()
  return withInstallation(env, async ({ system }) => {
    const keys = await listApiKeys(await chooseOrganization(system, values.org))
    if (values.json) {
      process.stdout.write(`${JSON.stringify(keys)}\n`)
      return 0
    }
    for (const key of keys) {
      const name = key.name === null ? '' : `  ${key.name}`
      process.stdout.write(
        `${key.id}  …${key.ending}  created ${key.createdAt.toString({ smallestUnit: 'second' })}${name}\n`,
      )
    }
    return 0
  })
}

/** `weir keys revoke` */
export async function revokeKey(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values, positionals } = readArgs(args, true)
  const [id] = positionals
  if (values.help) return showHelp()
  if (id === undefined) throw new StartupError(`which key? ${typed('keys revoke KEY_ID')}`)
  return withInstallation(env, async ({ system }) => {
    try {
      await revokeApiKey(await chooseOrganization(system, values.org), id)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      process.stderr.write(
        error.status === 404
          ? `weir: there is no key ${id}; ${typed('keys list')} shows them.\n`
          : 'weir: this is the last key that does not expire; create another one first.\n',
      )
      return 1
    }
    process.stdout.write(`Revoked ${id}.\n`)
    return 0
  })
}
