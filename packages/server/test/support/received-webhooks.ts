import { startReceiver } from '../webhooks/receiver.ts'
import type { Tenant } from './app.ts'

/**
 * The messages that an endpoint gets of what `work` and its background work cause, in order; those of documents, which
 * follow every invoice, only when they are asked for.
 */
export async function receivedWebhooks(
  tenant: Tenant,
  work: () => Promise<unknown>,
  { documents = false }: { documents?: boolean } = {},
  // biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
): Promise<any[]> {
  const receiver = await startReceiver()
  const { status, body } = await tenant.api.post('/webhook_endpoints', {
    // A JWT repeats the whole message in a header, which the receiver does not take of a long one.
    webhook_endpoint: { webhook_url: receiver.url, signature_algo: 'hmac' },
  })
  if (status !== 200) throw new Error(JSON.stringify(body))
  try {
    await work()
    await tenant.settle()
  } finally {
    await tenant.api.delete(`/webhook_endpoints/${body.webhook_endpoint.lago_id}`)
    await receiver.stop()
  }
  const messages = receiver.received.map(message => JSON.parse(message.body.toString()))
  return messages.filter(message => documents || !message.webhook_type.endsWith('.generated'))
}
