import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { type CodeParams, codeOf, routeByCode } from '../../platform/http/codes.ts'
import { readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { readSearchTerm } from '../../platform/http/search-term.ts'
import { createCoupon, deleteCoupon, getCouponByCode, terminateCoupon, updateCoupon } from './coupons.ts'
import { CouponInput } from './schema.ts'
import { serializeCoupon } from './serialize.ts'
import { listCoupons } from './store.ts'

const config = { resource: 'coupon' }
const tags = ['Coupons']
const body = Type.Object({ coupon: CouponInput })

/** Coupons under `/coupons`: what they are, not who has them. */
export function couponRoutes(api: FastifyInstance): void {
  api.post('/coupons', { config, schema: { tags, summary: 'Create a coupon', body } }, async request => {
    const coupon = await createCoupon(request.ctx, readRoot(request.body, 'coupon', CouponInput))
    return { coupon: serializeCoupon(coupon) }
  })

  api.get<{ Querystring: Record<string, unknown> }>(
    '/coupons',
    { config, schema: { tags, summary: 'List coupons' } },
    async request => {
      const page = readPage(request.query)
      const { coupons, total } = await listCoupons(request.ctx, readSearchTerm(request.query), page)
      return { coupons: coupons.map(serializeCoupon), meta: pageMeta(page, total) }
    },
  )

  api.post<{ Params: { code: string } }>(
    '/coupons/:code/terminate',
    { config, schema: { tags, summary: 'End a coupon: no more customers get it' } },
    async request => ({ coupon: serializeCoupon(await terminateCoupon(request.ctx, codeOf(request.params))) }),
  )

  routeByCode<{ Params: CodeParams }>(api, '/coupons', {
    method: 'GET',
    config,
    schema: { tags, summary: 'Read a coupon' },
    handler: async request => ({
      coupon: serializeCoupon(await getCouponByCode(request.ctx, codeOf(request.params))),
    }),
  })

  routeByCode<{ Params: CodeParams }>(api, '/coupons', {
    method: ['PUT', 'PATCH'],
    config,
    schema: { tags, summary: 'Update a coupon', body },
    handler: async request => {
      const input = readRoot(request.body, 'coupon', CouponInput)
      return { coupon: serializeCoupon(await updateCoupon(request.ctx, codeOf(request.params), input)) }
    },
  })

  routeByCode<{ Params: CodeParams }>(api, '/coupons', {
    method: 'DELETE',
    config,
    schema: { tags, summary: 'Delete a coupon' },
    handler: async request => ({
      coupon: serializeCoupon(await deleteCoupon(request.ctx, codeOf(request.params))),
    }),
  })
}
