import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { type Ctx, transaction } from '../../platform/context.ts'
import { notFound, validation } from '../../platform/errors.ts'
import { Input, Nullable, readRoot } from '../../platform/http/input.ts'
import { getSelected, readSelection } from '../../subscriptions/index.ts'
import { presentLifetimeUsage } from './serialize.ts'
import { changeLifetimeUsage, claimLifetimeUsage, findLifetimeUsage, type LifetimeUsage } from './store.ts'

interface OfSubscription {
  Params: { external_id: string }
  Querystring: Record<string, unknown>
}

const LifetimeUsageInput = Input({ external_historical_usage_amount_cents: Nullable(Type.Integer()) })

/** What a subscription has used over its whole life. */
export function lifetimeUsageRoutes(api: FastifyInstance): void {
  const config = { resource: 'lifetime_usage' }
  const tags = ['Lifetime usage']
  const url = '/subscriptions/:external_id/lifetime_usage'

  api.get<OfSubscription>(
    url,
    { config, schema: { tags, summary: 'Read the lifetime usage of a subscription' } },
    async ({ ctx, params, query }) => ({
      lifetime_usage: await presentLifetimeUsage(ctx, await getLifetimeUsage(ctx, params.external_id, query)),
    }),
  )

  api.put<OfSubscription>(
    url,
    {
      config,
      schema: {
        tags,
        summary: 'Set what a subscription had used before it was known here',
        body: Type.Object({ lifetime_usage: LifetimeUsageInput }),
      },
    },
    async ({ ctx, params, query, body }) => {
      const usage = await getLifetimeUsage(ctx, params.external_id, query)
      const input = readRoot(body, 'lifetime_usage', LifetimeUsageInput)
      const changed = await setHistoricalUsage(ctx, usage, input.external_historical_usage_amount_cents)
      return { lifetime_usage: await presentLifetimeUsage(ctx, changed) }
    },
  )
}

/** @throws 404 `subscription_not_found`; 404 `lifetime_usage_not_found` where it was taken over, or never began */
async function getLifetimeUsage(ctx: Ctx, externalId: string, query: Record<string, unknown>): Promise<LifetimeUsage> {
  const { subscription } = await getSelected(ctx, readSelection(externalId, query))
  const usage =
    subscription.status === 'active'
      ? await transaction(ctx, tx => claimLifetimeUsage(tx, subscription))
      : await findLifetimeUsage(ctx, subscription.id)
  if (usage === undefined) throw notFound('lifetime_usage')
  return usage
}

/** What is not given stays. It counts from the next calculation on. */
async function setHistoricalUsage(ctx: Ctx, usage: LifetimeUsage, cents: number | null | undefined) {
  if (cents === undefined || cents === null) return usage
  if (!Number.isSafeInteger(cents) || cents < 0) {
    throw validation({ historical_usage_amount_cents: ['value_is_out_of_range'] })
  }
  return changeLifetimeUsage(ctx, usage.id, { historical_usage_amount_cents: BigInt(cents) })
}
