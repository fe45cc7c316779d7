import { Type } from 'typebox'
import { Input, Nullable } from '../platform/http/input.ts'

/** Documents what an event may carry. Events are not read by it: {@link readEvent} is written out for speed. */
export const EventInput = Input({
  transaction_id: Type.String({ description: 'Makes the event count once, however often it is sent.' }),
  external_subscription_id: Nullable(Type.String()),
  code: Type.String({ description: 'The code of a billable metric.' }),
  timestamp: Nullable(
    Type.Union([Type.Integer(), Type.Number(), Type.String()], {
      description: 'Unix time in seconds, with a fraction if need be. The time of reception when absent.',
    }),
  ),
  precise_total_amount_cents: Nullable(Type.String({ description: 'The amount, for charges of the dynamic model.' })),
  properties: Nullable(Type.Record(Type.String(), Type.Unknown())),
})
