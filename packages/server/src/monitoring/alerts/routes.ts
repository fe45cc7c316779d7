import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { getWalletByCode } from '../../credits/index.ts'
import { getCustomerByExternalId } from '../../customers/index.ts'
import { isRecord, readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { getSelected, readSelection } from '../../subscriptions/index.ts'
import { createAlert, createAlerts, deleteAlert, deleteAllAlerts, getAlert, updateAlert } from './manage.ts'
import { AlertBatchInput, AlertInput, NewAlertInput } from './schema.ts'
import { presentAlert, presentAlerts } from './serialize.ts'
import { listAlerts } from './store.ts'
import { type AlertOwner, ownerOf, ownerOfWallet } from './types.ts'

type Query = Record<string, unknown>
interface Route {
  Params: { external_id?: string; external_customer_id?: string; wallet_code?: string; code?: string }
  Querystring: Query
}

/** Where alerts are found, and whose they are there. */
interface Place {
  readonly collection: string
  readonly of: 'subscription' | 'wallet'
  owner(request: FastifyRequest<Route>): Promise<AlertOwner>
}

const places: readonly Place[] = [
  {
    collection: '/subscriptions/:external_id/alerts',
    of: 'subscription',
    async owner({ ctx, params, query }) {
      const selection = readSelection(params.external_id ?? '', query)
      return ownerOf((await getSelected(ctx, selection)).subscription)
    },
  },
  {
    collection: '/customers/:external_customer_id/wallets/:wallet_code/alerts',
    of: 'wallet',
    async owner({ ctx, params }) {
      const customer = await getCustomerByExternalId(ctx, params.external_customer_id ?? '')
      return ownerOfWallet(await getWalletByCode(ctx, customer.id, params.wallet_code ?? ''))
    },
  },
]

/** Alerts of subscriptions and wallets. */
export function alertRoutes(api: FastifyInstance): void {
  for (const place of places) routesAt(api, place)
}

function routesAt(api: FastifyInstance, { collection, of, owner }: Place): void {
  const config = { resource: 'alert' }
  const tags = ['Alerts']
  const one = `${collection}/:code`

  api.get<Route>(collection, { config, schema: { tags, summary: `List the alerts of a ${of}` } }, async request => {
    const whose = await owner(request)
    const page = readPage(request.query)
    const { alerts, total } = await listAlerts(request.ctx, whose, page)
    return { alerts: await presentAlerts(request.ctx, alerts), meta: pageMeta(page, total) }
  })

  api.post<Route>(
    collection,
    {
      config,
      schema: { tags, summary: `Create an alert on a ${of}, or several at once`, body: AlertBatchInput },
    },
    async request => {
      const { ctx, body } = request
      const whose = await owner(request)
      const several = isRecord(body) && Array.isArray(body.alerts) ? body.alerts : []
      if (several.length > 0) {
        return { alerts: await presentAlerts(ctx, await createAlerts(ctx, whose, several)) }
      }
      const input = readRoot(body, 'alert', NewAlertInput)
      return { alert: await presentAlert(ctx, await createAlert(ctx, whose, input)) }
    },
  )

  api.get<Route>(one, { config, schema: { tags, summary: 'Read an alert' } }, async request => {
    const alert = await getAlert(request.ctx, await owner(request), request.params.code ?? '')
    return { alert: await presentAlert(request.ctx, alert) }
  })

  api.put<Route>(
    one,
    { config, schema: { tags, summary: 'Update an alert', body: Type.Object({ alert: AlertInput }) } },
    async request => {
      const { ctx, params } = request
      const whose = await owner(request)
      await getAlert(ctx, whose, params.code ?? '')
      const input = readRoot(request.body, 'alert', AlertInput)
      return { alert: await presentAlert(ctx, await updateAlert(ctx, whose, params.code ?? '', input)) }
    },
  )

  api.delete<Route>(one, { config, schema: { tags, summary: 'Delete an alert' } }, async request => {
    const alert = await deleteAlert(request.ctx, await owner(request), request.params.code ?? '')
    return { alert: await presentAlert(request.ctx, alert) }
  })

  api.delete<Route>(
    collection,
    { config, schema: { tags, summary: `Delete all alerts of a ${of}` } },
    async (request, reply) => {
      await deleteAllAlerts(request.ctx, await owner(request))
      return reply.status(200).send()
    },
  )
}
