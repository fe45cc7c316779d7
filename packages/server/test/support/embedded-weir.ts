import { pino } from 'pino'
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres/index.ts'
import { StartupError } from '../../src/platform/startup-error.ts'

/** A process that holds the embedded database of the directory in its first argument, and prints its connection string. */
try {
  const postgres = await startEmbeddedPostgres({
    dataDir: process.argv[2] ?? '',
    log: pino({ level: 'silent' }),
    onFailure(error) {
      throw error
    },
  })
  process.stdout.write(`${postgres.url}\n`)
} catch (error) {
  if (!(error instanceof StartupError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exit(1)
}
