import { resolve } from 'node:path'
import { StartupError } from './startup-error.ts'
import { isEmailList } from './validation/email.ts'

/** The environment holds a value that Weir cannot work with. */
export class ConfigError extends StartupError {}

export type Role = 'all' | 'api' | 'worker'
export type LogLevel = (typeof LOG_LEVELS)[number]

/** How this process is set up: read once at the start from the environment, never changed. */
export interface Config {
  /** PORT: where HTTP is served. 0 lets the system choose. */
  readonly port: number
  /**
   * HOST: the address HTTP is served on. By default only this machine can connect: whoever opens Weir to a network decides
   * so (the container image sets 0.0.0.0, where the container's own network is the fence).
   */
  readonly host: string
  /** WEIR_PUBLIC_URL: where users and payment providers reach Weir, without a slash at the end. */
  readonly publicUrl: string
  /** DATABASE_URL: undefined starts the embedded PostgreSQL in the data directory. */
  readonly databaseUrl: string | undefined
  /** WEIR_DATABASE_CONNECTIONS: the largest number of database connections of this process. */
  readonly databaseConnections: number
  /** WEIR_PREPARED_STATEMENTS: off for a pooler between Weir and the database that does not know them. */
  readonly preparedStatements: boolean
  /** WEIR_DATA_DIR as an absolute path: embedded database, files, generated secret. */
  readonly dataDir: string
  /** WEIR_ROLE: `api` serves requests, `worker` does the background work, `all` does both. */
  readonly role: Role
  /**
   * WEIR_SECRET: encrypts what is secret in the database. When undefined, one is generated and kept in the data directory;
   * processes that share a database without sharing the directory must be given the same one.
   */
  readonly secret: string | undefined
  readonly logLevel: LogLevel
  /** WEIR_WEBHOOK_PRIVATE_NETWORKS: whether webhooks may go to addresses of private networks. */
  readonly webhookPrivateNetworks: boolean
  /** WEIR_LIVE_API_KEY: the key of the live organization that the first start creates. */
  readonly liveApiKey: string | undefined
  /** WEIR_SANDBOX_API_KEY: the same for the sandbox organization. */
  readonly sandboxApiKey: string | undefined
  /** WEIR_VIES_URL: where VAT numbers of customers of live organizations are checked, without a slash at the end. */
  readonly viesUrl: string
  /** SMTP_URL: where mails of live organizations are handed in. When undefined, none are sent. */
  readonly smtpUrl: string | undefined
  /** WEIR_MAIL_SENDER: the address that mails come from; when undefined, that of the billing entity. */
  readonly mailSender: string | undefined
  /** WEIR_ADMIN_TOKEN: opens the administration endpoints; they do not exist without it. */
  readonly adminToken: string | undefined
  /** WEIR_CONSOLE: whether this process serves the pages of the console. */
  readonly console: boolean
  /** WEIR_EVENTS_BATCH_LIMIT: the most events that one request may carry. */
  readonly eventsBatchLimit: number
  /** WEIR_BODY_LIMIT_BYTES: the largest request body. */
  readonly bodyLimitBytes: number
  /** WEIR_WORKER_CONCURRENCY: how many jobs this process works on at once. */
  readonly workerConcurrency: number
  /** WEIR_RATE_LIMITS: whether organizations have budgets of requests a second. */
  readonly rateLimits: boolean
  /** WEIR_DOCUMENTS: whether documents are printed as soon as they are issued, or when they are first asked for. */
  readonly documents: 'when_issued' | 'on_demand'
  /** WEIR_TERMINATION_ALERT_DAYS: how many days ahead it is told that a subscription will end; at least one. */
  readonly terminationAlertDays: readonly number[]
}

interface SecretKind {
  readonly pattern: RegExp
  readonly limits: string
}

const ANYTHING: SecretKind = { pattern: /^/, limits: '' }
/** What fits into an HTTP header as one word. */
const TOKEN: SecretKind = { pattern: /^[\x21-\x7e]+$/, limits: ': letters, digits and punctuation, no spaces' }

export type Environment = Readonly<Record<string, string | undefined>>

const REPOSITORY = resolve(import.meta.dirname, '../../../..')
/** The data directory when WEIR_DATA_DIR is not set. */
export const DEFAULT_DATA_DIR = resolve(REPOSITORY, 'data')
const VIES_URL = 'https://ec.europa.eu/taxation_customs/vies/rest-api'
const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

/**
 * Reads the configuration. An empty variable counts as unset; WEIR_DATA_DIR is relative to the repository's root.
 *
 * Throws one {@link ConfigError} that lists every variable with an invalid value, the value (unless it is a secret), and
 * what is allowed.
 */
export function readConfig(env: Environment): Config {
  const read = new Reader(env)
  const port = read.integer('PORT', 3000, 0, 65_535)
  const config: Config = {
    port,
    host: read.text('HOST') ?? '127.0.0.1',
    publicUrl: read.url('WEIR_PUBLIC_URL', ['http:', 'https:'])?.replace(/\/+$/, '') ?? `http://localhost:${port}`,
    databaseUrl: read.secretUrl('DATABASE_URL', ['postgres:', 'postgresql:']),
    databaseConnections: read.integer('WEIR_DATABASE_CONNECTIONS', 20, 4, 1_000),
    preparedStatements: read.choice('WEIR_PREPARED_STATEMENTS', ['on', 'off'], 'on') === 'on',
    dataDir: resolve(REPOSITORY, read.text('WEIR_DATA_DIR') ?? DEFAULT_DATA_DIR),
    role: read.choice('WEIR_ROLE', ['all', 'api', 'worker'], 'all'),
    secret: read.secret('WEIR_SECRET', 16, ANYTHING),
    logLevel: read.choice('LOG_LEVEL', LOG_LEVELS, 'info'),
    webhookPrivateNetworks: read.choice('WEIR_WEBHOOK_PRIVATE_NETWORKS', ['deny', 'allow'], 'deny') === 'allow',
    viesUrl: read.url('WEIR_VIES_URL', ['http:', 'https:'])?.replace(/\/+$/, '') ?? VIES_URL,
    smtpUrl: read.secretUrl('SMTP_URL', ['smtp:', 'smtps:']),
    mailSender: read.email('WEIR_MAIL_SENDER'),
    liveApiKey: read.secret('WEIR_LIVE_API_KEY', 8, TOKEN),
    sandboxApiKey: read.secret('WEIR_SANDBOX_API_KEY', 8, TOKEN),
    adminToken: read.secret('WEIR_ADMIN_TOKEN', 8, TOKEN),
    console: read.choice('WEIR_CONSOLE', ['on', 'off'], 'on') === 'on',
    eventsBatchLimit: read.integer('WEIR_EVENTS_BATCH_LIMIT', 100, 1, 10_000),
    bodyLimitBytes: read.integer('WEIR_BODY_LIMIT_BYTES', 10_485_760, 1_024, 1_073_741_824),
    workerConcurrency: read.integer('WEIR_WORKER_CONCURRENCY', 4, 1, 100),
    rateLimits: read.choice('WEIR_RATE_LIMITS', ['on', 'off'], 'off') === 'on',
    documents: read.choice('WEIR_DOCUMENTS', ['when_issued', 'on_demand'], 'when_issued'),
    terminationAlertDays: read.integers('WEIR_TERMINATION_ALERT_DAYS', [15, 45], 1, 3_650),
  }
  if (config.liveApiKey !== undefined && config.liveApiKey === config.sandboxApiKey) {
    read.refuse('WEIR_SANDBOX_API_KEY is the same key as WEIR_LIVE_API_KEY: give each organization its own.')
  }
  read.throwIfRefused()
  return config
}

/** Reads single variables and collects what is wrong with them, so that everything is told at once. */
class Reader {
  readonly #env: Environment
  readonly #refusals: string[] = []

  constructor(env: Environment) {
    this.#env = env
  }

  refuse(message: string): void {
    this.#refusals.push(message)
  }

  throwIfRefused(): void {
    if (this.#refusals.length > 0) throw new ConfigError(this.#refusals.join('\n'))
  }

  text(name: string): string | undefined {
    const value = this.#env[name]?.trim()
    return value === '' ? undefined : value
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const value = this.text(name)
    if (value === undefined) return fallback
    const number = Number(value)
    if (/^\d+$/.test(value) && number >= least && number <= most) return number
    this.refuse(`${name} is "${value}": it must be a whole number from ${least} to ${most}.`)
    return fallback
  }

  /** Separated by commas. */
  integers(name: string, fallback: readonly number[], least: number, most: number): readonly number[] {
    const value = this.text(name)
    if (value === undefined) return fallback
    const numbers = value.split(',').map(part => (/^\s*\d+\s*$/.test(part) ? Number(part) : Number.NaN))
    if (numbers.every(number => number >= least && number <= most)) return numbers
    this.refuse(`${name} is "${value}": it must be whole numbers from ${least} to ${most}, separated by commas.`)
    return fallback
  }

  choice<const T extends string>(name: string, choices: readonly T[], fallback: NoInfer<T>): T {
    const value = this.text(name)
    if (value === undefined) return fallback
    const choice = choices.find(candidate => candidate === value)
    if (choice !== undefined) return choice
    this.refuse(`${name} is "${value}": it must be one of ${choices.join(', ')}.`)
    return fallback
  }

  url(name: string, protocols: readonly string[]): string | undefined {
    const value = this.text(name)
    if (value === undefined || hasProtocol(value, protocols)) return value
    this.refuse(`${name} is "${value}": it must be a URL that starts with ${prefixes(protocols)}.`)
    return undefined
  }

  email(name: string): string | undefined {
    const value = this.text(name)
    if (value === undefined || (isEmailList(value) && !value.includes(','))) return value
    this.refuse(`${name} is "${value}": it must be an e-mail address.`)
    return undefined
  }

  /** A URL that may carry a password, and is therefore not repeated. */
  secretUrl(name: string, protocols: readonly string[]): string | undefined {
    const value = this.text(name)
    if (value === undefined || hasProtocol(value, protocols)) return value
    this.refuse(`${name} must be a URL that starts with ${prefixes(protocols)}.`)
    return undefined
  }

  /** A secret is refused without being repeated. */
  secret(name: string, shortest: number, kind: SecretKind): string | undefined {
    const value = this.text(name)
    if (value === undefined || (value.length >= shortest && kind.pattern.test(value))) return value
    this.refuse(`${name} must have at least ${shortest} characters${kind.limits}.`)
    return undefined
  }
}

function hasProtocol(value: string, protocols: readonly string[]): boolean {
  const url = URL.parse(value)
  return url !== null && protocols.includes(url.protocol)
}

function prefixes(protocols: readonly string[]): string {
  return protocols.map(protocol => `${protocol}//`).join(' or ')
}
