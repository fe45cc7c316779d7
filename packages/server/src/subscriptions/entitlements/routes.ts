import type { FastifyInstance } from 'fastify'
import { EntitlementsBody } from '../../catalog/index.ts'
import { readObject } from '../../platform/http/input.ts'
import { readSelection } from '../overrides/selection.ts'
import {
  deleteEntitlement,
  deleteEntitlementPrivilege,
  getEntitlements,
  patchEntitlements,
} from './change-entitlements.ts'

const config = { resource: 'subscription' }
const tags = ['Subscription entitlements']

interface OfSubscription {
  Params: { external_id: string }
  Querystring: Record<string, unknown>
}

interface OneFeature extends OfSubscription {
  Params: { external_id: string; feature_code: string }
}

interface OnePrivilege extends OfSubscription {
  Params: { external_id: string; feature_code: string; privilege_code: string }
}

export function entitlementRoutes(api: FastifyInstance): void {
  const all = '/subscriptions/:external_id/entitlements'
  const one = `${all}/:feature_code`

  api.get<OfSubscription>(
    all,
    { config, schema: { tags, summary: 'List what a subscription is entitled to' } },
    async request => ({ entitlements: await getEntitlements(request.ctx, selectionOf(request)) }),
  )

  api.patch<OfSubscription>(
    all,
    { config, schema: { tags, summary: 'Change what a subscription is entitled to', body: EntitlementsBody } },
    async request => {
      const { entitlements: given } = readObject(EntitlementsBody, request.body)
      return { entitlements: await patchEntitlements(request.ctx, selectionOf(request), given) }
    },
  )

  api.delete<OneFeature>(
    one,
    { config, schema: { tags, summary: 'Take a feature from a subscription' } },
    async request => {
      const { feature_code: featureCode } = request.params
      return { entitlements: await deleteEntitlement(request.ctx, selectionOf(request), featureCode) }
    },
  )

  api.delete<OnePrivilege>(
    `${one}/privileges/:privilege_code`,
    { config, schema: { tags, summary: 'Take a privilege from a subscription' } },
    async request => {
      const { feature_code: featureCode, privilege_code: privilegeCode } = request.params
      const selection = selectionOf(request)
      return {
        entitlements: await deleteEntitlementPrivilege(request.ctx, selection, featureCode, privilegeCode),
      }
    },
  )
}

function selectionOf({ params, query }: { params: OfSubscription['Params']; query: OfSubscription['Querystring'] }) {
  return readSelection(params.external_id, query)
}
