import type { Selectable } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { anyOf } from '../platform/db/any-of.ts'
import type { PaymentProviders } from '../platform/db/types.ts'
import { newId } from '../platform/ids.ts'
import type { PaymentProvider } from './payment-provider.ts'
import { PROVIDER_TYPES, type ProviderType } from './provider-types.ts'
import { testProvider } from './test-provider.ts'

/** An organization's connection to a payment company. */
export type Connection = Selectable<PaymentProviders> & { readonly type: ProviderType }

export type ConnectionProblem = 'payment_provider_not_found' | 'payment_provider_code_missing'

/** Whom customers name as their provider. */
export interface Payer {
  readonly payment_provider: string | null
  readonly payment_provider_code: string | null
}

/**
 * The connection that a customer's provider and code stand for. Without a code there must be only one of the type.
 *
 * A sandbox is connected to the test provider under each type, with the type as its code. Nobody else is connected.
 */
export async function findConnection(ctx: Ctx, payer: Payer): Promise<Connection | ConnectionProblem> {
  if (payer.payment_provider === null) return 'payment_provider_not_found'
  if (ctx.org.sandbox) await connectTestProvider(ctx)
  let query = ctx.db
    .selectFrom('payment_providers')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where('type', '=', payer.payment_provider)
    .where('deleted_at', 'is', null)
  if (payer.payment_provider_code !== null) query = query.where('code', '=', payer.payment_provider_code)
  const [connection, other] = (await query.limit(2).execute()) as Connection[]
  if (connection === undefined) return 'payment_provider_not_found'
  return other === undefined ? connection : 'payment_provider_code_missing'
}

export async function findConnectionsByIds(ctx: Ctx, ids: readonly string[]): Promise<Map<string, Connection>> {
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('payment_providers')
    .selectAll()
    .where('organization_id', '=', ctx.org.id)
    .where(anyOf('id', ids))
    .execute()
  return new Map(rows.map(row => [row.id, row as Connection]))
}

/** Who answers on a connection. @throws where nobody can: only sandboxes are connected, to the test provider */
export function providerBehind(ctx: Ctx): PaymentProvider {
  if (!ctx.org.sandbox) throw new Error('no payment company is connected to live organizations')
  return testProvider(ctx.config)
}

async function connectTestProvider(ctx: Ctx): Promise<void> {
  const known = await ctx.db
    .selectFrom('payment_providers')
    .select('id')
    .where('organization_id', '=', ctx.org.id)
    .limit(1)
    .executeTakeFirst()
  if (known !== undefined) return
  const now = ctx.clock.now()
  await ctx.db
    .insertInto('payment_providers')
    .values(
      PROVIDER_TYPES.map(type => ({
        id: newId(),
        organization_id: ctx.org.id,
        type,
        code: type,
        name: `Test ${type}`,
        created_at: now,
        updated_at: now,
      })),
    )
    .onConflict(conflict => conflict.columns(['organization_id', 'code']).where('deleted_at', 'is', null).doNothing())
    .execute()
}
