import { flushCompileCache } from 'node:module'
import { banner } from '../../src/banner.ts'
import { readConfig } from '../../src/platform/config.ts'
import { createLogger } from '../../src/platform/logging.ts'
import { startServer } from '../../src/server.ts'

/** A server that takes over the jobs of killed processes after two seconds, where others wait for most of a minute. */
const config = readConfig(process.env)
const server = await startServer({
  config,
  version: '0.0.0-test',
  log: createLogger(config.logLevel),
  heartbeat: { beatEveryMs: 200, deadAfterMs: 2_000 },
  onFailure(error) {
    throw error
  },
})
process.stdout.write(banner({ config, version: '0.0.0-test', url: server.url, keys: undefined, slug: 'acme' }))
// Those who are killed keep nothing of it for the next one.
flushCompileCache()
