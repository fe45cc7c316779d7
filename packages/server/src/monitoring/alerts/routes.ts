import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { isRecord, readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { getSelected, readSelection, type Subscription } from '../../subscriptions/index.ts'
import { createAlert, createAlerts, deleteAlert, deleteSubscriptionAlerts, getAlert, updateAlert } from './manage.ts'
import { AlertBatchInput, AlertInput, NewAlertInput } from './schema.ts'
import { presentAlert, presentAlerts } from './serialize.ts'
import { listSubscriptionAlerts } from './store.ts'

type Query = Record<string, unknown>
interface OfSubscription {
  Params: { external_id: string }
  Querystring: Query
}
interface OneAlert {
  Params: { external_id: string; code: string }
  Querystring: Query
}

/** Alerts of subscriptions. */
export function alertRoutes(api: FastifyInstance): void {
  const config = { resource: 'alert' }
  const tags = ['Alerts']
  const collection = '/subscriptions/:external_id/alerts'
  const one = `${collection}/:code`

  api.get<OfSubscription>(
    collection,
    { config, schema: { tags, summary: 'List the alerts of a subscription' } },
    async request => {
      const { external_id } = await subscriptionOf(request)
      const page = readPage(request.query)
      const { alerts, total } = await listSubscriptionAlerts(request.ctx, external_id, page)
      return { alerts: await presentAlerts(request.ctx, alerts), meta: pageMeta(page, total) }
    },
  )

  api.post<OfSubscription>(
    collection,
    {
      config,
      schema: { tags, summary: 'Create an alert on a subscription, or several at once', body: AlertBatchInput },
    },
    async request => {
      const { ctx, body } = request
      const subscription = await subscriptionOf(request)
      const several = isRecord(body) && Array.isArray(body.alerts) ? body.alerts : []
      if (several.length > 0) {
        return { alerts: await presentAlerts(ctx, await createAlerts(ctx, subscription, several)) }
      }
      const input = readRoot(body, 'alert', NewAlertInput)
      return { alert: await presentAlert(ctx, await createAlert(ctx, subscription, input)) }
    },
  )

  api.get<OneAlert>(one, { config, schema: { tags, summary: 'Read an alert' } }, async request => {
    const alert = await getAlert(request.ctx, await subscriptionOf(request), request.params.code)
    return { alert: await presentAlert(request.ctx, alert) }
  })

  api.put<OneAlert>(
    one,
    { config, schema: { tags, summary: 'Update an alert', body: Type.Object({ alert: AlertInput }) } },
    async request => {
      const { ctx, params } = request
      const subscription = await subscriptionOf(request)
      await getAlert(ctx, subscription, params.code)
      const input = readRoot(request.body, 'alert', AlertInput)
      return { alert: await presentAlert(ctx, await updateAlert(ctx, subscription, params.code, input)) }
    },
  )

  api.delete<OneAlert>(one, { config, schema: { tags, summary: 'Delete an alert' } }, async request => {
    const alert = await deleteAlert(request.ctx, await subscriptionOf(request), request.params.code)
    return { alert: await presentAlert(request.ctx, alert) }
  })

  api.delete<OfSubscription>(
    collection,
    { config, schema: { tags, summary: 'Delete all alerts of a subscription' } },
    async (request, reply) => {
      await deleteSubscriptionAlerts(request.ctx, await subscriptionOf(request))
      return reply.status(200).send()
    },
  )
}

async function subscriptionOf(request: FastifyRequest<OfSubscription | OneAlert>): Promise<Subscription> {
  const { ctx, params, query } = request
  return (await getSelected(ctx, readSelection(params.external_id, query))).subscription
}
