import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Ctx } from '../context.ts'
import { conflict } from '../errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set while this request holds an Idempotency-Key whose answer is to be stored. */
    idempotencyKey: string | undefined
  }
}

const KEPT = { hours: 48 }
// A first request that has not been answered after this long is taken for dead.
const ABANDONED = { minutes: 2 }

/**
 * `Idempotency-Key` on any POST: the same key with the same path and body gets the stored answer again, for 48 hours, with
 * the header `Idempotent-Replayed: true`; with another body, or while the first request is still being answered, 409.
 * Server errors are not stored, so that a retry can succeed. Requests without the header pay nothing.
 */
export function replayIdempotentRequests(api: FastifyInstance): void {
  api.decorateRequest('idempotencyKey', undefined)

  api.addHook('preHandler', async (request, reply) => {
    const key = request.headers['idempotency-key']
    if (request.method !== 'POST' || typeof key !== 'string' || key === '') return
    await claimOrReplay(request, reply, key)
  })

  api.addHook('onSend', async (request, reply, payload) => {
    if (request.idempotencyKey !== undefined) await storeAnswer(request, reply, payload)
    return payload
  })
}

function fingerprint(request: FastifyRequest): Buffer {
  return createHash('sha256')
    .update(`${request.url}\n${JSON.stringify(request.body ?? null)}`)
    .digest()
}

async function claimOrReplay(request: FastifyRequest, reply: FastifyReply, key: string): Promise<void> {
  const { ctx } = request
  const hash = fingerprint(request)
  if (await claim(ctx, key, hash)) {
    request.idempotencyKey = key
    return
  }
  const stored = await ctx.db
    .selectFrom('idempotency_keys')
    .select(['request_hash', 'response_status', 'response_body'])
    .where('organization_id', '=', ctx.org.id)
    .where('key', '=', key)
    .executeTakeFirst()
  if (stored === undefined || stored.response_status === null) throw conflict('idempotency_key_in_use')
  if (!stored.request_hash.equals(hash)) throw conflict('idempotency_key_reused')
  await reply
    .status(stored.response_status)
    .header('idempotent-replayed', 'true')
    .header('content-type', 'application/json; charset=utf-8')
    .serializer((body: string) => body)
    .send(stored.response_body ?? '')
}

/** True when the key is ours to answer: it is new, too old to count, or was left by a request that died. */
async function claim(ctx: Ctx, key: string, hash: Buffer): Promise<boolean> {
  // Real time: the key guards a client's retries, which do not follow a test clock.
  const now = Temporal.Now.instant()
  const row = { organization_id: ctx.org.id, key, request_hash: hash, created_at: now }
  const claimed = await ctx.db
    .insertInto('idempotency_keys')
    .values(row)
    .onConflict(conflict =>
      conflict
        .columns(['organization_id', 'key'])
        .doUpdateSet({ request_hash: hash, created_at: now, response_status: null, response_body: null })
        .where(eb =>
          eb.or([
            eb('idempotency_keys.created_at', '<', now.subtract(KEPT)),
            eb.and([
              eb('idempotency_keys.response_status', 'is', null),
              eb('idempotency_keys.created_at', '<', now.subtract(ABANDONED)),
            ]),
          ]),
        ),
    )
    .returning('key')
    .executeTakeFirst()
  return claimed !== undefined
}

async function storeAnswer(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<void> {
  const { ctx } = request
  const key = request.idempotencyKey ?? ''
  if (reply.statusCode >= 500 || reply.statusCode === 429) {
    await ctx.db
      .deleteFrom('idempotency_keys')
      .where('organization_id', '=', ctx.org.id)
      .where('key', '=', key)
      .execute()
    return
  }
  await ctx.db
    .updateTable('idempotency_keys')
    .set({ response_status: reply.statusCode, response_body: typeof payload === 'string' ? payload : '' })
    .where('organization_id', '=', ctx.org.id)
    .where('key', '=', key)
    .execute()
}
