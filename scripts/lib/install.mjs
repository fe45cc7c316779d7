import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NODE, ROOT } from './project.mjs'

const LOCKFILE = join(ROOT, 'package-lock.json')
/** Written by npm at the end of an installation. */
const INSTALLED = join(ROOT, 'node_modules', '.package-lock.json')
/** Names the lockfile that our own installation was made from. */
const STAMP = join(ROOT, 'node_modules', '.weir-lockfile')

/** Installs the dependencies when they are missing or belong to another lockfile; ends the process when that fails. */
export async function ensureInstalled() {
  if (isInstalled()) return
  const started = Date.now()
  const progress = showProgress(started)
  const { code, output } = await npmCi()
  progress.end()
  if (code !== 0) {
    console.error(output.trim().split('\n').slice(-20).join('\n'))
    console.error(
      `\nThe dependencies could not be installed: npm ci ended with code ${code}. Its last lines are above.`,
    )
    process.exit(1)
  }
  writeFileSync(STAMP, lockfileHash())
  console.log(`Dependencies installed in ${seconds(started)} s.`)
}

function isInstalled() {
  if (!existsSync(NODE) || !existsSync(INSTALLED)) return false
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lockfileHash()) return true
  // Somebody ran npm themselves: their installation is good when it is not older than the lockfile.
  return statSync(INSTALLED).mtimeMs >= statSync(LOCKFILE).mtimeMs
}

function lockfileHash() {
  return createHash('sha256').update(readFileSync(LOCKFILE)).digest('hex')
}

function npmCi() {
  const npm = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm']
  const [file, ...args] = [...npm, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
  return new Promise(resolve => {
    const child = spawn(file, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', text => {
        output += text
      })
    }
    child.once('error', error => resolve({ code: error.code, output: `npm could not be started: ${error.message}` }))
    child.once('close', (code, signal) => resolve({ code: code ?? signal, output }))
  })
}

/** One line: it counts the seconds on a terminal, and is printed once elsewhere. */
function showProgress(started) {
  const line = 'Installing dependencies (npm ci)'
  if (!process.stdout.isTTY) {
    console.log(`${line} …`)
    return { end() {} }
  }
  const show = () => process.stdout.write(`\r${line} … ${seconds(started)} s`)
  show()
  const timer = setInterval(show, 1000)
  return {
    end() {
      clearInterval(timer)
      process.stdout.write('\r\x1b[2K')
    },
  }
}

function seconds(started) {
  return Math.round((Date.now() - started) / 1000)
}
