import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Ctx } from '../../platform/context.ts'
import { readRootBelow } from '../../platform/http/codes.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { addCharge, editCharge, findCharge, removeCharge } from '../charges.ts'
import { newestFirst } from '../newest-first.ts'
import { getPlanByCode } from '../plans.ts'
import { ChargeInput } from '../schema.ts'
import { serializeCharge } from '../serialize.ts'
import type { Charge } from '../types.ts'
import { readCascade } from './cascade-option.ts'

const config = { resource: 'plan' }
const tags = ['Plan charges']
const body = Type.Object({ charge: ChargeInput })

interface OfPlan {
  Params: { code: string }
  Querystring: Record<string, unknown>
}

interface OneCharge {
  Params: { code: string; chargeCode: string }
}

/** The charges of a plan, one by one. */
export function chargeRoutes(api: FastifyInstance): void {
  api.get<OfPlan>(
    '/plans/:code/charges',
    { config, schema: { tags, summary: "List a plan's charges" } },
    async request => {
      const page = readPage(request.query)
      const { charges } = await getPlanByCode(request.ctx, request.params.code)
      const shown = charges.toSorted(newestFirst).slice(page.offset, page.offset + page.perPage)
      return { charges: shown.map(serializeCharge), meta: pageMeta(page, charges.length) }
    },
  )

  api.post<OfPlan>(
    '/plans/:code/charges',
    { config, schema: { tags, summary: 'Add a charge to a plan', body } },
    async request => {
      const { code } = request.params
      const input = await readRootBelow(request.body, 'charge', ChargeInput, () => getPlanByCode(request.ctx, code))
      return { charge: serializeCharge(await addCharge(request.ctx, code, input)) }
    },
  )

  const one = '/plans/:code/charges/:chargeCode'

  api.get<OneCharge>(one, { config, schema: { tags, summary: 'Read a charge of a plan' } }, async request => ({
    charge: serializeCharge(await getCharge(request.ctx, request.params)),
  }))

  api.route<OneCharge>({
    method: ['PUT', 'PATCH'],
    url: one,
    config,
    schema: { tags, summary: 'Update a charge of a plan', body },
    handler: async request => {
      const { code, chargeCode } = request.params
      const requireCharge = () => getCharge(request.ctx, request.params)
      const input = await readRootBelow(request.body, 'charge', ChargeInput, requireCharge)
      return { charge: serializeCharge(await editCharge(request.ctx, code, chargeCode, input)) }
    },
  })

  api.delete<OneCharge>(one, { config, schema: { tags, summary: 'Delete a charge of a plan' } }, async request => {
    const { code, chargeCode } = request.params
    const cascade = readCascade(request, 'charge')
    return { charge: serializeCharge(await removeCharge(request.ctx, code, chargeCode, cascade)) }
  })
}

/** @throws 404 `plan_not_found`, `charge_not_found` */
export async function getCharge(ctx: Ctx, params: OneCharge['Params']): Promise<Charge> {
  const plan = await getPlanByCode(ctx, params.code)
  return findCharge(plan.charges, params.chargeCode)
}
