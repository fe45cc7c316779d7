import { existsSync } from 'node:fs'
import { pino } from 'pino'
import { consoleBuild } from '../../src/console/build.ts'
import { CHROMIUM } from './chromium.ts'

/** Builds the console before any file of tests: two that did it at once would take each other's pages away. */
export default async function setup(): Promise<void> {
  if (!existsSync(CHROMIUM)) return
  const build = consoleBuild(pino({ level: 'error' }))
  await build.run()
  if (build.outcome !== 'ready') throw new Error('the console could not be built')
}
