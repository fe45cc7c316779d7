import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { constants, setPriority } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Logger } from 'pino'

const REPOSITORY = resolve(import.meta.dirname, '../../../..')
const WEB = join(REPOSITORY, 'packages/web')
const SOURCES = ['index.html', 'vite.config.ts', 'package.json', 'src', 'public'].map(name => join(WEB, name))
/** The price calculator runs the engine in the browser. */
const ENGINE = join(REPOSITORY, 'packages/engine/src')
/** Names what a built console was built from. */
const STAMP = 'sources.sha256'

export const BUILT_CONSOLE = join(WEB, 'dist')

export interface ConsoleBuild {
  /** Undefined while it is being built; then whether the console can be served, and why not. */
  readonly outcome: 'ready' | 'failed' | undefined
  /** Begins; resolves when the outcome is known. Further calls wait for the same build. */
  run(): Promise<void>
  stop(): void
}

/**
 * Builds the console in a process of its own, if it is not there or its sources have changed. It takes a few seconds, no
 * network, and only what other work leaves of the processor; the API is served meanwhile.
 */
export function consoleBuild(log: Logger): ConsoleBuild {
  const build: { outcome: ConsoleBuild['outcome']; stop: () => void } = { outcome: undefined, stop() {} }
  const ensureBuilt = async () => {
    const stamp = await hashSources()
    if (stamp === undefined || (await readStamp()) === stamp) return existsSync(join(BUILT_CONSOLE, 'index.html'))
    return compile(stamp, log, stop => {
      build.stop = stop
    })
  }
  const settle = async () => {
    try {
      build.outcome = (await ensureBuilt()) ? 'ready' : 'failed'
    } catch (error) {
      log.error({ reason: (error as Error).message }, 'the console could not be built')
      build.outcome = 'failed'
    }
  }
  let running: Promise<void> | undefined
  return {
    get outcome() {
      return build.outcome
    },
    run() {
      running ??= settle()
      return running
    },
    stop: () => build.stop(),
  }
}

/** Undefined where only the built console was installed. */
async function hashSources(): Promise<string | undefined> {
  if (!existsSync(join(WEB, 'vite.config.ts'))) return undefined
  const files = (await Promise.all([...SOURCES, ENGINE].map(listFiles))).flat().sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(file.slice(REPOSITORY.length)).update(await readFile(file))
  return hash.digest('hex')
}

async function listFiles(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { recursive: true, withFileTypes: true })
    return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  } catch {
    return existsSync(path) ? [path] : []
  }
}

async function readStamp(): Promise<string | undefined> {
  try {
    return await readFile(join(BUILT_CONSOLE, STAMP), 'utf8')
  } catch {
    return undefined
  }
}

/** Builds beside the console that is there and puts the new one in its place when it is whole. */
async function compile(stamp: string, log: Logger, onStart: (stop: () => void) => void): Promise<boolean> {
  const started = performance.now()
  const draft = join(WEB, `.dist-${process.pid}`)
  const vite = join(dirname(createRequire(join(WEB, 'package.json')).resolve('vite/package.json')), 'bin/vite.js')
  const args = [vite, 'build', '--logLevel', 'warn', '--outDir', draft, '--emptyOutDir']
  const child = spawn(process.execPath, args, {
    cwd: WEB,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  let isStopped = false
  onStart(() => {
    isStopped = true
    child.kill('SIGKILL')
  })
  if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', text => {
      output += text
    })
  }
  const code = await new Promise(resolve => {
    child.once('error', () => resolve(-1))
    child.once('close', resolve)
  })
  try {
    if (code !== 0) {
      const lastLines = output.trim().split('\n').slice(-20).join('\n')
      if (!isStopped) log.error({ output: lastLines }, 'the console could not be built')
      return existsSync(join(BUILT_CONSOLE, 'index.html'))
    }
    await writeFile(join(draft, STAMP), stamp)
    await mkdir(WEB, { recursive: true })
    await rm(BUILT_CONSOLE, { recursive: true, force: true })
    await rename(draft, BUILT_CONSOLE)
    log.info({ milliseconds: Math.round(performance.now() - started) }, 'the console was built')
    return true
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}
