import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Ctx } from '../platform/context.ts'
import { Problems } from '../platform/errors.ts'
import { Input, Nullable, readRoot } from '../platform/http/input.ts'
import { parseInstant } from '../platform/http/instants.ts'
import { pageMeta, readPage } from '../platform/http/pagination.ts'
import { deleteFee, getFee, updateFeePayment } from './change-fee.ts'
import { type FeeFilters, type FeeInstant, type FeeRow, listFees, PAYMENT_STATUSES } from './fees-store.ts'
import { presentFees, serializeFee } from './serialize-fee.ts'

const FEE_TYPES = ['charge', 'add_on', 'subscription', 'credit', 'commitment', 'fixed_charge', 'product']
const INSTANTS: readonly FeeInstant[] = ['created_at', 'succeeded_at', 'failed_at', 'refunded_at']

const FeePaymentInput = Input({ payment_status: Nullable(Type.String()) })

type Query = Record<string, unknown>
interface ById {
  Params: { id: string }
}

export function feeRoutes(api: FastifyInstance): void {
  const config = { resource: 'fee' }
  const tags = ['Fees']

  api.get<{ Querystring: Query }>('/fees', { config, schema: { tags, summary: 'List fees' } }, async request => {
    const page = readPage(request.query)
    const { fees, total } = await listFees(request.ctx, readFeeFilters(request.query), page)
    return { fees: await presentFees(request.ctx, fees), meta: pageMeta(page, total) }
  })

  api.get<ById>('/fees/:id', { config, schema: { tags, summary: 'Read a fee' } }, async request => ({
    fee: await presentFee(request.ctx, await getFee(request.ctx, request.params.id)),
  }))

  api.put<ById>(
    '/fees/:id',
    {
      config,
      schema: { tags, summary: 'Say what became of the payment of a fee', body: Type.Object({ fee: FeePaymentInput }) },
    },
    async request => {
      const { payment_status } = readRoot(request.body, 'fee', FeePaymentInput)
      const fee = await updateFeePayment(request.ctx, request.params.id, payment_status)
      return { fee: await presentFee(request.ctx, fee) }
    },
  )

  api.delete<ById>('/fees/:id', { config, schema: { tags, summary: 'Delete a fee' } }, async request => ({
    fee: serializeFee(await deleteFee(request.ctx, request.params.id)),
  }))
}

async function presentFee(ctx: Ctx, fee: FeeRow) {
  const [presented] = await presentFees(ctx, [fee])
  return presented
}

/** @throws 422 for an unknown type or status, and for a date that does not parse */
function readFeeFilters(query: Query): FeeFilters {
  const problems = new Problems()
  const feeType = word(problems, 'fee_type', query.fee_type, FEE_TYPES)
  const paymentStatus = word(problems, 'payment_status', query.payment_status, PAYMENT_STATUSES)
  const instants = INSTANTS.flatMap(column =>
    (['from', 'to'] as const).flatMap(side => {
      const at = instant(problems, `${column}_${side}`, query[`${column}_${side}`])
      return at === undefined ? [] : [{ column, bound: side === 'from' ? ('>=' as const) : ('<=' as const), at }]
    }),
  )
  problems.throwIfAny()
  const given = {
    feeType,
    paymentStatus,
    externalSubscriptionId: text(query.external_subscription_id),
    externalCustomerId: text(query.external_customer_id),
    billableMetricCode: text(query.billable_metric_code),
    currency: text(query.currency),
    eventTransactionId: text(query.event_transaction_id),
  }
  return { ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), instants }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function word(problems: Problems, field: string, value: unknown, allowed: readonly string[]): string | undefined {
  const given = text(value)
  if (given !== undefined && !allowed.includes(given)) problems.add(field, 'value_is_invalid')
  return given
}

function instant(problems: Problems, field: string, value: unknown): Temporal.Instant | undefined {
  const given = text(value)
  if (given === undefined) return undefined
  const at = parseInstant(given)
  if (at === undefined) problems.add(field, 'invalid_date')
  return at
}
