import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import type { Tax } from '../types.ts'

/** The join tables, by the object that gives taxes to its fees. */
const LINKS = {
  plan: { table: 'plans_taxes', column: 'plan_id' },
  charge: { table: 'charges_taxes', column: 'charge_id' },
  commitment: { table: 'commitments_taxes', column: 'commitment_id' },
} as const

interface TaxRow {
  readonly id: string
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly rate: number
  readonly applied_to_organization: boolean
  readonly created_at: Temporal.Instant
}

type TaxOwner = keyof typeof LINKS

/** The taxes of objects of one kind, by object, in the order they were given. One query. */
export async function getTaxesOf(ctx: Ctx, owner: TaxOwner, ownerIds: readonly string[]): Promise<Map<string, Tax[]>> {
  if (ownerIds.length === 0) return new Map()
  const { table, column } = LINKS[owner]
  const { rows } = await sql<TaxRow & { owner_id: string }>`
    select
      links.${sql.ref(column)} as owner_id,
      taxes.id, taxes.code, taxes.name, taxes.description, taxes.rate, taxes.applied_to_organization, taxes.created_at
    from ${sql.table(table)} as links
    join taxes on taxes.id = links.tax_id
    where links.organization_id = ${ctx.org.id}
      and links.${sql.ref(column)} = any(${ownerIds}::uuid[])
      and taxes.deleted_at is null
    order by links.created_at, taxes.created_at, taxes.id`.execute(ctx.db)
  const byOwner = Map.groupBy(rows, row => row.owner_id)
  return new Map([...byOwner].map(([id, taxes]) => [id, taxes.map(toTax)]))
}

function toTax(row: TaxRow): Tax {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    description: row.description,
    rate: row.rate,
    appliedToOrganization: row.applied_to_organization,
    createdAt: row.created_at,
  }
}

/** The kept taxes with these codes, by code; unknown codes are left out. None is deleted until the transaction ends. */
export async function findKnownTaxes(ctx: Ctx, codes: readonly string[]): Promise<Map<string, Tax>> {
  if (codes.length === 0) return new Map()
  const { rows } = await sql<TaxRow>`
    select id, code, name, description, rate, applied_to_organization, created_at
    from taxes
    where organization_id = ${ctx.org.id} and code = any(${codes}::text[]) and deleted_at is null
    for share`.execute(ctx.db)
  return new Map(rows.map(row => [row.code, toTax(row)]))
}

/** Gives an object exactly the taxes with these codes; without a list nothing changes. @throws 404 `tax_not_found` */
export async function replaceTaxes(
  ctx: Ctx,
  owner: TaxOwner,
  ownerId: string,
  codes: readonly string[] | undefined,
): Promise<void> {
  if (codes === undefined) return
  const known = await findKnownTaxes(ctx, codes)
  if (!codes.every(code => known.has(code))) throw notFound('tax')
  await setTaxesOfMany(ctx, owner, [{ id: ownerId, taxes: [...known.values()] }])
}

/** Gives each of many objects of one kind exactly its taxes, in two statements; links that exist are kept. */
export async function setTaxesOfMany(
  ctx: Ctx,
  owner: TaxOwner,
  owners: readonly { readonly id: string; readonly taxes: readonly Tax[] }[],
): Promise<void> {
  if (owners.length === 0) return
  const { table, column } = LINKS[owner]
  const links = JSON.stringify(owners.flatMap(({ id, taxes }) => taxes.map(tax => ({ owner_id: id, tax_id: tax.id }))))
  await sql`
    delete from ${sql.table(table)}
    where organization_id = ${ctx.org.id}
      and ${sql.ref(column)} = any(${owners.map(({ id }) => id)}::uuid[])
      and (${sql.ref(column)}, tax_id) not in (
        select owner_id, tax_id from jsonb_to_recordset(${links}::jsonb) as links (owner_id uuid, tax_id uuid)
      )`.execute(ctx.db)
  await sql`
    insert into ${sql.table(table)} (${sql.ref(column)}, tax_id, organization_id, created_at)
    select owner_id, tax_id, ${ctx.org.id}, ${ctx.clock.now()}
    from jsonb_to_recordset(${links}::jsonb) as links (owner_id uuid, tax_id uuid)
    on conflict do nothing`.execute(ctx.db)
}
