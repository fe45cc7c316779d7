import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestApp, type TestApp } from '../support/app.ts'
import { type Receiver, startReceiver } from './receiver.ts'

let app: TestApp
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  app = await startTestApp()
})
afterAll(async () => {
  await app.stop()
  await receiver.stop()
})

test('the official client subscribes, and the server tells what happened with the object as the API shows it', async () => {
  const { data } = await app.client.webhookEndpoints.createWebhookEndpoint({
    webhook_endpoint: { webhook_url: receiver.url, signature_algo: 'hmac', event_types: ['customer.created'] },
  })
  expect(data.webhook_endpoint.webhook_url).toBe(receiver.url)
  const customer = await app.api.post('/customers', { customer: { external_id: 'ada', name: 'Ada & Sons' } })
  await app.settle()

  const messages = receiver.received.map(({ body }) => JSON.parse(body.toString()))
  expect(messages).toHaveLength(1)
  expect(messages[0]).toMatchObject({
    webhook_type: 'customer.created',
    object_type: 'customer',
    organization_id: app.organizationId,
    customer: { lago_id: customer.body.customer.lago_id, external_id: 'ada', name: 'Ada & Sons' },
  })
})

test('the official client reads the public key', async () => {
  const { data } = await app.client.webhooks.fetchJsonPublicKey()
  expect(Buffer.from(data.webhook?.public_key ?? '', 'base64').toString()).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
})
