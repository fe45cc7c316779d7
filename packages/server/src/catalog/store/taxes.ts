import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import type { Tax } from '../types.ts'

/** The join tables, by the object that gives taxes to its fees. */
const LINKS = {
  plan: { table: 'plans_taxes', column: 'plan_id' },
  charge: { table: 'charges_taxes', column: 'charge_id' },
  commitment: { table: 'commitments_taxes', column: 'commitment_id' },
} as const

interface TaxRow {
  readonly owner_id: string
  readonly id: string
  readonly code: string
  readonly name: string
  readonly description: string | null
  readonly rate: number
  readonly applied_to_organization: boolean
  readonly created_at: Temporal.Instant
}

/** The taxes of objects of one kind, by object, in the order they were given. One query. */
export async function getTaxesOf(
  ctx: Ctx,
  owner: keyof typeof LINKS,
  ownerIds: readonly string[],
): Promise<Map<string, Tax[]>> {
  if (ownerIds.length === 0) return new Map()
  const { table, column } = LINKS[owner]
  const { rows } = await sql<TaxRow>`
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
