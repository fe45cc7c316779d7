import { readFileSync } from 'node:fs'
import { StartupError } from '../platform/startup-error.ts'

/** A command of the CLI: gets the words after its name and answers with the exit code. */
type Command = (args: string[], env: NodeJS.ProcessEnv) => Promise<number>

/** Commands load what they need only when they are called: `weir help` answers at once. */
const commands: Readonly<Record<string, { summary: string; load: () => Promise<Command> }>> = {
  start: { summary: 'start the server', load: async () => (await import('./start.ts')).start },
  migrate: {
    summary: 'bring the database up to date',
    load: async () => (await import('./migrate.ts')).migrateDatabase,
  },
  'org create': { summary: 'create an organization', load: async () => (await import('./organizations.ts')).createOrg },
  'keys create': { summary: 'create an API key', load: async () => (await import('./keys.ts')).createKey },
  'keys list': {
    summary: 'list the API keys of an organization',
    load: async () => (await import('./keys.ts')).listKeys,
  },
  'keys revoke': { summary: 'end an API key', load: async () => (await import('./keys.ts')).revokeKey },
  'users list': { summary: 'list the users of the console', load: async () => (await import('./users.ts')).showUsers },
  'users reset-password': {
    summary: 'give a user of the console a new password',
    load: async () => (await import('./users.ts')).resetUserPassword,
  },
  'demo load': {
    summary: 'fill an empty sandbox with a year of an AI company',
    load: async () => (await import('./demo.ts')).loadDemoData,
  },
  'events import': {
    summary: 'send a CSV or NDJSON file of events',
    load: async () => (await import('./events-import.ts')).importEvents,
  },
}

function help(): string {
  const width = Math.max(...Object.keys(commands).map(name => name.length))
  const lines = Object.entries(commands).map(([name, { summary }]) => `  weir ${name.padEnd(width)}   ${summary}`)
  return ['Weir: metering and usage-based billing.', '', ...lines, '', 'weir <command> --help tells more.', ''].join(
    '\n',
  )
}

/** Runs the command that the words name; the longest name that fits wins. */
async function run(words: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [first, second] = words
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    process.stdout.write(help())
    return 0
  }
  if (first === '--version' || first === 'version') {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    process.stdout.write(`${version}\n`)
    return 0
  }
  const two = commands[`${first} ${second}`]
  const command = two ?? commands[first]
  if (command === undefined) {
    process.stderr.write(`weir: there is no command "${words.slice(0, 2).join(' ')}". weir help lists them.\n`)
    return 1
  }
  return (await command.load())(words.slice(two === undefined ? 1 : 2), env)
}

// A reader that has seen enough, as in `weir … | head`, ends the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

try {
  process.exitCode = await run(process.argv.slice(2), process.env)
} catch (error) {
  if (!(error instanceof StartupError)) throw error
  process.stderr.write(`weir: ${error.message}\n`)
  process.exitCode = 1
}
