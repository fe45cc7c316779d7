import { Type } from 'typebox'
import { Input, Nullable } from '../platform/http/input.ts'

export const WebhookEndpointInput = Input({
  webhook_url: Nullable(Type.String({ format: 'uri' })),
  signature_algo: Nullable(Type.String({ description: '`jwt` (default) or `hmac`' })),
  name: Nullable(Type.String()),
  // Read as it comes: what is not a list has an error code of its own.
  event_types: Type.Unknown({ description: 'A list of webhook types; null or `["*"]`: every type; empty: none' }),
})
export type WebhookEndpointInput = Type.Static<typeof WebhookEndpointInput>
