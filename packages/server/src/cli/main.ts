import { readFileSync } from 'node:fs'
import { StartupError } from '../platform/startup-error.ts'
import { refusalOf } from './refusals.ts'
import { typed } from './typed.ts'

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

/** The commands whose names begin with the word, or all of them; empty when there are none. */
function namesIn(group: string | undefined): string[] {
  return Object.keys(commands).filter(name => group === undefined || name === group || name.startsWith(`${group} `))
}

function help(names: readonly string[]): string {
  const width = Math.max(...names.map(name => name.length))
  const lines = names.map(name => `  weir ${name.padEnd(width)}   ${commands[name]?.summary ?? ''}`)
  const more = `${typed('<command> --help')} tells more.`
  return ['Weir: metering and usage-based billing.', '', ...lines, '', more, ''].join('\n')
}

/** The name of the command that the words begin with; the longest that fits wins. */
function nameOf([first, second]: readonly string[]): string | undefined {
  return [`${first} ${second}`, `${first}`].find(name => Object.hasOwn(commands, name))
}

/** Runs the command that the words name. */
async function run(words: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const [first, second] = words
  if (first === undefined || isHelp(first)) return runHelp(words.slice(1), env)
  if (first === '--version' || first === 'version') {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    process.stdout.write(`${version}\n`)
    return 0
  }
  const name = nameOf(words)
  const command = name === undefined ? undefined : commands[name]
  if (name !== undefined && command !== undefined) {
    return (await command.load())(words.slice(name.split(' ').length), env)
  }
  const group = namesIn(first)
  if (group.length > 0 && (second === undefined || isHelp(second))) {
    process.stdout.write(help(group))
    return second === undefined ? 1 : 0
  }
  const there = group.length > 0 ? `There are ${group.join(', ')}.` : `${typed('help')} lists them.`
  const asked = words.slice(0, 2).filter(word => !isHelp(word))
  throw new StartupError(`there is no command "${asked.join(' ')}". ${there}`)
}

function isHelp(word: string): boolean {
  return word === 'help' || word === '--help' || word === '-h'
}

/** `weir help`, `weir help keys`, `weir help keys list` */
async function runHelp(about: string[], env: NodeJS.ProcessEnv): Promise<number> {
  const named = about.filter(word => !isHelp(word))
  if (named.length > 0) return run([...named, '--help'], env)
  process.stdout.write(help(namesIn(undefined)))
  return 0
}

// A reader that has seen enough, as in `weir … | head`, ends the command.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
})

const words = process.argv.slice(2)
try {
  process.exitCode = await run(words, process.env)
} catch (error) {
  const refusal = refusalOf(error, nameOf(words))
  if (refusal === undefined) throw error
  process.stderr.write(`weir: ${refusal}\n`)
  process.exitCode = 1
}
