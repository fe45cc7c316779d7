import { sql } from 'kysely'
import type { Ctx } from '../../platform/context.ts'
import { newId } from '../../platform/ids.ts'
import { type AppliedTax, applicableTaxes, getTaxesOf, getTaxesOfCustomers, type Taxpayer } from '../../taxes/index.ts'
import type { Invoice } from '../store.ts'

interface UntaxedFee {
  readonly id: string
  readonly charge_id: string | null
  readonly fixed_charge_id: string | null
  readonly add_on_id: string | null
  readonly commitment_id: string | null
  readonly plan_id: string | null
  /** Those that the fee was made with. */
  readonly taxes: readonly AppliedTax[]
}

/**
 * Gives the fees of an invoice the taxes that apply to them now, those that were made with some but for theirs, and the
 * invoice all of them. Amounts are left at zero: they are worked out with the totals.
 */
export async function applyTaxes(tx: Ctx, invoice: Invoice, payer: Taxpayer): Promise<void> {
  const fees = await loadFees(tx, invoice.id)
  const taxed = await taxesOf(tx, fees, payer)
  await writeFeeTaxes(tx, invoice, taxed)
  await writeInvoiceTaxes(
    tx,
    invoice,
    taxed.flatMap(({ taxes }) => taxes),
  )
}

interface TaxedFee {
  readonly fee: UntaxedFee
  readonly taxes: readonly AppliedTax[]
}

async function taxesOf(tx: Ctx, fees: readonly UntaxedFee[], payer: Taxpayer): Promise<TaxedFee[]> {
  const ids = (column: 'charge_id' | 'fixed_charge_id' | 'add_on_id' | 'commitment_id' | 'plan_id') => [
    ...new Set(fees.flatMap(fee => fee[column] ?? [])),
  ]
  const charges = await getTaxesOf(tx, 'charge', ids('charge_id'))
  const fixedCharges = await getTaxesOf(tx, 'fixed_charge', ids('fixed_charge_id'))
  const addOns = await getTaxesOf(tx, 'add_on', ids('add_on_id'))
  const commitments = await getTaxesOf(tx, 'commitment', ids('commitment_id'))
  const plans = await getTaxesOf(tx, 'plan', ids('plan_id'))
  const ofCustomer = (await getTaxesOfCustomers(tx, [payer])).get(payer.customerId) ?? []
  return fees.map(fee => {
    const ofItem =
      charges.get(fee.charge_id ?? '') ??
      fixedCharges.get(fee.fixed_charge_id ?? '') ??
      addOns.get(fee.add_on_id ?? '') ??
      commitments.get(fee.commitment_id ?? '') ??
      []
    return { fee, taxes: applicableTaxes(fee.taxes, ofItem, plans.get(fee.plan_id ?? '') ?? [], ofCustomer) }
  })
}

async function loadFees(tx: Ctx, invoiceId: string): Promise<UntaxedFee[]> {
  const { rows } = await sql<UntaxedFee>`
    select fees.id, fees.charge_id, fees.fixed_charge_id, fees.add_on_id, subscriptions.plan_id,
      case when fees.fee_type = 'commitment' then commitments.id end as commitment_id,
      coalesce(made.taxes, '[]') as taxes
    from fees
    left join subscriptions on subscriptions.id = fees.subscription_id
    left join commitments on commitments.plan_id = subscriptions.plan_id
    left join lateral (
      select jsonb_agg(
        jsonb_build_object(
          'id', tax_id, 'code', tax_code, 'name', tax_name, 'rate', tax_rate, 'description', tax_description
        ) order by fees_taxes.id
      ) as taxes
      from fees_taxes
      where fees_taxes.fee_id = fees.id
    ) made on true
    where fees.organization_id = ${tx.org.id} and fees.invoice_id = ${invoiceId} and fees.deleted_at is null
    order by fees.id`.execute(tx.db)
  return rows
}

async function writeFeeTaxes(tx: Ctx, invoice: Invoice, taxed: readonly TaxedFee[]): Promise<void> {
  const fresh = taxed.filter(({ fee }) => fee.taxes.length === 0)
  const rows = fresh.flatMap(({ fee, taxes }) =>
    taxes.map(tax => ({ ...taxColumns(tx, invoice, tax), fee_id: fee.id, precise_amount_cents: '0' })),
  )
  if (rows.length === 0) return
  await tx.db.insertInto('fees_taxes').values(rows).execute()
  await sql`
    update fees
    set taxes_rate = levied.rate
    from (select fee_id, sum(tax_rate) as rate from fees_taxes group by fee_id) levied
    where fees.organization_id = ${tx.org.id}
      and fees.id = any(${fresh.map(({ fee }) => fee.id)}::uuid[])
      and levied.fee_id = fees.id`.execute(tx.db)
}

async function writeInvoiceTaxes(tx: Ctx, invoice: Invoice, taxes: readonly AppliedTax[]): Promise<void> {
  const once = [...new Map(taxes.map(tax => [tax.code, tax])).values()]
  if (once.length === 0) return
  await tx.db
    .insertInto('invoices_taxes')
    .values(once.map(tax => ({ ...taxColumns(tx, invoice, tax), invoice_id: invoice.id, fees_amount_cents: 0n })))
    .execute()
}

function taxColumns(tx: Ctx, invoice: Invoice, { id, code, name, rate, description }: AppliedTax) {
  return {
    id: newId(),
    organization_id: tx.org.id,
    tax_id: id,
    tax_code: code,
    tax_name: name,
    tax_rate: rate,
    tax_description: description,
    amount_cents: 0n,
    amount_currency: invoice.currency,
    created_at: tx.clock.now(),
  }
}
