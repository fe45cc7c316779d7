import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startServer } from '../../bench/support/server.ts'
import { type DemoApi, httpApi, loadDemo } from '../../packages/server/src/demo/index.ts'
import { seriousViolations } from '../../packages/server/test/browser/chromium.ts'
import { type Look, openConsole, untilShown } from './browser.ts'
import { findSubjects, PAGES } from './pages.ts'

/*
 * Pictures of every page of the console, with the demo data, in both themes, wide and narrow, and what axe says to each:
 *
 *   npm run screenshots
 *   npm run screenshots -- --out /tmp/pictures --only invoice   pages whose names begin so
 *   npm run screenshots -- --look light-1280                    one of the four looks
 */
const LOOKS: readonly Look[] = (['light', 'dark'] as const).flatMap(theme =>
  [1280, 390].map(width => ({ theme, width })),
)
/** Nobody is there: its page shows what failed deliveries look like. */
const WEBHOOK_URL = 'https://hooks.tideline.example/weir'
const SANDBOX_KEY = 'the-key-of-the-pictures'
/** Who has something on every tab. */
const CUSTOMER = 'hollow'

/** An endpoint with a delivery, and a file. */
async function addWhatTheStoryLacks(api: DemoApi): Promise<void> {
  await api.call('POST', '/webhook_endpoints', {
    webhook_endpoint: { webhook_url: WEBHOOK_URL, signature_algo: 'hmac' },
  })
  await api.call('POST', '/customers', { customer: { external_id: CUSTOMER, name: 'Hollow Pine Games' } })
  await api.call('POST', '/data_exports', {
    data_export: { resource_type: 'invoices', format: 'csv', filters: { payment_overdue: true } },
  })
  await api.call('POST', '/test_clock/settle')
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: 'screenshots' },
      only: { type: 'string', default: '' },
      look: { type: 'string' },
    },
  })
  const out = resolve(values.out)
  const looks = LOOKS.filter(({ theme, width }) => values.look === undefined || values.look === `${theme}-${width}`)
  const pages = PAGES.filter(({ name }) => name.startsWith(values.only))
  await mkdir(out, { recursive: true })
  await using resources = new AsyncDisposableStack()
  const server = await startServer({
    env: { WEIR_CONSOLE: 'on', WEIR_SANDBOX_API_KEY: SANDBOX_KEY, WEIR_DOCUMENTS: 'on_demand' },
  })
  resources.defer(() => server.stop())
  const browser = await openConsole(server.url)
  resources.defer(() => browser.close())

  const api = httpApi(server.url, SANDBOX_KEY)
  const offer = await browser.newPage({ theme: 'light', width: 1280 })
  await offer.goto(browser.sandbox)
  await untilShown(offer)
  await offer.screenshot({ path: join(out, 'home-empty-light-1280.png'), fullPage: true })
  const { seconds } = await loadDemo(api, { onProgress: ({ day, tells }) => say(`${day}  ${tells}`) })
  say(`The demo data took ${Math.round(seconds)} s`)
  await addWhatTheStoryLacks(api)

  const subjects = await findSubjects(
    async (path, root) => (await api.call<Record<string, readonly Record<string, unknown>[]>>('GET', path))[root] ?? [],
    CUSTOMER,
  )
  const findings: { page: string; look: string; found: readonly string[] }[] = []
  for (const look of looks) {
    const page = await browser.newPage(look)
    const errors: string[] = []
    page.on('pageerror', error => errors.push(String(error)))
    for (const { name, path } of pages) {
      await page.goto(`${browser.sandbox}${path(subjects)}`)
      await untilShown(page).catch(() => errors.push('it did not load'))
      await page.screenshot({ path: join(out, `${name}-${look.theme}-${look.width}.png`), fullPage: true })
      const tooWide = await page.evaluate<number>(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )
      const found = [
        ...(await seriousViolations(page)),
        ...(tooWide > 0 ? [`it is ${tooWide} px too wide`] : []),
        ...errors.splice(0),
      ]
      if (found.length > 0) findings.push({ page: name, look: `${look.theme}, ${look.width} px`, found })
      say(`${name}, ${look.theme}, ${look.width} px${found.length > 0 ? `: ${found.length} findings` : ''}`)
    }
    await page.context().close()
  }
  await writeFile(join(out, 'findings.json'), `${JSON.stringify(findings, null, 2)}\n`)
  for (const { page, look, found } of findings) process.stdout.write(`${page} (${look}): ${found.join('; ')}\n`)
  process.stdout.write(
    `${pages.length} pages in ${looks.length} looks, in ${out}. With findings: ${findings.length}.\n`,
  )
  process.exitCode = findings.length > 0 ? 1 : 0
}

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

await main()
