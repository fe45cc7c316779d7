import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SigningKeyError } from '../../src/webhooks/index.ts'
import { loadPublicKey, warnOfLostSecret } from '../../src/webhooks/signing-key.ts'
import { startWebhookApp, type WebhookApp } from './webhook-app.ts'

let app: WebhookApp
beforeAll(async () => {
  app = await startWebhookApp({}, { worker: false })
})
afterAll(() => app.stop())

test('all processes of an installation share one key, also when they need it first at the same moment', async () => {
  const other = await startWebhookApp({}, { worker: false, sharing: app })
  const answers = await Promise.all(
    [app, other, app, other].map(process => process.api.get('/webhooks/json_public_key')),
  )
  const keys = new Set(answers.map(answer => answer.body.webhook.public_key))
  expect(keys.size).toBe(1)
  const plain = await other.api.get('/webhooks/public_key')
  expect(plain.headers.get('content-type')).toMatch(/^text\/plain/)
  expect(plain.body).toBe([...keys][0])
  await other.stop()
})

test('with another WEIR_SECRET the key cannot be read, and is kept', async () => {
  const { body: before } = await app.api.get('/webhooks/json_public_key')
  const stranger = await startWebhookApp({ WEIR_SECRET: 'quite another secret' }, { worker: false, sharing: app })
  expect((await stranger.api.get('/webhooks/json_public_key')).status).toBe(500)
  const reading = loadPublicKey(await stranger.ctx())
  await expect(reading).rejects.toThrow(SigningKeyError)
  await expect(reading).rejects.toThrow(/^WEIR_SECRET: it is not the secret that encrypted/)
  await stranger.stop()
  expect((await app.api.get('/webhooks/json_public_key')).body).toEqual(before)
})

test('a start with another WEIR_SECRET says so in the log', async () => {
  await app.api.get('/webhooks/json_public_key')
  const said: string[] = []
  const log = pino({}, { write: line => void said.push(JSON.parse(line).msg) })
  const ctx = { ...(await app.ctx()), log }
  await warnOfLostSecret(ctx)
  expect(said).toEqual([])
  await warnOfLostSecret({ ...ctx, config: { ...ctx.config, secret: 'quite another secret' } })
  expect(said).toEqual([expect.stringMatching(/^WEIR_SECRET: it is not the secret .*JWT signatures are not sent$/)])
})

test('the private key is not in the database in the clear', async () => {
  await app.api.get('/webhooks/json_public_key')
  const { db } = await app.ctx()
  const rows = await db.selectFrom('installation_keys').select('encrypted_value').execute()
  expect(rows).toHaveLength(1)
  expect(rows[0]?.encrypted_value.includes('PRIVATE KEY')).toBe(false)
})
