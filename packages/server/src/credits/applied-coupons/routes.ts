import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { getCustomerByExternalId } from '../../customers/index.ts'
import type { Ctx } from '../../platform/context.ts'
import { readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { asList, asText } from '../../platform/http/query.ts'
import { listCreditsOfCoupons, serializeCredit } from '../credit-lines.ts'
import { applyCoupon, removeAppliedCoupon } from './apply-coupon.ts'
import { AppliedCouponInput } from './schema.ts'
import { serializeAppliedCoupon } from './serialize.ts'
import { type AppliedCouponFilters, type AppliedCouponRow, listAppliedCoupons, loadAppliedCoupons } from './store.ts'

const config = { resource: 'applied_coupon' }
const tags = ['Applied coupons']

interface List {
  Querystring: Record<string, unknown>
}
interface OfCustomer extends List {
  Params: { external_customer_id: string }
}

export function appliedCouponRoutes(api: FastifyInstance): void {
  api.post(
    '/applied_coupons',
    {
      config,
      schema: {
        tags,
        summary: 'Apply a coupon to a customer',
        body: Type.Object({ applied_coupon: AppliedCouponInput }),
      },
    },
    async request => {
      const input = readRoot(request.body, 'applied_coupon', AppliedCouponInput)
      return { applied_coupon: await presentOne(request.ctx, await applyCoupon(request.ctx, input)) }
    },
  )

  api.get<List>('/applied_coupons', { config, schema: { tags, summary: 'List applied coupons' } }, async request =>
    list(request.ctx, request.query, {
      ...readFilters(request.query),
      externalCustomerId: asText(request.query.external_customer_id),
      customerId: undefined,
    }),
  )

  api.get<OfCustomer>(
    '/customers/:external_customer_id/applied_coupons',
    { config, schema: { tags, summary: 'List the applied coupons of a customer' } },
    async request => {
      const customer = await getCustomerByExternalId(request.ctx, request.params.external_customer_id)
      return list(request.ctx, request.query, {
        ...readFilters(request.query),
        externalCustomerId: undefined,
        customerId: customer.id,
      })
    },
  )

  api.delete<{ Params: { external_customer_id: string; applied_coupon_id: string } }>(
    '/customers/:external_customer_id/applied_coupons/:applied_coupon_id',
    { config, schema: { tags, summary: 'Take a coupon away from a customer' } },
    async request => {
      const { external_customer_id: externalId, applied_coupon_id: id } = request.params
      const customer = await getCustomerByExternalId(request.ctx, externalId)
      const removed = await removeAppliedCoupon(request.ctx, customer, id)
      return { applied_coupon: await presentOne(request.ctx, removed) }
    },
  )
}

/** Unknown statuses, and codes that are no list, are as good as not given. */
function readFilters(query: Record<string, unknown>): Pick<AppliedCouponFilters, 'status' | 'couponCodes'> {
  const { status, coupon_code: codes } = query
  return {
    status: status === 'active' || status === 'terminated' ? status : undefined,
    couponCodes: Array.isArray(codes) ? asList(codes) : [],
  }
}

async function list(ctx: Ctx, query: Record<string, unknown>, filters: AppliedCouponFilters) {
  const page = readPage(query)
  const { rows, total } = await listAppliedCoupons(ctx, filters, page)
  const records = await loadAppliedCoupons(ctx, rows)
  const credits = await listCreditsOfCoupons(
    ctx,
    rows.map(row => row.id),
  )
  return {
    applied_coupons: records.map(record => ({
      ...serializeAppliedCoupon(record),
      credits: (credits.get(record.applied.id) ?? []).map(serializeCredit),
    })),
    meta: pageMeta(page, total),
  }
}

async function presentOne(ctx: Ctx, row: AppliedCouponRow) {
  const [record] = await loadAppliedCoupons(ctx, [row])
  return record && serializeAppliedCoupon(record)
}
