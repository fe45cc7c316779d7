import type { FirstKeys } from './first-start.ts'
import { type Config, DEFAULT_DATA_DIR } from './platform/config.ts'

/** Where the commands look for the server, and what `localhost` is called when one asks the server itself. */
const DEFAULT_URLS = ['http://localhost:3000', 'http://127.0.0.1:3000']

export interface BannerOptions {
  readonly config: Config
  readonly version: string
  readonly url: string
  /** Of the organizations that this start created. */
  readonly keys: FirstKeys | undefined
  /** The slug of an organization, for the commands that are to be typed. */
  readonly slug: string
}

/** What a person reads once the server is up: where it is, with which keys, and what to try first. */
export function banner(options: BannerOptions): string {
  const { config, version, url, keys } = options
  const where =
    config.databaseUrl === undefined ? `embedded PostgreSQL in ${config.dataDir}` : 'the PostgreSQL of DATABASE_URL'
  const lines = [
    '',
    `Weir ${version} is up (role: ${config.role}).`,
    '',
    ...addresses(config, url),
    `  Data        ${where}`,
    ...(keys === undefined ? keptKeys(options) : firstKeys(options, keys)),
    '',
    'Ctrl-C stops it; all data is kept.',
    '',
  ]
  return `${lines.join('\n')}\n`
}

/** A worker answers for its own health alone. */
function addresses(config: Config, url: string): string[] {
  if (config.role === 'worker') return [`  Health      ${url}/health`]
  return [
    ...(config.console ? [`  Console     ${url}/`] : []),
    `  API         ${url}/api/v1`,
    `  Reference   ${url}/docs`,
  ]
}

function keptKeys({ config, slug }: BannerOptions): string[] {
  return [
    '',
    'Your organizations, keys and data of the last start are all there.',
    `A new API key: ${command(config, `keys create --org ${slug}`)}`,
  ]
}

function firstKeys({ config, url }: BannerOptions, keys: FirstKeys): string[] {
  const created = [
    '',
    'Two organizations were created. Their API keys are shown this once:',
    '',
    `  live        ${keys.live}`,
    `  sandbox     ${keys.sandbox}   (its clock is yours to move)`,
  ]
  if (config.role === 'worker') return created
  const demo = DEFAULT_URLS.includes(url) ? 'demo load' : `demo load --url ${url}`
  return [
    ...created,
    '',
    'Try it:',
    '',
    `  curl ${url}/api/v1/organizations -H "Authorization: Bearer ${keys.sandbox}"`,
    '',
    'See it at work: a year of a fictional AI company, loaded into the sandbox in a minute or two. Here, or in the console:',
    '',
    `  ${command(config, demo)}`,
  ]
}

/** A command as it has to be typed to reach this installation. */
function command({ databaseUrl, dataDir }: Config, words: string): string {
  const isElsewhere = databaseUrl === undefined && dataDir !== DEFAULT_DATA_DIR
  return `${isElsewhere ? `WEIR_DATA_DIR=${quoted(dataDir)} ` : ''}npm run weir -- ${words}`
}

/** For a shell, where that is needed. */
function quoted(path: string): string {
  return /^[\w./:@%+,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`
}
