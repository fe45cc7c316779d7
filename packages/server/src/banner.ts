import type { FirstKeys } from './first-start.ts'
import type { Config } from './platform/config.ts'

/** Where the commands look for the server. */
const DEFAULT_URL = 'http://localhost:3000'

export interface BannerOptions {
  readonly config: Config
  readonly version: string
  readonly url: string
  readonly keys: FirstKeys | undefined
}

/** What a person reads once the server is up: where it is, with which keys, and what to try first. */
export function banner({ config, version, url, keys }: BannerOptions): string {
  const where =
    config.databaseUrl === undefined ? `embedded PostgreSQL in ${config.dataDir}` : 'the PostgreSQL of DATABASE_URL'
  const lines = [
    '',
    `Weir ${version} is up (role: ${config.role}).`,
    '',
    ...(config.console && config.role !== 'worker' ? [`  Console     ${url}/`] : []),
    `  API         ${url}/api/v1`,
    `  Reference   ${url}/docs`,
    `  Data        ${where}`,
    ...(keys === undefined ? keptKeys() : firstKeys(url, keys)),
    '',
    'Ctrl-C stops it; all data is kept.',
    '',
  ]
  return `${lines.join('\n')}\n`
}

function keptKeys(): string[] {
  return [
    '',
    'Your organizations, keys and data of the last start are all there.',
    'A new API key: npm run weir -- keys create',
  ]
}

function firstKeys(url: string, keys: FirstKeys): string[] {
  return [
    '',
    'Two organizations were created. Their API keys are shown this once:',
    '',
    `  live        ${keys.live}`,
    `  sandbox     ${keys.sandbox}   (its clock is yours to move)`,
    '',
    'Try it:',
    '',
    `  curl ${url}/api/v1/organizations -H "Authorization: Bearer ${keys.sandbox}"`,
    '',
    'See it at work: a year of a fictional AI company, loaded into the sandbox in a minute or two. Here, or in the console:',
    '',
    `  npm run weir -- demo load${url === DEFAULT_URL ? '' : ` --url ${url}`}`,
  ]
}
