import type { FastifyInstance } from 'fastify'
import { codeOf } from '../../platform/http/codes.ts'
import { readObject } from '../../platform/http/input.ts'
import {
  deletePlanEntitlement,
  deletePlanPrivilege,
  getPlanEntitlement,
  getPlanEntitlements,
  patchPlanEntitlements,
  replacePlanEntitlements,
} from './plan-entitlements.ts'
import { EntitlementsBody } from './read-entitlements.ts'
import { serializeEntitlement } from './serialize.ts'

const config = { resource: 'plan' }
const tags = ['Plan entitlements']

interface OfPlan {
  Params: { code: string }
}

interface OneFeature {
  Params: { code: string; feature_code: string }
}

interface OnePrivilege {
  Params: { code: string; feature_code: string; privilege_code: string }
}

/** What plans entitle to, under `/plans/:code/entitlements`. */
export function planEntitlementRoutes(api: FastifyInstance): void {
  const all = '/plans/:code/entitlements'

  api.get<OfPlan>(all, { config, schema: { tags, summary: 'List what a plan entitles to' } }, async request => {
    const entitlements = await getPlanEntitlements(request.ctx, codeOf(request.params))
    return { entitlements: entitlements.map(serializeEntitlement) }
  })

  api.post<OfPlan>(
    all,
    { config, schema: { tags, summary: 'Replace what a plan entitles to', body: EntitlementsBody } },
    async request => {
      const { entitlements: given } = readObject(EntitlementsBody, request.body)
      const entitlements = await replacePlanEntitlements(request.ctx, codeOf(request.params), given)
      return { entitlements: entitlements.map(serializeEntitlement) }
    },
  )

  api.patch<OfPlan>(
    all,
    { config, schema: { tags, summary: 'Add to what a plan entitles to', body: EntitlementsBody } },
    async request => {
      const { entitlements: given } = readObject(EntitlementsBody, request.body)
      const entitlements = await patchPlanEntitlements(request.ctx, codeOf(request.params), given)
      return { entitlements: entitlements.map(serializeEntitlement) }
    },
  )

  const one = '/plans/:code/entitlements/:feature_code'

  api.get<OneFeature>(
    one,
    { config, schema: { tags, summary: 'Read what a plan entitles to of a feature' } },
    async request => {
      const { feature_code: featureCode } = request.params
      const entitlement = await getPlanEntitlement(request.ctx, codeOf(request.params), featureCode)
      return { entitlement: serializeEntitlement(entitlement) }
    },
  )

  api.delete<OneFeature>(one, { config, schema: { tags, summary: 'Take a feature from a plan' } }, async request => {
    const { feature_code: featureCode } = request.params
    const entitlement = await deletePlanEntitlement(request.ctx, codeOf(request.params), featureCode)
    return { entitlement: serializeEntitlement(entitlement) }
  })

  api.delete<OnePrivilege>(
    `${one}/privileges/:privilege_code`,
    { config, schema: { tags, summary: 'Take a privilege from a plan' } },
    async request => {
      const { feature_code: featureCode, privilege_code: privilegeCode } = request.params
      const entitlement = await deletePlanPrivilege(request.ctx, codeOf(request.params), featureCode, privilegeCode)
      return { entitlement: serializeEntitlement(entitlement) }
    },
  )
}
