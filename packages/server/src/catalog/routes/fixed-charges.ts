import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Ctx } from '../../platform/context.ts'
import { readRootBelow } from '../../platform/http/codes.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { addFixedCharge, editFixedCharge, findFixedCharge, removeFixedCharge } from '../fixed-charges/fixed-charges.ts'
import { FixedChargeInput } from '../fixed-charges/schema.ts'
import { serializeFixedCharge } from '../fixed-charges/serialize.ts'
import { newestFirst } from '../newest-first.ts'
import { getPlanByCode } from '../plans.ts'
import type { FixedCharge } from '../types.ts'
import { readCascade } from './cascade-option.ts'

const ROOT = 'fixed_charge'
const config = { resource: 'plan' }
const tags = ['Plan fixed charges']
const body = Type.Object({ fixed_charge: FixedChargeInput })

interface OfPlan {
  Params: { code: string }
  Querystring: Record<string, unknown>
}

interface OneFixedCharge {
  Params: { code: string; fixedChargeCode: string }
  Querystring: Record<string, unknown>
}

/** The fixed charges of a plan, one by one. */
export function fixedChargeRoutes(api: FastifyInstance): void {
  api.get<OfPlan>(
    '/plans/:code/fixed_charges',
    { config, schema: { tags, summary: "List a plan's fixed charges" } },
    async request => {
      const page = readPage(request.query)
      const { fixedCharges } = await getPlanByCode(request.ctx, request.params.code)
      const shown = fixedCharges.toSorted(newestFirst).slice(page.offset, page.offset + page.perPage)
      return {
        fixed_charges: shown.map(one => serializeFixedCharge(one)),
        meta: pageMeta(page, fixedCharges.length),
      }
    },
  )

  api.post<OfPlan>(
    '/plans/:code/fixed_charges',
    { config, schema: { tags, summary: 'Add a fixed charge to a plan', body } },
    async request => {
      const { code } = request.params
      const input = await readRootBelow(request.body, ROOT, FixedChargeInput, () => getPlanByCode(request.ctx, code))
      return { fixed_charge: serializeFixedCharge(await addFixedCharge(request.ctx, code, input)) }
    },
  )

  const one = '/plans/:code/fixed_charges/:fixedChargeCode'

  api.get<OneFixedCharge>(
    one,
    { config, schema: { tags, summary: 'Read a fixed charge of a plan' } },
    async request => ({ fixed_charge: serializeFixedCharge(await getFixedCharge(request.ctx, request.params)) }),
  )

  api.route<OneFixedCharge>({
    method: ['PUT', 'PATCH'],
    url: one,
    config,
    schema: { tags, summary: 'Update a fixed charge of a plan', body },
    handler: async request => {
      const { code, fixedChargeCode } = request.params
      const requireFixedCharge = () => getFixedCharge(request.ctx, request.params)
      const input = await readRootBelow(request.body, ROOT, FixedChargeInput, requireFixedCharge)
      return { fixed_charge: serializeFixedCharge(await editFixedCharge(request.ctx, code, fixedChargeCode, input)) }
    },
  })

  api.delete<OneFixedCharge>(
    one,
    { config, schema: { tags, summary: 'Delete a fixed charge of a plan' } },
    async request => {
      const { code, fixedChargeCode } = request.params
      const input = readCascade(request, ROOT)
      return { fixed_charge: serializeFixedCharge(await removeFixedCharge(request.ctx, code, fixedChargeCode, input)) }
    },
  )
}

async function getFixedCharge(ctx: Ctx, params: OneFixedCharge['Params']): Promise<FixedCharge> {
  const { fixedCharges } = await getPlanByCode(ctx, params.code)
  return findFixedCharge(fixedCharges, params.fixedChargeCode)
}
