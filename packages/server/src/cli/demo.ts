import { parseArgs } from 'node:util'
import { createApiKey, revokeApiKey } from '../accounts/index.ts'
import { DemoError, type DemoProgress, type DemoSummary, httpApi, loadDemo } from '../demo/index.ts'
import { StartupError } from '../platform/startup-error.ts'
import { type Address, nobodyThere, readAddress } from './address.ts'
import { chooseOrganization, withInstallation } from './database.ts'
import { bar, count, duration } from './events-import-progress.ts'

const HELP = `weir demo load [--org ID|SLUG] [--url URL] [--api-key KEY]

Fills an empty sandbox of a running Weir with a year of a fictional AI company: prices of tokens by model,
forty customers who come, use, pay, change plans and leave, wallets, coupons, credit notes. Everything is
made through the public API on the sandbox's clock, which stands at 14 January 2026 afterwards. The figures
are the same each time. It takes a minute or two.

  --org ID|SLUG   the sandbox; may be left out when there is only one
  --url URL       default: WEIR_URL, or http://localhost:3000
  --api-key KEY   the sandbox's key, for a Weir elsewhere; default: WEIR_API_KEY, or a key that is made
                  for the time of the command
`

const KEY_NAME = 'Demo data'

/** `weir demo load` */
export async function loadDemoData(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const { values } = readArgs(args, env)
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const address = readAddress(values.url, env)
  await requireServer(address)
  const { url } = address
  if (values['api-key'] !== '') return load(url, values['api-key'])
  return withInstallation(env, async ({ system }) => {
    const ctx = await chooseOrganization(system, values.org ?? (await onlySandbox(system)))
    const key = await createApiKey(ctx, { name: KEY_NAME })
    try {
      return await load(url, key.value)
    } finally {
      await revokeApiKey(ctx, key.id)
    }
  })
}

function readArgs(args: string[], env: NodeJS.ProcessEnv) {
  return parseArgs({
    args,
    options: {
      org: { type: 'string' },
      url: { type: 'string' },
      'api-key': { type: 'string', default: env.WEIR_API_KEY ?? '' },
      help: { type: 'boolean', default: false },
    },
  })
}

async function requireServer(address: Address): Promise<void> {
  const isUp = await fetch(`${address.url}/health`).then(
    ({ ok }) => ok,
    () => false,
  )
  if (!isUp) throw nobodyThere(address)
}

/** Live organizations are never meant: their clock cannot be moved. */
async function onlySandbox(system: Parameters<typeof chooseOrganization>[0]): Promise<string | undefined> {
  const rows = await system.db.selectFrom('organizations').select('slug').where('sandbox', '=', true).execute()
  if (rows.length > 1) throw new StartupError(`say which sandbox: --org ${rows.map(({ slug }) => slug).join(' | ')}`)
  return rows[0]?.slug
}

async function load(url: string, apiKey: string): Promise<number> {
  const out = process.stderr
  try {
    const summary = await loadDemo(httpApi(url, apiKey), { onProgress: progress => show(out, progress) })
    if (out.isTTY) out.write('\r\x1b[K')
    process.stdout.write(told(url, summary))
    return 0
  } catch (error) {
    if (!(error instanceof DemoError)) throw error
    if (out.isTTY) out.write('\r\x1b[K')
    throw new StartupError(error.message)
  }
}

function show(out: NodeJS.WriteStream, { share, day, tells }: DemoProgress): void {
  out.write(out.isTTY ? `\r\x1b[K${bar(share)} ${day}  ${tells}` : `${day}  ${tells}\n`)
}

function told(url: string, summary: DemoSummary): string {
  const { customers, subscriptions, events, invoices, payments, credit_notes: notes, seconds } = summary
  return [
    `A year of Tideline AI, made in ${duration(seconds)}:`,
    `  ${count(customers)} customers with ${count(subscriptions)} subscriptions that run`,
    `  ${count(events)} events`,
    `  ${count(invoices)} invoices, ${count(payments)} payments, ${count(notes)} credit notes`,
    '',
    `Look around: ${url}/`,
    '',
  ].join('\n')
}
