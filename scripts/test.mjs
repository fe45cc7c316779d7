import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ensureInstalled } from './lib/install.mjs'
import { NODE, ROOT, requireNode } from './lib/project.mjs'

/*
 * Checks (format, lint, types), then tests. Arguments go to vitest; with arguments the checks are left out:
 *
 *   npm test -- packages/engine/test/money
 *
 * The last line is the total, as in "123 passed, 0 failed".
 */
requireNode()
await ensureInstalled()
const checked = process.argv.length > 2 || (await check())
const { code, passed, failed, skipped } = await test(process.argv.slice(2))
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
process.exit(checked ? code : code || 1)

/** Says nothing but that all is well, or everything that is not. */
async function check() {
  const { code, output } = await run('npm', ['run', '--silent', 'check'], ['ignore', 'pipe', 'pipe'])
  console.log(code === 0 ? 'Checks passed.' : `${output.trim()}\n\nThe checks failed (npm run check).`)
  return code === 0
}

async function test(args) {
  const directory = mkdtempSync(join(tmpdir(), 'weir-results-'))
  const file = join(directory, 'results.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  try {
    const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')
    const { code } = await run(NODE, [vitest, 'run', ...reporters, ...args], 'inherit')
    return { code, ...count(JSON.parse(readFileSync(file, 'utf8')), code) }
  } catch (error) {
    console.error(`The tests did not finish: ${error.message}`)
    return { code: 1, passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** A file that could not even be loaded, and an error outside of any test, count as one failure each. */
function count(results, code) {
  const broken = results.testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0)
  const failed = results.numFailedTests + broken.length
  return {
    passed: results.numPassedTests,
    failed: code === 0 ? failed : Math.max(failed, 1),
    skipped: results.numPendingTests + results.numTodoTests,
  }
}

/** Runs a program with the project's own tools first in its path. It gets the terminal's Ctrl-C itself. */
function run(file, args, stdio) {
  const path = `${join(ROOT, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: ROOT, stdio, env: { ...process.env, PATH: path } })
    const wait = () => {}
    const pass = () => child.kill('SIGTERM')
    process.on('SIGINT', wait)
    process.on('SIGTERM', pass)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', text => {
        output += text
      })
    }
    child.once('error', reject)
    child.once('close', code => {
      process.off('SIGINT', wait)
      process.off('SIGTERM', pass)
      resolve({ code: code ?? 1, output })
    })
  })
}
