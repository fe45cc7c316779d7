import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../../src/platform/config.ts'

const REPOSITORY = resolve(import.meta.dirname, '../../../..')

function refusal(env: Record<string, string>): string {
  try {
    readConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  throw new Error('the environment was accepted')
}

describe('readConfig', () => {
  test('needs no variable at all', () => {
    expect(readConfig({})).toEqual({
      port: 3000,
      host: '127.0.0.1',
      preparedStatements: true,
      publicUrl: 'http://localhost:3000',
      databaseUrl: undefined,
      databaseConnections: 20,
      dataDir: resolve(REPOSITORY, 'data'),
      role: 'all',
      secret: undefined,
      logLevel: 'info',
      webhookPrivateNetworks: false,
      viesUrl: 'https://ec.europa.eu/taxation_customs/vies/rest-api',
      smtpUrl: undefined,
      mailSender: undefined,
      liveApiKey: undefined,
      sandboxApiKey: undefined,
      adminToken: undefined,
      console: true,
      eventsBatchLimit: 100,
      bodyLimitBytes: 10_485_760,
      workerConcurrency: 4,
      documents: 'when_issued',
      terminationAlertDays: [15, 45],
      rateLimits: false,
    })
  })

  test.each([
    ['WEIR_VIES_URL', 'http://vies.local/', { viesUrl: 'http://vies.local' }],
    ['SMTP_URL', 'smtps://u:p@mail:465', { smtpUrl: 'smtps://u:p@mail:465' }],
    ['WEIR_MAIL_SENDER', 'billing@weir.dev', { mailSender: 'billing@weir.dev' }],
    ['PORT', '8080', { port: 8080, publicUrl: 'http://localhost:8080' }],
    ['PORT', '0', { port: 0 }],
    ['HOST', '0.0.0.0', { host: '0.0.0.0' }],
    ['HOST', '::', { host: '::' }],
    ['WEIR_PUBLIC_URL', 'https://billing.example.com/', { publicUrl: 'https://billing.example.com' }],
    ['DATABASE_URL', 'postgres://u:p@db/weir', { databaseUrl: 'postgres://u:p@db/weir' }],
    ['DATABASE_URL', 'postgresql:///weir?host=/run', { databaseUrl: 'postgresql:///weir?host=/run' }],
    ['WEIR_DATABASE_CONNECTIONS', '50', { databaseConnections: 50 }],
    ['WEIR_PREPARED_STATEMENTS', 'off', { preparedStatements: false }],
    ['WEIR_DATA_DIR', '/var/lib/weir', { dataDir: '/var/lib/weir' }],
    ['WEIR_DATA_DIR', './elsewhere', { dataDir: resolve(REPOSITORY, 'elsewhere') }],
    ['WEIR_ROLE', 'worker', { role: 'worker' }],
    ['WEIR_SECRET', 'correct horse battery staple', { secret: 'correct horse battery staple' }],
    ['LOG_LEVEL', 'debug', { logLevel: 'debug' }],
    ['WEIR_CONSOLE', 'off', { console: false }],
    ['WEIR_WEBHOOK_PRIVATE_NETWORKS', 'allow', { webhookPrivateNetworks: true }],
    ['WEIR_LIVE_API_KEY', 'live-key-1', { liveApiKey: 'live-key-1' }],
    ['WEIR_SANDBOX_API_KEY', 'sandbox-key-1', { sandboxApiKey: 'sandbox-key-1' }],
    ['WEIR_ADMIN_TOKEN', 'admin-token', { adminToken: 'admin-token' }],
    ['WEIR_EVENTS_BATCH_LIMIT', '1000', { eventsBatchLimit: 1000 }],
    ['WEIR_BODY_LIMIT_BYTES', '1048576', { bodyLimitBytes: 1_048_576 }],
    ['WEIR_WORKER_CONCURRENCY', '8', { workerConcurrency: 8 }],
    ['WEIR_RATE_LIMITS', 'on', { rateLimits: true }],
    ['WEIR_DOCUMENTS', 'on_demand', { documents: 'on_demand' }],
    ['WEIR_TERMINATION_ALERT_DAYS', '7, 30,60', { terminationAlertDays: [7, 30, 60] }],
  ])('%s=%s', (name, value, expected) => {
    expect(readConfig({ [name]: value })).toMatchObject(expected)
  })

  test('an empty variable counts as unset, and spaces around a value do not count', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ', WEIR_ROLE: ' api ' })).toMatchObject({
      port: 3000,
      databaseUrl: undefined,
      role: 'api',
    })
  })

  test.each([
    ['PORT', 'http', 'PORT is "http": it must be a whole number from 0 to 65535.'],
    ['PORT', '65536', 'PORT is "65536": it must be a whole number from 0 to 65535.'],
    ['PORT', '80.5', 'PORT is "80.5": it must be a whole number from 0 to 65535.'],
    ['WEIR_ROLE', 'web', 'WEIR_ROLE is "web": it must be one of all, api, worker.'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL is "loud": it must be one of fatal, error, warn, info, debug, trace, silent.'],
    ['WEIR_WEBHOOK_PRIVATE_NETWORKS', 'yes', 'WEIR_WEBHOOK_PRIVATE_NETWORKS is "yes": it must be one of deny, allow.'],
    [
      'WEIR_PUBLIC_URL',
      'billing.example.com',
      'WEIR_PUBLIC_URL is "billing.example.com": it must be a URL that starts with http:// or https://.',
    ],
    ['WEIR_MAIL_SENDER', 'a@b.c, d@e.f', 'WEIR_MAIL_SENDER is "a@b.c, d@e.f": it must be an e-mail address.'],
    ['WEIR_EVENTS_BATCH_LIMIT', '0', 'WEIR_EVENTS_BATCH_LIMIT is "0": it must be a whole number from 1 to 10000.'],
    [
      'WEIR_TERMINATION_ALERT_DAYS',
      '7,',
      'WEIR_TERMINATION_ALERT_DAYS is "7,": it must be whole numbers from 1 to 3650, separated by commas.',
    ],
    ['WEIR_WORKER_CONCURRENCY', '-1', 'WEIR_WORKER_CONCURRENCY is "-1": it must be a whole number from 1 to 100.'],
  ])('%s=%s is refused', (name, value, message) => {
    expect(refusal({ [name]: value })).toBe(message)
  })

  test.each([
    ['DATABASE_URL', 'mysql://root:hunter2@db/weir'],
    ['SMTP_URL', 'https://root:hunter2@mail'],
    ['WEIR_SECRET', 'hunter2'],
    ['WEIR_LIVE_API_KEY', 'hunter2 with spaces'],
    ['WEIR_SANDBOX_API_KEY', 'hunter2'],
    ['WEIR_ADMIN_TOKEN', 'hunter2'],
  ])('a refused %s is not repeated', (name, value) => {
    const message = refusal({ [name]: value })
    expect(message).toContain(name)
    expect(message).not.toContain('hunter2')
  })

  test('tells everything that is wrong at once, a line each', () => {
    expect(refusal({ PORT: 'x', WEIR_ROLE: 'y' }).split('\n')).toEqual([
      expect.stringContaining('PORT'),
      expect.stringContaining('WEIR_ROLE'),
    ])
  })

  test('the two first organizations cannot share a key', () => {
    const message = refusal({ WEIR_LIVE_API_KEY: 'the-same-key', WEIR_SANDBOX_API_KEY: 'the-same-key' })
    expect(message).toContain('WEIR_SANDBOX_API_KEY')
    expect(message).not.toContain('the-same-key')
  })
})
