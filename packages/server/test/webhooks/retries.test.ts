import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { newId } from '../../src/platform/ids.ts'
import { createWebhooks } from '../../src/webhooks/create-webhooks.ts'
import { deliverWebhooks } from '../../src/webhooks/deliver-webhook.ts'
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

/** A sandbox organization at noon of March 1st, with an endpoint at a receiver that is down. */
async function sandboxAtNoon() {
  const [tenant, receiver] = [await app.newOrganization(), await receive()]
  const endpointId = await tenant.addEndpoint(receiver.url)
  await tenant.setClock('2026-03-01T12:00:00Z')
  receiver.answerWith({ status: 500, body: 'down for maintenance' })
  return { tenant, receiver, endpointId }
}

async function announceCustomer(tenant: Tenant): Promise<string> {
  const objectId = newId()
  app.objects.set(objectId, { name: 'Ada' })
  await tenant.announce({ type: 'customer.created', objectId })
  expect(await tenant.settle()).toEqual([])
  return objectId
}

async function jobsOf(tenant: Tenant) {
  const { db } = await tenant.ctx()
  const { rows } = await sql<{ task: string; run_at: Temporal.Instant }>`
    select task_identifier as task, run_at from graphile_worker.jobs
    where flags ? ${`organization:${tenant.organizationId}`}`.execute(db)
  return rows
}

test('a failed message is sent again, byte for byte and under the same id, until it is taken', async () => {
  const { tenant, receiver, endpointId } = await sandboxAtNoon()
  receiver.answerWith({ status: 500, body: 'down for maintenance' }, { status: 503 }, { status: 202 })
  const objectId = await announceCustomer(tenant)
  const [first] = await tenant.log(endpointId)
  expect(first).toMatchObject({
    status: 'retrying',
    retries: 1,
    http_status: 500,
    response: 'down for maintenance',
    next_attempt_at: '2026-03-01T12:00:03Z',
    last_retried_at: null,
  })

  // What happens to the object meanwhile does not change the message.
  app.objects.set(objectId, { name: 'Renamed' })
  expect(await tenant.advanceTo('2026-03-01T12:01:00Z')).toMatchObject({ failed: [], webhooks_sent: 0 })
  const [second] = await tenant.log(endpointId)
  expect(second).toMatchObject({ retries: 2, http_status: 503, last_retried_at: '2026-03-01T12:01:00Z' })
  expect(second.next_attempt_at >= '2026-03-01T12:01:18Z' && second.next_attempt_at <= '2026-03-01T12:01:20Z').toBe(
    true,
  )

  await tenant.advanceTo('2026-03-01T18:00:00Z')
  const [third] = await tenant.log(endpointId)
  expect(third).toMatchObject({
    status: 'succeeded',
    retries: 2,
    http_status: 202,
    last_retried_at: '2026-03-01T12:02:00Z',
    next_attempt_at: null,
  })
  expect(receiver.received).toHaveLength(3)
  expect(new Set(receiver.received.map(({ body }) => body.toString('hex'))).size).toBe(1)
  expect(new Set(receiver.received.map(({ headers }) => headers['x-lago-unique-key'])).size).toBe(1)
})

test('a message that failed three times is given up, until somebody asks for one more attempt', async () => {
  const { tenant, receiver, endpointId } = await sandboxAtNoon()
  await announceCustomer(tenant)
  await tenant.advanceTo('2026-03-02T12:00:00Z')
  const [webhook] = await tenant.log(endpointId)
  expect(webhook).toMatchObject({ status: 'failed', retries: 3, next_attempt_at: null })
  expect(receiver.received).toHaveLength(3)

  const retry = () => tenant.api.post(`/webhooks/${webhook.lago_id}/retry`)
  expect((await retry()).body.webhook.status).toBe('retrying')
  await tenant.settle()
  await tenant.advanceTo('2026-03-03T12:00:00Z')
  expect((await tenant.log(endpointId))[0]).toMatchObject({ status: 'failed', retries: 4 })
  expect(receiver.received).toHaveLength(4)

  receiver.answerWith({ status: 204 })
  await retry()
  await tenant.settle()
  expect((await tenant.log(endpointId))[0]).toMatchObject({ status: 'succeeded', retries: 4, http_status: 204 })
  const again = await retry()
  expect({ status: again.status, code: again.body.code }).toEqual({ status: 405, code: 'is_succeeded' })
  expect(receiver.received).toHaveLength(5)
})

test("a retry goes to the endpoint's present address", async () => {
  const { tenant, endpointId } = await sandboxAtNoon()
  await announceCustomer(tenant)
  const moved = await receive()
  await tenant.api.put(`/webhook_endpoints/${endpointId}`, { webhook_endpoint: { webhook_url: moved.url } })
  await tenant.advanceTo('2026-03-01T12:01:00Z')
  expect(moved.received).toHaveLength(1)
  expect((await tenant.log(endpointId))[0]).toMatchObject({ status: 'succeeded', endpoint: moved.url })
})

test('in real time a job waits for the retry; while a test clock is set none does', async () => {
  const { tenant: frozen } = await sandboxAtNoon()
  await announceCustomer(frozen)
  expect(await jobsOf(frozen)).toEqual([])

  const [tenant, receiver] = [await app.newOrganization(), await receive()]
  const endpointId = await tenant.addEndpoint(receiver.url)
  receiver.answerWith({ status: 500 })
  await announceCustomer(tenant)
  const { db } = await tenant.ctx()
  const row = await db
    .selectFrom('webhooks')
    .select(['next_attempt_at', 'updated_at', 'retries'])
    .where('webhook_endpoint_id', '=', endpointId)
    .executeTakeFirstOrThrow()
  expect(row.retries).toBe(1)
  const wait = row.next_attempt_at?.since(row.updated_at).total('seconds')
  expect(wait).toBeGreaterThanOrEqual(3)
  expect(wait).toBeLessThanOrEqual(3.15)
  expect((await jobsOf(tenant)).map(job => `${job.task} ${job.run_at}`)).toEqual([
    `deliver_webhook ${row.next_attempt_at}`,
  ])
})

test('a first attempt does not wait for a clock that was set back meanwhile', async () => {
  const idle = await startWebhookApp({}, { worker: false })
  const receiver = await receive()
  const endpointId = await idle.addEndpoint(receiver.url)
  await idle.setClock('2026-03-01T12:00:00Z')
  const objectId = newId()
  idle.objects.set(objectId, {})
  await createWebhooks(await idle.ctx(), printersOf(idle.objects), [
    { id: newId(), type: 'customer.created', objectId },
  ])
  await idle.setClock('2026-02-01T12:00:00Z')
  await deliverWebhooks(await idle.ctx(), endpointId)
  expect(receiver.received).toHaveLength(1)
  await idle.stop()
})

test('a message whose worker died after sending it is sent again, the same in every byte', async () => {
  const idle = await startWebhookApp({}, { worker: false })
  const receiver = await receive()
  const endpointId = await idle.addEndpoint(receiver.url, { signature_algo: 'hmac' })
  await idle.setClock('2026-03-01T12:00:00Z')
  const objectId = newId()
  idle.objects.set(objectId, { name: 'Ada' })
  const ctx = await idle.ctx()
  await createWebhooks(ctx, printersOf(idle.objects), [{ id: newId(), type: 'customer.created', objectId }])

  const dying = {
    now() {
      if (receiver.received.length > 0) throw new Error('killed')
      return ctx.clock.now()
    },
  }
  await expect(deliverWebhooks({ ...ctx, clock: dying }, endpointId)).rejects.toThrow('killed')
  expect((await idle.log(endpointId))[0]).toMatchObject({ status: 'pending', retries: 0 })

  await deliverWebhooks(ctx, endpointId)
  expect((await idle.log(endpointId))[0]).toMatchObject({ status: 'succeeded', retries: 0 })
  const [first, second] = receiver.received
  expect(second?.body).toEqual(first?.body)
  expect(second?.headers['x-lago-unique-key']).toBe(first?.headers['x-lago-unique-key'])
  expect(second?.headers['x-lago-signature']).toBe(first?.headers['x-lago-signature'])
  await idle.stop()
})
