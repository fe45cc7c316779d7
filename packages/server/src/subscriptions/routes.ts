import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { notFound } from '../platform/errors.ts'
import { isRecord, readObject, readRoot } from '../platform/http/input.ts'
import { pageMeta, readPage } from '../platform/http/pagination.ts'
import { asList } from '../platform/http/query.ts'
import { listRules } from './activation/rules.ts'
import { createSubscription } from './create-subscription.ts'
import {
  listCustomerSubscriptions,
  listSubscriptions,
  readSubscriptionFilters,
  type SubscriptionFilters,
} from './list-subscriptions.ts'
import { subscriptionChargeRoutes } from './overrides/charge-routes.ts'
import { subscriptionFixedChargeRoutes } from './overrides/fixed-charge-routes.ts'
import { presentRelated, presentSubscription } from './present.ts'
import { NewSubscriptionInput, SelectionInput, SubscriptionInput } from './schema.ts'
import { serializeSubscription } from './serialize.ts'
import { findByExternalId, type SubscriptionRecord } from './store.ts'
import { terminateSubscription } from './terminate-subscription.ts'
import { updateSubscription } from './update-subscription.ts'

interface ByExternalId {
  Params: { external_id: string }
  Querystring: Record<string, unknown>
}

export function subscriptionRoutes(api: FastifyInstance): void {
  const config = { resource: 'subscription' }
  const tags = ['Subscriptions']

  subscriptionChargeRoutes(api)
  subscriptionFixedChargeRoutes(api)

  api.post(
    '/subscriptions',
    {
      config,
      schema: {
        tags,
        summary: 'Subscribe a customer to a plan',
        body: Type.Object({ subscription: NewSubscriptionInput }),
      },
    },
    async request => {
      const input = readRoot(request.body, 'subscription', NewSubscriptionInput)
      const authorization = isRecord(request.body) ? request.body.authorization : undefined
      const { id } = await createSubscription(request.ctx, input, authorization)
      return { subscription: await presentSubscription(request.ctx, id, 'shown') }
    },
  )

  api.get<ByExternalId>(
    '/subscriptions/:external_id',
    { config, schema: { tags, summary: 'Read a subscription' } },
    async request => {
      const { status = 'active' } = request.query
      const found = await findByExternalId(request.ctx, request.params.external_id, textOf(status))
      if (found === undefined) throw notFound('subscription')
      return { subscription: await presentSubscription(request.ctx, found.id, 'shown') }
    },
  )

  api.route<ByExternalId>({
    method: ['PUT', 'PATCH'],
    url: '/subscriptions/:external_id',
    config,
    schema: { tags, summary: 'Update a subscription', body: Type.Object({ subscription: SubscriptionInput }) },
    handler: async request => {
      const input = readRoot(request.body, 'subscription', SubscriptionInput)
      const { status } = readSelection(request)
      const { id } = await updateSubscription(request.ctx, request.params.external_id, status, input)
      return { subscription: await presentSubscription(request.ctx, id, 'updated') }
    },
  })

  api.delete<ByExternalId>(
    '/subscriptions/:external_id',
    { config, schema: { tags, summary: 'Terminate a subscription, or cancel one that has not started' } },
    async request => {
      const { id } = await terminateSubscription(request.ctx, request.params.external_id, readSelection(request))
      return { subscription: await presentSubscription(request.ctx, id, 'ended') }
    },
  )

  api.get<{ Querystring: Record<string, unknown> }>(
    '/subscriptions',
    { config, schema: { tags, summary: 'List subscriptions' } },
    request => answerList(request, filters => listSubscriptions(request.ctx, filters, readPage(request.query))),
  )

  api.get<{ Params: { external_customer_id: string }; Querystring: Record<string, unknown> }>(
    '/customers/:external_customer_id/subscriptions',
    { config, schema: { tags, summary: 'List the subscriptions of a customer' } },
    request =>
      answerList(request, filters =>
        listCustomerSubscriptions(request.ctx, request.params.external_customer_id, filters, readPage(request.query)),
      ),
  )
}

/** From the query string and the top level of the body, whichever has the key. */
function readSelection(request: FastifyRequest<ByExternalId>): SelectionInput {
  const body = isRecord(request.body) ? request.body : {}
  return readObject(SelectionInput, { ...body, ...request.query })
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : ''
}

async function answerList(
  request: FastifyRequest<{ Querystring: Record<string, unknown> }>,
  list: (filters: SubscriptionFilters) => Promise<{ records: SubscriptionRecord[]; total: number }>,
) {
  const { records, total } = await list(readSubscriptionFilters(request.query))
  const now = request.ctx.clock.now()
  const rules = await listRules(
    request.ctx,
    records.map(record => record.subscription.id),
  )
  const related = await presentRelated(request.ctx, records, asList(request.query.include))
  return {
    subscriptions: records.map(record => {
      const { id } = record.subscription
      return serializeSubscription(record, now, { activation_rules: rules.get(id), ...related.get(id) })
    }),
    meta: pageMeta(readPage(request.query), total),
  }
}
