import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import type { Ctx } from '../../platform/context.ts'
import { type CodeParams, codeOf, routeByCode } from '../../platform/http/codes.ts'
import { readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { readSearchTerm } from '../../platform/http/search-term.ts'
import { getTaxesOf } from '../../taxes/index.ts'
import { createAddOn, deleteAddOn, updateAddOn } from './add-ons.ts'
import { AddOnInput } from './schema.ts'
import { serializeAddOn } from './serialize.ts'
import { type AddOn, getAddOnByCode, listAddOns } from './store.ts'

const config = { resource: 'add_on' }
const tags = ['Add-ons']
const body = Type.Object({ add_on: AddOnInput })

/** Add-ons under `/add_ons`. */
export function addOnRoutes(api: FastifyInstance): void {
  api.post('/add_ons', { config, schema: { tags, summary: 'Create an add-on', body } }, async request => {
    const addOn = await createAddOn(request.ctx, readRoot(request.body, 'add_on', AddOnInput))
    return { add_on: await presentOne(request.ctx, addOn) }
  })

  api.get<{ Querystring: Record<string, unknown> }>(
    '/add_ons',
    { config, schema: { tags, summary: 'List add-ons' } },
    async request => {
      const page = readPage(request.query)
      const { addOns, total } = await listAddOns(request.ctx, readSearchTerm(request.query), page)
      return { add_ons: await present(request.ctx, addOns), meta: pageMeta(page, total) }
    },
  )

  routeByCode<{ Params: CodeParams }>(api, '/add_ons', {
    method: 'GET',
    config,
    schema: { tags, summary: 'Read an add-on' },
    handler: async request => {
      const addOn = await getAddOnByCode(request.ctx, codeOf(request.params))
      return { add_on: await presentOne(request.ctx, addOn) }
    },
  })

  routeByCode<{ Params: CodeParams }>(api, '/add_ons', {
    method: ['PUT', 'PATCH'],
    config,
    schema: { tags, summary: 'Update an add-on', body },
    handler: async request => {
      const input = readRoot(request.body, 'add_on', AddOnInput)
      const addOn = await updateAddOn(request.ctx, codeOf(request.params), input)
      return { add_on: await presentOne(request.ctx, addOn) }
    },
  })

  routeByCode<{ Params: CodeParams }>(api, '/add_ons', {
    method: 'DELETE',
    config,
    schema: { tags, summary: 'Delete an add-on' },
    handler: async request => {
      const addOn = await deleteAddOn(request.ctx, codeOf(request.params))
      return { add_on: await presentOne(request.ctx, addOn) }
    },
  })
}

async function present(ctx: Ctx, addOns: readonly AddOn[]) {
  const taxes = await getTaxesOf(
    ctx,
    'add_on',
    addOns.map(addOn => addOn.id),
  )
  return addOns.map(addOn => serializeAddOn(addOn, taxes.get(addOn.id) ?? []))
}

async function presentOne(ctx: Ctx, addOn: AddOn) {
  return (await present(ctx, [addOn]))[0]
}
