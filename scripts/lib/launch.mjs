import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { NODE, ROOT } from './project.mjs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Runs a program on the project's Node in place of this process: same input and output, signals passed on, and this
 * process ends as the program ends.
 *
 * The channel between the two tells the program when this process is gone, however it went, and the other way round a
 * killed npm takes both with it: nothing is left running that nobody can stop.
 */
export function launch(args) {
  const child = spawn(NODE, args, { cwd: ROOT, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] })
  for (const signal of SIGNALS) {
    process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal))
  }
  if (process.env.npm_lifecycle_event !== undefined) endWithNpm()
  child.once('error', error => {
    console.error(`${NODE} could not be started: ${error.message}`)
    process.exit(1)
  })
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]))
}

/** Ends this process when the npm that runs it was killed, which passes no signal on. */
function endWithNpm() {
  const npm = lineToNpm()
  setInterval(() => {
    if (lineToNpm() !== npm) process.exit(1)
  }, 500).unref()
}

/** The processes from this one up to npm: npm itself, or a shell that npm started and npm. */
function lineToNpm() {
  const parent = process.ppid
  try {
    const stat = readFileSync(`/proc/${parent}/stat`, 'utf8')
    const [, name, grandparent] = /^\d+ \((.*)\) \S+ (\d+)/s.exec(stat) ?? []
    if (/^(ba|da|a)?sh$/.test(name)) return `${parent} ${grandparent}`
  } catch {
    // Not Linux, or the parent has just ended.
  }
  return `${parent}`
}
