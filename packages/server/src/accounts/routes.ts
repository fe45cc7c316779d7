import { timingSafeEqual } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { type Ctx, transaction } from '../platform/context.ts'
import { notFound, unauthorized } from '../platform/errors.ts'
import { readObject, readRoot } from '../platform/http/input.ts'
import { hashKey } from '../platform/secrets.ts'
import { getBillingEntityByCode, getDefaultBillingEntity, listBillingEntities } from './billing-entities.ts'
import type { BillingEntityTaxes } from './billing-entity-taxes.ts'
import { createBillingEntity } from './create-billing-entity.ts'
import { listSelectedSections } from './custom-sections/selection.ts'
import { serializeSection } from './custom-sections/serialize.ts'
import { createOrganization, getOrganization } from './organizations.ts'
import {
  BillingConfigurationInput,
  BillingEntityInput,
  NewBillingEntityInput,
  NewOrganizationInput,
  OrganizationInput,
} from './schema.ts'
import { serializeBillingEntity, serializeOrganization } from './serialize.ts'
import { updateBillingEntity } from './update-billing-entity.ts'
import { listWebhookUrls, updateOrganization } from './update-organization.ts'

export function accountRoutes(api: FastifyInstance, taxes: BillingEntityTaxes): void {
  const organization = { resource: 'organization' }
  const billingEntity = { resource: 'billing_entity' }

  api.get(
    '/organizations',
    { config: organization, schema: { tags: ['Organizations'], summary: 'Read the organization' } },
    async request => ({ organization: await presentOrganization(request.ctx) }),
  )

  api.put(
    '/organizations',
    {
      config: organization,
      schema: {
        tags: ['Organizations'],
        summary: 'Update the organization',
        body: Type.Object({ organization: OrganizationInput }),
      },
    },
    async request => {
      await updateOrganization(request.ctx, readRoot(request.body, 'organization', OrganizationInput))
      return {
        organization: {
          ...(await presentOrganization(request.ctx)),
          taxes: await taxes.presentOfOrganization(request.ctx),
        },
      }
    },
  )

  api.get(
    '/billing_entities',
    { config: billingEntity, schema: { tags: ['Billing entities'], summary: 'List billing entities' } },
    async request => {
      const entities = await listBillingEntities(request.ctx)
      return {
        billing_entities: entities.map((entity, index) => serializeBillingEntity(request.ctx, entity, index === 0)),
      }
    },
  )

  api.post(
    '/billing_entities',
    {
      config: billingEntity,
      schema: {
        tags: ['Billing entities'],
        summary: 'Create a billing entity',
        body: Type.Object({ billing_entity: NewBillingEntityInput }),
      },
    },
    async request => {
      const input = readRoot(request.body, 'billing_entity', NewBillingEntityInput)
      const entity = await transaction(request.ctx, async tx => {
        if (input.eu_tax_management) await taxes.generateEuTaxes(tx)
        return createBillingEntity(tx, input)
      })
      return { billing_entity: serializeBillingEntity(request.ctx, entity, false) }
    },
  )

  api.get<{ Params: { code: string } }>(
    '/billing_entities/:code',
    { config: billingEntity, schema: { tags: ['Billing entities'], summary: 'Read a billing entity' } },
    async request => ({ billing_entity: await presentBillingEntity(request.ctx, request.params.code, taxes) }),
  )

  api.route<{ Params: { code: string } }>({
    method: ['PUT', 'PATCH'],
    url: '/billing_entities/:code',
    config: billingEntity,
    schema: {
      tags: ['Billing entities'],
      summary: 'Update a billing entity',
      body: Type.Object({ billing_entity: BillingEntityInput }),
    },
    handler: async request => {
      const input = readRoot(request.body, 'billing_entity', BillingEntityInput)
      const { code } = request.params
      return transaction(request.ctx, async tx => {
        if (input.tax_codes !== undefined) {
          await taxes.replace(tx, (await getBillingEntityByCode(tx, code)).id, input.tax_codes)
        }
        await updateBillingEntity(tx, code, input)
        if (input.eu_tax_management) await taxes.generateEuTaxes(tx)
        return { billing_entity: await presentBillingEntity(tx, code, taxes) }
      })
    },
  })
}

async function presentOrganization(ctx: Ctx) {
  const [organization, entity, webhookUrls] = await Promise.all([
    getOrganization(ctx),
    getDefaultBillingEntity(ctx),
    listWebhookUrls(ctx),
  ])
  return serializeOrganization(organization, entity, { webhookUrls })
}

async function presentBillingEntity(ctx: Ctx, code: string, taxes: BillingEntityTaxes) {
  const [entity, main] = await Promise.all([getBillingEntityByCode(ctx, code), getDefaultBillingEntity(ctx)])
  const sections = (await listSelectedSections(ctx, [entity.id])).get(entity.id) ?? []
  return {
    ...serializeBillingEntity(ctx, entity, entity.id === main.id),
    taxes: await taxes.present(ctx, entity.id),
    selected_invoice_custom_sections: sections.map(({ section }) => serializeSection(section)),
  }
}

/** Creating organizations from outside: for operators, where `WEIR_ADMIN_TOKEN` is set. */
export function adminRoutes(admin: FastifyInstance, system: Omit<Ctx, 'org'>, taxes: BillingEntityTaxes): void {
  admin.addHook('onRequest', async request => {
    const expected = system.config.adminToken
    if (expected === undefined) throw notFound('resource')
    const given = request.headers.authorization?.split(' ')[1] ?? ''
    if (!timingSafeEqual(hashKey(given), hashKey(expected))) throw unauthorized()
  })

  admin.post(
    '/organizations',
    {
      schema: {
        tags: ['Administration'],
        summary: 'Create an organization',
        body: Type.Object({ organization: NewOrganizationInput }),
      },
    },
    async request => {
      const input = readRoot(request.body, 'organization', NewOrganizationInput)
      return system.db.transaction().execute(async tx => {
        const { ctx, apiKey } = await createOrganization(
          // A new organization is nothing that happened in it.
          { ...system, db: tx, subscribers: [] },
          { name: input.name ?? '', sandbox: input.sandbox ?? false },
        )
        await applySettings(ctx, input)
        if (input.eu_tax_management) await taxes.generateEuTaxes(ctx)
        return { organization: await presentOrganization(ctx), api_key: apiKey }
      })
    },
  )
}

/** The settings of a new organization are its default billing entity's too, which has some more. */
async function applySettings(ctx: Ctx, input: NewOrganizationInput): Promise<void> {
  const { name: _name, sandbox: _sandbox, phone, eu_tax_management, billing_configuration: nested, ...settings } = input
  const billing_configuration = { ...readObject(BillingConfigurationInput, input), ...nested }
  const { code } = await getDefaultBillingEntity(ctx)
  await updateOrganization(ctx, { ...settings, billing_configuration })
  await updateBillingEntity(ctx, code, {
    ...(phone !== undefined && { phone }),
    ...(eu_tax_management !== undefined && { eu_tax_management }),
    billing_configuration,
  })
}
