import type { FastifyInstance, FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { forbidden, missingParameter, notFound } from '../platform/errors.ts'
import { codeOf } from '../platform/http/codes.ts'
import { isRecord } from '../platform/http/input.ts'
import { pageOf, readPage, UNCOUNTED } from '../platform/http/pagination.ts'
import { createEvent, createEvents } from './create-events.ts'
import { readEventFilters } from './list-events.ts'
import { EventInput } from './schema.ts'
import { eventAnswer, eventsAnswer } from './serialize.ts'
import { sharedAppend } from './shared-append.ts'
import { eventStore } from './store.ts'

/** Events under `/events`. Their answers are put together as text, so that no digit of a property is lost. */
export function eventRoutes(api: FastifyInstance): void {
  const config = { resource: 'event' }
  const appendNew = sharedAppend('skip')
  const appendAll = sharedAppend('reject')

  api.post(
    '/events',
    { config, schema: { tags: ['Events'], summary: 'Send an event', body: Type.Object({ event: EventInput }) } },
    async (request, reply) => {
      const event = isRecord(request.body) ? request.body.event : undefined
      if (!isRecord(event) || Object.keys(event).length === 0) throw missingParameter('event')
      const store = eventStore(request.ctx)
      return sendJson(reply, eventAnswer(await createEvent(request.ctx, events => appendNew(store, events), event)))
    },
  )

  api.post(
    '/events/batch',
    {
      config,
      schema: {
        tags: ['Events'],
        summary: 'Send several events: all are stored, or none',
        body: Type.Object({ events: Type.Array(EventInput) }),
      },
    },
    async (request, reply) => {
      const input = isRecord(request.body) ? request.body.events : undefined
      const store = eventStore(request.ctx)
      return sendJson(reply, eventsAnswer(await createEvents(request.ctx, events => appendAll(store, events), input)))
    },
  )

  api.get<{ Querystring: Record<string, unknown> }>(
    '/events',
    { config, schema: { tags: ['Events'], summary: 'List events, latest first', description: UNCOUNTED } },
    async (request, reply) => {
      const page = readPage(request.query)
      const filters = await readEventFilters(request.ctx, request.query)
      const { events, totalCount } = await eventStore(request.ctx).list(filters, page)
      const { rows, meta } = pageOf(page, events, totalCount)
      return sendJson(reply, eventsAnswer(rows, meta))
    },
  )

  api.get<{ Params: { transaction_id: string } }>(
    '/events/:transaction_id',
    { config, schema: { tags: ['Events'], summary: 'Read an event by its transaction id' } },
    async (request, reply) => {
      const event = await eventStore(request.ctx).get(codeOf({ code: request.params.transaction_id }))
      if (event === undefined) throw notFound('event')
      return sendJson(reply, eventAnswer(event))
    },
  )

  // Known to clients of deployments that keep a second, enriched copy of every event; this one reads what was stored.
  api.get('/events_enriched', { config, schema: { hide: true } }, async () => {
    throw forbidden('endpoint_not_available')
  })
}

/** Sends text that is JSON already. */
function sendJson(reply: FastifyReply, json: string): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(json)
}
