import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { readPreciseAmount } from '../../events/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { Input, isRecord, Nullable, readObject, readRoot } from '../../platform/http/input.ts'
import { estimateFees } from './estimate-fees.ts'
import type { GivenEvent } from './given-event.ts'
import { batchEstimateInstantFees, estimateInstantFees } from './instant-fees.ts'

const EstimatedEvent = Input({
  transaction_id: Nullable(Type.String()),
  external_subscription_id: Nullable(Type.String()),
  code: Nullable(Type.String()),
  timestamp: Nullable(
    Type.Unknown({ description: 'Unix time in seconds. It is checked only: the estimate is for now.' }),
  ),
  precise_total_amount_cents: Nullable(Type.String()),
  properties: Nullable(Type.Record(Type.String(), Type.Unknown())),
})

/** The body of a single estimate. */
const body = Type.Object({ event: EstimatedEvent })

export function estimateRoutes(api: FastifyInstance): void {
  const config = { resource: 'event' }
  const tags = ['Events']
  const single = (path: string, summary: string, estimate: (ctx: Ctx, event: GivenEvent) => Promise<object[]>) =>
    api.post(path, { config, schema: { tags, summary, body } }, async request => {
      const event = givenEvent(readRoot(request.body, 'event', EstimatedEvent))
      return { fees: await estimate(request.ctx, event) }
    })

  single('/events/estimate_fees', 'Tell what an event would cost now', estimateFees)
  single('/events/estimate_instant_fees', 'Tell what an event costs by itself', estimateInstantFees)

  api.post(
    '/events/batch_estimate_instant_fees',
    {
      config,
      schema: {
        tags,
        summary: 'Tell what several events cost, each by itself',
        body: Type.Object({ events: Type.Array(EstimatedEvent) }),
      },
    },
    async request => {
      const sent = isRecord(request.body) && Array.isArray(request.body.events) ? request.body.events : []
      return { fees: await batchEstimateInstantFees(request.ctx, sent.map(givenInBatch)) }
    },
  )
}

/** The contract puts each event of a batch under `event`, which clients do not. */
function givenInBatch(item: unknown): GivenEvent {
  const nested = isRecord(item) && isRecord(item.event) ? item.event : item
  return givenEvent(readObject(EstimatedEvent, nested))
}

function givenEvent(input: Static<typeof EstimatedEvent>): GivenEvent {
  return {
    code: input.code ?? null,
    externalSubscriptionId: input.external_subscription_id ?? null,
    transactionId: input.transaction_id ?? null,
    timestamp: input.timestamp,
    properties: input.properties,
    preciseTotalAmountCents: readPreciseAmount(input.precise_total_amount_cents ?? null) ?? null,
  }
}
