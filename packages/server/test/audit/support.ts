import type { Tenant } from '../support/app.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests read what the wire gives
export type Wire = any

/** What a call answered with, which has to be a success. */
export async function done(answer: Promise<{ status: number; body: Wire }>): Promise<Wire> {
  const { status, body } = await answer
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(body)}`)
  return body
}

/** Reads what was logged since it was last asked, oldest first. */
export function newActivitiesOf({ api, settle }: Tenant): () => Promise<Wire[]> {
  const known = new Set<string>()
  return async () => {
    await settle()
    const { activity_logs: logs } = await done(api.get('/activity_logs'))
    const found = logs.filter((log: Wire) => !known.has(log.activity_id)).toReversed()
    for (const { activity_id: id } of found) known.add(id)
    return found
  }
}

/** An activity in a line: type, source, type of its resource, customer, subscription, and the keys that changed. */
export function inShort(log: Wire): string {
  const changed = Object.keys(log.activity_object_changes)
  const of = [log.external_customer_id, log.external_subscription_id].filter(id => id !== null)
  const changes = changed.length === 0 ? '' : ` (${changed.toSorted().join(', ')})`
  return [log.activity_type, log.activity_source, log.resource_type, ...of].join(' ') + changes
}
