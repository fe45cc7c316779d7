import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { type CodeParams, codeOf, routeByCode } from '../../platform/http/codes.ts'
import { readRoot } from '../../platform/http/input.ts'
import { pageMeta, readPage } from '../../platform/http/pagination.ts'
import { CustomSectionInput } from './schema.ts'
import { createSection, deleteSection, updateSection } from './sections.ts'
import { serializeSectionDetail } from './serialize.ts'
import { getSectionByCode, listSections } from './store.ts'

const ROOT = 'invoice_custom_section'
const URL = '/invoice_custom_sections'
const config = { resource: ROOT }
const tags = ['Invoice custom sections']
const body = Type.Object({ invoice_custom_section: CustomSectionInput })

export function customSectionRoutes(api: FastifyInstance): void {
  api.post(URL, { config, schema: { tags, summary: 'Create a section for invoices', body } }, async request => {
    const section = await createSection(request.ctx, readRoot(request.body, ROOT, CustomSectionInput))
    return { invoice_custom_section: serializeSectionDetail(section) }
  })

  api.get<{ Querystring: Record<string, unknown> }>(
    URL,
    { config, schema: { tags, summary: 'List the sections for invoices' } },
    async request => {
      const page = readPage(request.query)
      const { sections, total } = await listSections(request.ctx, page)
      return { invoice_custom_sections: sections.map(serializeSectionDetail), meta: pageMeta(page, total) }
    },
  )

  routeByCode<{ Params: CodeParams }>(api, URL, {
    method: 'GET',
    config,
    schema: { tags, summary: 'Read a section for invoices' },
    handler: async request => ({
      invoice_custom_section: serializeSectionDetail(await getSectionByCode(request.ctx, codeOf(request.params))),
    }),
  })

  routeByCode<{ Params: CodeParams }>(api, URL, {
    method: ['PUT', 'PATCH'],
    config,
    schema: { tags, summary: 'Update a section for invoices', body },
    handler: async request => {
      const input = readRoot(request.body, ROOT, CustomSectionInput)
      const section = await updateSection(request.ctx, codeOf(request.params), input)
      return { invoice_custom_section: serializeSectionDetail(section) }
    },
  })

  routeByCode<{ Params: CodeParams }>(api, URL, {
    method: 'DELETE',
    config,
    schema: { tags, summary: 'Delete a section for invoices' },
    handler: async request => ({
      invoice_custom_section: serializeSectionDetail(await deleteSection(request.ctx, codeOf(request.params))),
    }),
  })
}
