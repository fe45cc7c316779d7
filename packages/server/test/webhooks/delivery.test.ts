import { createHmac } from 'node:crypto'
import { importSPKI, jwtVerify } from 'jose'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { emitAll } from '../../src/platform/domain-events.ts'
import { newId } from '../../src/platform/ids.ts'
import { clockTasks } from '../../src/webhooks/clock.ts'
import { createWebhooks } from '../../src/webhooks/create-webhooks.ts'
import { webhooksDomain } from '../../src/webhooks/index.ts'
import { type Receiver, startReceiver } from './receiver.ts'
import { printersOf, startWebhookApp, type Tenant, type WebhookApp } from './webhook-app.ts'

let app: WebhookApp
const receivers: Receiver[] = []
beforeAll(async () => {
  app = await startWebhookApp()
})
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.stop()
})
afterAll(() => app.stop())

async function receive(): Promise<Receiver> {
  const receiver = await startReceiver()
  receivers.push(receiver)
  return receiver
}

function newObject(object: Record<string, unknown>): string {
  const id = newId()
  app.objects.set(id, object)
  return id
}

const deliveryTask = clockTasks.find(task => task.name === 'deliver_webhooks')
const MARCH = '2026-03-01T12:00:00Z'

/** A sandbox organization whose time stands still, with an endpoint at a receiver of its own. */
async function sandbox(settings: Record<string, unknown> = {}) {
  const [tenant, receiver] = [await app.newOrganization(), await receive()]
  const endpointId = await tenant.addEndpoint(`${receiver.url}/hooks`, settings)
  await tenant.setClock(MARCH)
  return { tenant, receiver, endpointId }
}

async function announceCustomer(tenant: Tenant, object: Record<string, unknown> = { name: 'Ada' }): Promise<string> {
  const objectId = newObject(object)
  await tenant.announce({ type: 'customer.created', objectId })
  return objectId
}

test('an endpoint is told of what happened, in a message that its public key verifies', async () => {
  const { tenant, receiver, endpointId } = await sandbox()
  const objectId = await announceCustomer(tenant, { name: 'Müller & Søn <ApS>' })
  expect(await tenant.settle()).toEqual([])

  const [request] = receiver.received
  const body = request?.body.toString('utf8') ?? ''
  expect(body).toBe(
    `{"webhook_type":"customer.created","object_type":"customer","organization_id":"${tenant.organizationId}",` +
      '"customer":{"name":"Müller \\u0026 Søn \\u003cApS\\u003e"}}',
  )
  expect(request?.path).toBe('/hooks')
  expect(request?.headers['content-type']).toBe('application/json')
  expect(request?.headers['x-lago-signature-algorithm']).toBe('jwt')

  const { body: key } = await tenant.api.get('/webhooks/json_public_key')
  const publicKey = await importSPKI(Buffer.from(key.webhook.public_key, 'base64').toString(), 'RS256')
  const { payload } = await jwtVerify(String(request?.headers['x-lago-signature']), publicKey, {
    issuer: 'https://billing.example.com',
  })
  expect(payload.data).toBe(body)

  const [webhook] = await tenant.log(endpointId)
  expect(webhook).toMatchObject({
    lago_id: request?.headers['x-lago-unique-key'],
    status: 'succeeded',
    http_status: 200,
    retries: 0,
    webhook_type: 'customer.created',
    lago_object_id: objectId,
    payload: body,
    endpoint: `${receiver.url}/hooks`,
    last_retried_at: null,
    next_attempt_at: null,
  })
})

test('an endpoint may ask for HMAC signatures', async () => {
  const { tenant, receiver } = await sandbox({ signature_algo: 'hmac' })
  await announceCustomer(tenant)
  await tenant.settle()
  const [request] = receiver.received
  const { db } = await tenant.ctx()
  const { hmac_key } = await db
    .selectFrom('organizations')
    .select('hmac_key')
    .where('id', '=', tenant.organizationId)
    .executeTakeFirstOrThrow()
  expect(request?.headers['x-lago-signature-algorithm']).toBe('hmac')
  expect(request?.headers['x-lago-signature']).toBe(
    createHmac('sha256', hmac_key)
      .update(request?.body ?? '')
      .digest('base64'),
  )
})

test('each endpoint hears of the types it subscribed to, under an id of its own', async () => {
  const tenant = await app.newOrganization()
  const [everything, updates, nothing, refunds] = [await receive(), await receive(), await receive(), await receive()]
  await tenant.addEndpoint(everything.url)
  await tenant.addEndpoint(updates.url, { event_types: ['customer.updated'] })
  await tenant.addEndpoint(nothing.url, { event_types: [] })
  await tenant.addEndpoint(refunds.url, { event_types: ['credit_note.provider_refund_failure'] })
  const byItsOwnName = await receive()
  await tenant.addEndpoint(byItsOwnName.url, { event_types: ['credit_note.refund_failure'] })
  const objectId = newObject({ name: 'Ada' })
  await tenant.announce({ type: 'customer.created', objectId }, { type: 'customer.updated', objectId })
  await tenant.announce({ type: 'credit_note.refund_failure', objectId })
  expect(await tenant.settle()).toEqual([])

  const types = (receiver: Receiver) =>
    receiver.received.map(({ body }) => JSON.parse(body.toString()).webhook_type).sort()
  expect(types(everything)).toEqual(['credit_note.refund_failure', 'customer.created', 'customer.updated'])
  expect(types(updates)).toEqual(['customer.updated'])
  expect(types(nothing)).toEqual([])
  expect(types(refunds)).toEqual(['credit_note.refund_failure'])
  expect(types(byItsOwnName)).toEqual(['credit_note.refund_failure'])
  const ids = [everything, updates, refunds].flatMap(each => each.received.map(r => r.headers['x-lago-unique-key']))
  expect(new Set(ids).size).toBe(5)
})

test('many things told of at once make one job, and what nobody subscribed to makes none', async () => {
  const tenant = await app.newOrganization()
  const jobsFor = async (...types: string[]) => {
    const ctx = await tenant.ctx()
    return ctx.db.transaction().execute(async tx => {
      await emitAll(
        { ...ctx, db: tx },
        types.map(type => ({ type, objectId: newId() })),
      )
      const { rows } = await sql<{ count: number }>`
        select count(*)::int as count from graphile_worker.jobs
        where flags ? ${`organization:${tenant.organizationId}`}`.execute(tx)
      return rows[0]?.count
    })
  }
  expect(await jobsFor('customer.created')).toBe(0)
  await tenant.addEndpoint('https://example.com', { event_types: ['customer.updated'] })
  expect(await jobsFor('customer.created', 'something.internal')).toBe(0)
  expect(await jobsFor('customer.created', 'customer.updated', 'customer.updated')).toBe(1)
})

test('an organization never hears of what happens in another', async () => {
  const [mine, other] = [await sandbox(), await sandbox()]
  await announceCustomer(mine.tenant)
  await mine.tenant.settle()
  await other.tenant.settle()
  expect(mine.receiver.received).toHaveLength(1)
  expect(other.receiver.received).toHaveLength(0)
  const [webhook] = await mine.tenant.log(mine.endpointId)
  const retry = await other.tenant.api.post(`/webhooks/${webhook.lago_id}/retry`)
  expect({ status: retry.status, code: retry.body.code }).toEqual({ status: 404, code: 'webhook_not_found' })
})

test('nothing is told of an object that is gone', async () => {
  const { tenant, receiver } = await sandbox()
  await tenant.announce({ type: 'customer.created', objectId: newId() })
  expect(await tenant.settle()).toEqual([])
  expect(receiver.received).toEqual([])
})

test('an object that cannot be printed does not keep the others back, and its failure shows', async () => {
  const { tenant, receiver } = await sandbox()
  const [broken, fine] = [newObject({ unprintable: true }), newObject({ name: 'Grace' })]
  await tenant.announce({ type: 'customer.created', objectId: broken }, { type: 'customer.created', objectId: fine })
  const [failed] = await tenant.settle()
  expect(failed).toMatchObject({ task: 'create_webhooks', error: `${broken} cannot be printed` })
  expect(receiver.received.map(({ body }) => JSON.parse(body.toString()).customer)).toEqual([{ name: 'Grace' }])
})

test('making the messages of an event again stores nothing twice', async () => {
  const { tenant, receiver, endpointId } = await sandbox()
  const events = [{ id: newId(), type: 'customer.created', objectId: newObject({ name: 'Ada' }) }]
  for (let run = 0; run < 3; run += 1) await createWebhooks(await tenant.ctx(), printersOf(app.objects), events)
  await tenant.settle()
  expect(receiver.received).toHaveLength(1)
  expect(await tenant.log(endpointId)).toHaveLength(1)
})

test('many messages arrive once each, however many workers and ticks there are', async () => {
  const second = await startWebhookApp({}, { sharing: app })
  const { tenant, receiver, endpointId } = await sandbox()
  const happenings = Array.from({ length: 40 }, () => ({ type: 'customer.created', objectId: newObject({}) }))
  await tenant.announce(...happenings)
  for (let tick = 0; tick < 5; tick += 1) {
    await deliveryTask?.run({
      ...(await tenant.ctx()),
      now: Temporal.Instant.from(MARCH),
      organizationId: tenant.organizationId,
    })
  }
  expect(await tenant.settle()).toEqual([])
  const ids = receiver.received.map(({ headers }) => headers['x-lago-unique-key'])
  expect(ids).toHaveLength(40)
  expect(new Set(ids).size).toBe(40)
  expect(await tenant.log(endpointId)).toHaveLength(40)
  await second.stop()
})

test('simulations count the messages that were made and delivered since they began', async () => {
  const { tenant, receiver } = await sandbox()
  await announceCustomer(tenant)
  await tenant.settle()
  const begin = newId()
  const count = async () => webhooksDomain({}).counters?.webhooks_sent?.(await tenant.ctx(), begin)
  expect(await count()).toBe(0)
  await announceCustomer(tenant)
  await announceCustomer(tenant)
  await tenant.settle()
  receiver.answerWith({ status: 500 })
  await announceCustomer(tenant)
  await tenant.settle()
  expect(await count()).toBe(2)
})

test('private addresses are refused unless they are allowed, and the log says how to allow them', async () => {
  const careful = await startWebhookApp({ WEIR_WEBHOOK_PRIVATE_NETWORKS: 'deny' })
  const receiver = await receive()
  for (const url of [receiver.url, receiver.url.replace('127.0.0.1', 'localhost')]) {
    const endpointId = await careful.addEndpoint(url)
    const objectId = newId()
    careful.objects.set(objectId, {})
    await careful.announce({ type: 'customer.created', objectId })
    expect(await careful.settle()).toEqual([])
    const [webhook] = await careful.log(endpointId)
    expect(webhook).toMatchObject({ status: 'failed', http_status: null, next_attempt_at: null })
    expect(webhook.response).toMatch(/private network.*WEIR_WEBHOOK_PRIVATE_NETWORKS=allow/)
  }
  expect(receiver.received).toEqual([])
  await careful.stop()
})

test('deleting an endpoint deletes its log and what still waits for it', async () => {
  const { tenant, receiver, endpointId } = await sandbox()
  receiver.answerWith({ status: 500 })
  await announceCustomer(tenant)
  await tenant.settle()
  expect((await tenant.api.delete(`/webhook_endpoints/${endpointId}`)).status).toBe(200)
  const { db } = await tenant.ctx()
  const rows = await db
    .selectFrom('webhooks')
    .select('id')
    .where('organization_id', '=', tenant.organizationId)
    .execute()
  expect(rows).toEqual([])
  await tenant.advanceTo('2026-03-01T13:00:00Z')
  expect(receiver.received).toHaveLength(1)
})
