import { withInstallation } from './database.ts'

const HELP = `weir migrate

Applies the migrations that the database does not have yet. weir start does the same.
`

/** `weir migrate`: brings the database up to date and says what was done. */
export async function migrateDatabase(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(HELP)
    return 0
  }
  return withInstallation(env, async ({ applied }) => {
    const done = applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`
    process.stdout.write(`${done}\n`)
    return 0
  })
}
