import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { type Account, commandFor } from './account.ts'
import type { Binaries } from './binaries.ts'
import { ENVIRONMENT } from './cluster.ts'
import { EmbeddedPostgresError, lastComplaint } from './errors.ts'

export type Settings = Readonly<Record<string, string>>

export interface Postmaster {
  /** Fulfilled with the server's last complaint when the process has ended. */
  readonly exited: Promise<string>
  signal(signal: 'SIGINT' | 'SIGQUIT'): void
}

export interface PostmasterOptions {
  readonly binaries: Binaries
  readonly account: Account
  readonly cluster: string
  readonly settings: Settings
  readonly log: Logger
}

const COMPLAINTS_KEPT = 20

/** Starts the PostgreSQL server process; it is not ready yet when this returns. */
export function spawnPostmaster(options: PostmasterOptions): Postmaster {
  const settings = Object.entries(options.settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = commandFor(options.account, options.binaries.postgres, ['-D', options.cluster, ...settings])
  const child = spawn(command.file, command.args, {
    ...command.options,
    cwd: '/',
    env: ENVIRONMENT,
    stdio: ['ignore', 'ignore', 'pipe'],
    // A process group of its own: Ctrl-C in the terminal reaches Weir, which stops the database after its own work.
    detached: true,
  })
  const complaints: string[] = []
  createInterface({ input: child.stderr }).on('line', line => {
    logLine(options.log, line)
    complaints.push(line)
    if (complaints.length > COMPLAINTS_KEPT) complaints.shift()
  })
  const stopWithUs = () => child.kill('SIGINT')
  process.once('exit', stopWithUs)
  const exited = endOf(child).then(reason => {
    process.off('exit', stopWithUs)
    return reason ?? lastComplaint(complaints.join('\n'))
  })
  return { exited, signal: signal => child.kill(signal) }
}

/** Answers when the process has ended, with the reason when it could not even be started. */
async function endOf(child: ChildProcess): Promise<string | undefined> {
  const closed = new Promise<void>(resolve => child.once('close', () => resolve()))
  const reason = await new Promise<string | undefined>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('exit', () => resolve(undefined))
  })
  // Its last words may still be under way; its own children may hold the pipe open for longer than we want to wait.
  await Promise.race([closed, delay(200, undefined, { ref: false })])
  return reason
}

/** What goes wrong for one client is told to that client; what concerns the server as a whole is worth a warning. */
function logLine(log: Logger, line: string): void {
  if (/^(PANIC|WARNING):/.test(line) || line.includes('was terminated by signal')) log.warn(`postgres: ${line}`)
  else log.debug(`postgres: ${line}`)
}

const FAST_SHUTDOWN_MS = 60_000
const IMMEDIATE_SHUTDOWN_MS = 10_000

/**
 * Stops a PostgreSQL server that a killed Weir left running on the cluster, and clears the traces of one that is gone
 * where PostgreSQL itself would misread them. Only the holder of the data directory's lock may call this.
 */
export async function stopOrphan(cluster: string, log: Logger): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid')
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10)
  if (Number.isNaN(pid)) return
  if (!isPostmaster(pid, cluster)) {
    // The number may belong to another process by now, which PostgreSQL would take for a running server.
    await rm(pidFile, { force: true })
    return
  }
  log.warn({ pid }, 'stopping the database server that an earlier Weir left running')
  if (await stopped(pid, cluster, 'SIGINT', FAST_SHUTDOWN_MS)) return
  if (await stopped(pid, cluster, 'SIGQUIT', IMMEDIATE_SHUTDOWN_MS)) return
  throw new EmbeddedPostgresError(
    `A PostgreSQL server (process ${pid}) still runs on ${cluster}. Stop it, then try again.`,
  )
}

async function stopped(pid: number, cluster: string, signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  try {
    process.kill(pid, signal)
  } catch {
    return !isPostmaster(pid, cluster)
  }
  const deadline = performance.now() + patienceMs
  while (isPostmaster(pid, cluster)) {
    if (performance.now() > deadline) return false
    await delay(20)
  }
  return true
}

/** True when the process is alive and is the PostgreSQL server of this cluster. */
function isPostmaster(pid: number, cluster: string): boolean {
  return commandLine(pid).includes(` -D ${cluster} `)
}

/** The arguments of a process; empty when there is no such process, or it has ended and nobody asked how. */
function commandLine(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    return execFileSync('ps', ['-p', String(pid), '-o', 'command='], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return ''
  }
}
