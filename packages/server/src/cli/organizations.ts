import { parseArgs } from 'node:util'
import { createOrganization } from '../accounts/index.ts'
import { isBlank } from '../platform/http/input.ts'
import { StartupError } from '../platform/startup-error.ts'
import { withInstallation } from './database.ts'
import { typed } from './typed.ts'

const HELP = `weir org create --name NAME [--sandbox] [--json]

Creates an organization with its API key, which is shown this once.

  --name NAME   what it is called
  --sandbox     its clock can be moved, and it never reaches the outside
  --json        print {"organization_id", "name", "sandbox", "api_key"} for scripts
`

/** `weir org create` */
export async function createOrg(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      name: { type: 'string' },
      sandbox: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const { name = '', sandbox, json } = values
  // Said before a database is opened for nothing.
  if (isBlank(name)) {
    throw new StartupError(`--name is missing: ${typed('org create --name "Acme Cloud"')}`)
  }
  return withInstallation(env, async ({ system }) => {
    const { ctx, apiKey } = await createOrganization(system, { name, sandbox })
    const result = { organization_id: ctx.org.id, name, sandbox, api_key: apiKey }
    process.stdout.write(
      json
        ? `${JSON.stringify(result)}\n`
        : `Created the ${sandbox ? 'sandbox ' : ''}organization "${name}" (${ctx.org.id}).\nIts API key, shown this once: ${apiKey}\n`,
    )
    return 0
  })
}
