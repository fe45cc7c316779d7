import { sql } from 'kysely'
import type { Ctx } from '../platform/context.ts'
import { findTaxesByCodes, type Tax } from './store.ts'

/** What may have taxes of its own. Each has a table of links. */
const LINKS = {
  plan: { table: 'plans_taxes', column: 'plan_id' },
  charge: { table: 'charges_taxes', column: 'charge_id' },
  fixed_charge: { table: 'fixed_charges_taxes', column: 'fixed_charge_id' },
  commitment: { table: 'commitments_taxes', column: 'commitment_id' },
  add_on: { table: 'add_ons_taxes', column: 'add_on_id' },
  customer: { table: 'customers_taxes', column: 'customer_id' },
  billing_entity: { table: 'billing_entities_taxes', column: 'billing_entity_id' },
} as const

export type TaxOwner = keyof typeof LINKS

/**
 * The taxes of owners of one kind, by the owner's id, in order of creation; owners without taxes are left out. One query.
 *
 * @example (await getTaxesOf(ctx, 'plan', planIds)).get(plan.id) ?? []
 */
export async function getTaxesOf(ctx: Ctx, owner: TaxOwner, ownerIds: readonly string[]): Promise<Map<string, Tax[]>> {
  if (ownerIds.length === 0) return new Map()
  const { table, column } = LINKS[owner]
  const { rows } = await sql<Tax & { owner_id: string }>`
    select links.${sql.ref(column)} as owner_id, taxes.*
    from ${sql.table(table)} as links
    join taxes on taxes.id = links.tax_id
    where links.organization_id = ${ctx.org.id}
      and links.${sql.ref(column)} = any(${ownerIds}::uuid[])
    order by taxes.created_at, taxes.id`.execute(ctx.db)
  const taxes = new Map<string, Tax[]>()
  for (const { owner_id, ...tax } of rows) taxes.set(owner_id, [...(taxes.get(owner_id) ?? []), tax])
  return taxes
}

/**
 * Gives an owner exactly the taxes with these codes: missing ones are taken away, links that exist are kept, an empty list
 * removes all. Without a list nothing changes.
 *
 * @throws 404 `tax_not_found` when a code is unknown
 */
export async function replaceTaxes(
  ctx: Ctx,
  owner: TaxOwner,
  ownerId: string,
  codes: readonly string[] | null | undefined,
): Promise<void> {
  if (codes === undefined || codes === null) return
  await setTaxes(ctx, owner, ownerId, await findTaxesByCodes(ctx, codes))
}

/** As {@link replaceTaxes}, with the taxes at hand. */
export async function setTaxes(ctx: Ctx, owner: TaxOwner, ownerId: string, taxes: readonly Tax[]): Promise<void> {
  await setTaxesOfMany(ctx, owner, [{ id: ownerId, taxes }])
}

/** Gives each of many owners of one kind exactly its taxes, in two statements; links that exist are kept. */
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

/** Gives an owner one more tax, if it does not have it. */
export async function addTax(ctx: Ctx, owner: TaxOwner, ownerId: string, taxId: string): Promise<void> {
  const { table, column } = LINKS[owner]
  await sql`
    insert into ${sql.table(table)} (${sql.ref(column)}, tax_id, organization_id, created_at)
    values (${ownerId}, ${taxId}, ${ctx.org.id}, ${ctx.clock.now()})
    on conflict do nothing`.execute(ctx.db)
}

/** Takes one tax away from an owner, if it has it. */
export async function removeTax(ctx: Ctx, owner: TaxOwner, ownerId: string, taxId: string): Promise<void> {
  const { table, column } = LINKS[owner]
  await sql`
    delete from ${sql.table(table)}
    where organization_id = ${ctx.org.id} and ${sql.ref(column)} = ${ownerId} and tax_id = ${taxId}`.execute(ctx.db)
}

/** Takes a tax away from everything that has it. */
export async function removeTaxEverywhere(ctx: Ctx, taxId: string): Promise<void> {
  for (const { table } of Object.values(LINKS)) {
    await sql`
      delete from ${sql.table(table)}
      where organization_id = ${ctx.org.id} and tax_id = ${taxId}`.execute(ctx.db)
  }
}

/** The ids of the owners of one kind that have a tax. */
export async function getOwnersOfTax(ctx: Ctx, owner: TaxOwner, taxId: string): Promise<string[]> {
  const { table, column } = LINKS[owner]
  const { rows } = await sql<{ id: string }>`
    select ${sql.ref(column)} as id
    from ${sql.table(table)}
    where organization_id = ${ctx.org.id} and tax_id = ${taxId}
    order by id`.execute(ctx.db)
  return rows.map(row => row.id)
}
