import type { Ctx, Db } from '../../platform/context.ts'
import { differences } from '../../platform/differences.ts'
import type { DomainEvent, EventSubscriber } from '../../platform/domain-events.ts'
import { billingEntities } from '../activity-logs/price-book-subjects.ts'
import { loggedActor } from '../actor.ts'
import { deviceInfo } from './device.ts'

/** Events that are security events as they are told: their data is what the log says of them. */
const TOLD: ReadonlySet<string> = new Set([
  ...['api_key.created', 'api_key.updated', 'api_key.rotated', 'api_key.deleted'],
  'export.created',
  ...['integration.created', 'integration.updated', 'integration.deleted'],
  ...['role.created', 'role.updated', 'role.deleted'],
  ...['user.signed_up', 'user.invited', 'user.deleted', 'user.role_edited'],
  ...['user.password_reset_requested', 'user.password_edited', 'user.new_device_logged_in'],
  ...['webhook_endpoint.created', 'webhook_endpoint.updated', 'webhook_endpoint.deleted'],
])

/** Activities that are security events under another name. */
const OF_ENTITIES: Readonly<Record<string, string>> = {
  'billing_entities.created': 'billing_entity.created',
  'billing_entities.updated': 'billing_entity.updated',
}

interface SecurityEvent {
  readonly id: string
  readonly event: string
  readonly resources: Readonly<Record<string, unknown>>
  readonly at: Temporal.Instant
}

/**
 * Writes who changed the configuration, or who may do what, in the transaction of the change.
 *
 * @param committed sees how things were before
 */
export function securitySubscriber(committed: Db): EventSubscriber {
  return {
    async enqueue() {},
    async beforeCommit(tx, events) {
      const told = events
        .filter(({ type }) => TOLD.has(type))
        .map(({ id, type, data = {}, at }) => ({ id, event: type, resources: data, at }))
      const ofEntities = events.filter(({ type }) => OF_ENTITIES[type] !== undefined)
      await write(tx, [...told, ...(await entityEvents(tx, committed, ofEntities))])
    },
  }
}

async function entityEvents(tx: Ctx, committed: Db, events: readonly DomainEvent[]): Promise<SecurityEvent[]> {
  if (events.length === 0) return []
  const ids = [...new Set(events.map(({ objectId }) => objectId))]
  const after = await billingEntities(tx, ids)
  const before = await billingEntities({ ...tx, db: committed }, ids)
  return events.flatMap(({ id, type, objectId, at }) => {
    const entity = after.get(objectId)?.object
    const event = OF_ENTITIES[type]
    if (entity === undefined || event === undefined) return []
    const named = { billing_entity_name: entity.name, billing_entity_code: entity.code }
    const previous = before.get(objectId)?.object
    const diff = previous && differences(comparable(previous), comparable(entity))
    return [{ id, event, at, resources: diff === undefined ? named : { ...named, diff } }]
  })
}

/** Taxes by their codes, and without when it was touched. */
function comparable({ taxes, updated_at: _touched, ...attributes }: Readonly<Record<string, unknown>>) {
  return { ...attributes, tax_codes: (taxes as readonly { code: string }[]).map(({ code }) => code) }
}

async function write(tx: Ctx, events: readonly SecurityEvent[]): Promise<void> {
  if (events.length === 0) return
  const actor = await loggedActor(tx)
  const device = JSON.stringify(deviceInfo(tx.caller?.()))
  await tx.db
    .insertInto('security_logs')
    .values(
      events.map(({ id, event, resources, at }) => ({
        ...actor,
        id,
        organization_id: tx.org.id,
        log_type: event.split('.')[0] ?? event,
        log_event: event,
        resources: JSON.stringify(resources),
        device_info: device,
        logged_at: at,
        created_at: tx.clock.now(),
      })),
    )
    .execute()
}
