import { readFileSync } from 'node:fs'
import { banner } from './banner.ts'
import { oldestSlug } from './first-start.ts'
import { readConfig } from './platform/config.ts'
import { createLogger } from './platform/logging.ts'
import { onShutdownRequest } from './platform/shutdown.ts'
import { StartupError } from './platform/startup-error.ts'
import { type RunningServer, startServer } from './server.ts'

/**
 * Starts Weir and keeps it running until a signal. The first Ctrl-C (or SIGTERM) finishes what is under way, the second
 * one stops at once. A start that cannot succeed says why in one line and exits with code 1.
 */
export async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  let server: RunningServer | undefined
  let stopping = false

  onShutdownRequest(async urgency => {
    if (urgency === 'at_once') {
      await server?.stopAtOnce()
      process.exit(130)
    }
    stopping = true
    process.stdout.write('\nStopping: finishing what is under way. Press Ctrl-C again to stop at once.\n')
    // Still starting: the start itself notices, and stops.
    if (server !== undefined) await stop(server)
  })

  try {
    const config = readConfig(env)
    server = await startServer({ config, version, log: createLogger(config.logLevel), onFailure: giveUp })
    const slug = (await oldestSlug(server.database.db)) ?? 'SLUG'
    process.stdout.write(banner({ config, version, url: server.url, keys: server.firstKeys, slug }))
    if (stopping) await stop(server)
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    if (stopping) endStart(error)
    giveUp(error)
  }
}

async function stop(server: RunningServer): Promise<never> {
  await server.stop()
  process.stdout.write('Stopped. All data is kept.\n')
  process.exit(0)
}

/** A start that was told to stop before it was done is no failure of Weir's. */
function endStart({ message }: Error): never {
  process.stderr.write(`${message}\n`)
  process.exit(130)
}

function giveUp(error: Error): never {
  process.stderr.write(`Weir cannot run: ${error.message}\n`)
  process.exit(1)
}

if (import.meta.main) await main(process.env)
