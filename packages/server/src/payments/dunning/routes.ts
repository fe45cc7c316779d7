import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { getBillingEntityByCode } from '../../accounts/index.ts'
import { getCustomerByExternalId, lockCustomer } from '../../customers/index.ts'
import { type Ctx, transaction } from '../../platform/context.ts'
import { type CodeParams, codeOf, routeByCode } from '../../platform/http/codes.ts'
import { Input, isBlank, Nullable, readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { applyToBillingEntity, applyToCustomer } from './apply.ts'
import { CampaignInput, createCampaign, deleteCampaign, updateCampaign } from './campaigns.ts'
import { presentCampaigns } from './serialize.ts'
import { type DunningCampaign, getCampaignByCode } from './store.ts'

const ROOT = 'dunning_campaign'
// API keys know no permission of this name. Who may ask for overdue invoices may say how it is done by itself.
const config = { resource: 'payment_request' }
const tags = ['Dunning campaigns']

const DunningInput = Input({ campaign_code: Nullable(Type.String()), excluded: Nullable(Type.Boolean()) })

/** Campaigns are ours to manage here: elsewhere they are made on the screen only. */
export function dunningRoutes(api: FastifyInstance): void {
  const body = Type.Object({ dunning_campaign: CampaignInput })

  api.post('/dunning_campaigns', { config, schema: { tags, summary: 'Create a campaign', body } }, async request =>
    answer(request.ctx, await createCampaign(request.ctx, readRoot(request.body, ROOT, CampaignInput))),
  )

  api.get<{ Querystring: Record<string, unknown> }>(
    '/dunning_campaigns',
    { config, schema: { tags, summary: 'List campaigns' } },
    async ({ ctx, query }) => {
      const page = readPage(query)
      const filtered = ctx.db
        .selectFrom('dunning_campaigns')
        .where('organization_id', '=', ctx.org.id)
        .where('deleted_at', 'is', null)
      const campaigns = await filtered
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .limit(page.perPage)
        .offset(page.offset)
        .execute()
      const { count } = await filtered.select(eb => eb.fn.countAll<bigint>().as('count')).executeTakeFirstOrThrow()
      return { dunning_campaigns: await presentCampaigns(ctx, campaigns), meta: pageMeta(page, Number(count)) }
    },
  )

  routeByCode<{ Params: CodeParams }>(api, '/dunning_campaigns', {
    method: 'GET',
    config,
    schema: { tags, summary: 'Read a campaign' },
    handler: async ({ ctx, params }) => answer(ctx, await getCampaignByCode(ctx, codeOf(params))),
  })

  routeByCode<{ Params: CodeParams }>(api, '/dunning_campaigns', {
    method: 'PUT',
    config,
    schema: { tags, summary: 'Update a campaign', body },
    handler: async ({ ctx, params, body: given }) =>
      answer(ctx, await updateCampaign(ctx, codeOf(params), readRoot(given, ROOT, CampaignInput))),
  })

  routeByCode<{ Params: CodeParams }>(api, '/dunning_campaigns', {
    method: 'DELETE',
    config,
    schema: { tags, summary: 'Delete a campaign' },
    handler: async ({ ctx, params }) => answer(ctx, await deleteCampaign(ctx, codeOf(params))),
  })

  applicationRoutes(api)
}

/** Whose overdue invoices a campaign asks for. */
function applicationRoutes(api: FastifyInstance): void {
  const body = Type.Object({ dunning: DunningInput })

  api.put<{ Params: { external_customer_id: string } }>(
    '/customers/:external_customer_id/dunning',
    { config, schema: { tags, summary: 'Say how a customer is asked for overdue invoices', body } },
    async request => {
      const { campaign_code: code, excluded } = readRoot(request.body, 'dunning', DunningInput)
      const isExcluded = excluded === true && isBlank(code)
      await transaction(request.ctx, async tx => {
        const { id } = await getCustomerByExternalId(tx, request.params.external_customer_id)
        const campaignId = isBlank(code) ? null : (await getCampaignByCode(tx, code ?? '')).id
        await applyToCustomer(tx, await lockCustomer(tx, id), { campaignId, excluded: isExcluded })
      })
      return { dunning: { campaign_code: isBlank(code) ? null : code, excluded: isExcluded } }
    },
  )

  api.put<{ Params: { code: string } }>(
    '/billing_entities/:code/dunning',
    { config, schema: { tags, summary: 'Say how the customers of a billing entity are asked', body } },
    async request => {
      const { campaign_code: code } = readRoot(request.body, 'dunning', DunningInput)
      await transaction(request.ctx, async tx => {
        const entity = await getBillingEntityByCode(tx, request.params.code)
        await applyToBillingEntity(tx, entity.id, isBlank(code) ? null : (await getCampaignByCode(tx, code ?? '')).id)
      })
      return { dunning: { campaign_code: isBlank(code) ? null : code } }
    },
  )
}

async function answer(ctx: Ctx, campaign: DunningCampaign) {
  return { dunning_campaign: (await presentCampaigns(ctx, [campaign]))[0] }
}
