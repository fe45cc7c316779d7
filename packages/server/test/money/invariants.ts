import type { Tenant } from '../support/app.ts'

/**
 * What must be true of an organization's money whatever happened to it. Each statement gives the rows for which it is not;
 * `$1` is the organization.
 */
const INVARIANTS: Readonly<Record<string, string>> = {
  'the balance of a wallet is what is left of its inbound transactions': `
    select wallet.id, wallet.balance_cents, coalesce(sum(inbound.remaining_amount_cents), 0) as remaining
    from wallets wallet
    left join wallet_transactions inbound
      on inbound.wallet_id = wallet.id and inbound.transaction_type = 'inbound' and inbound.status = 'settled'
    where wallet.organization_id = $1
    group by wallet.id
    having wallet.balance_cents <> coalesce(sum(inbound.remaining_amount_cents), 0) or wallet.balance_cents < 0`,

  'the balance of a wallet is what came in less what went out, in money and in credits': `
    select wallet.id, wallet.balance_cents, wallet.credits_balance,
      sum(case transaction_type when 'inbound' then amount_cents else -amount_cents end) as money,
      sum(case transaction_type when 'inbound' then credit_amount else -credit_amount end) as credits
    from wallets wallet
    join wallet_transactions movement on movement.wallet_id = wallet.id and movement.status = 'settled'
    where wallet.organization_id = $1
    group by wallet.id
    having wallet.balance_cents <> sum(case transaction_type when 'inbound' then amount_cents else -amount_cents end)
      or wallet.credits_balance <> sum(case transaction_type when 'inbound' then credit_amount else -credit_amount end)`,

  'the ledger of a wallet and of a credit note has their balances, and adds up': `
    select account.id, account.kind, account.balance_cents, account.entries_count,
      coalesce(sum(entry.amount_cents), 0) as entries, count(entry.id) as count
    from ledger_accounts account
    left join ledger_entries entry on entry.account_id = account.id
    left join wallets wallet on wallet.id = account.wallet_id
    left join credit_notes note on note.id = account.credit_note_id
    where account.organization_id = $1
    group by account.id, wallet.balance_cents, note.balance_amount_cents
    having account.balance_cents <> coalesce(sum(entry.amount_cents), 0)
      or account.entries_count <> count(entry.id)
      or (account.kind = 'balance'
        and account.balance_cents <> coalesce(wallet.balance_cents, note.balance_amount_cents))`,

  'the entries of every movement add up to nothing': `
    select movement_id, sum(amount_cents) from ledger_entries
    where organization_id = $1 group by movement_id having sum(amount_cents) <> 0`,

  'what came in is consumed once': `
    select inbound.id, inbound.amount_cents, inbound.remaining_amount_cents, sum(part.consumed_amount_cents) as consumed
    from wallet_transactions inbound
    left join wallet_transaction_consumptions part on part.inbound_transaction_id = inbound.id
    where inbound.organization_id = $1 and inbound.transaction_type = 'inbound' and inbound.status = 'settled'
    group by inbound.id
    having inbound.amount_cents <> inbound.remaining_amount_cents + coalesce(sum(part.consumed_amount_cents), 0)`,

  'what went out came from somewhere': `
    select outbound.id, outbound.amount_cents, sum(part.consumed_amount_cents) as funded
    from wallet_transactions outbound
    left join wallet_transaction_consumptions part on part.outbound_transaction_id = outbound.id
    where outbound.organization_id = $1 and outbound.transaction_type = 'outbound'
    group by outbound.id
    having outbound.amount_cents <> coalesce(sum(part.consumed_amount_cents), 0)`,

  'only settled purchases have credits': `
    select id, status, remaining_amount_cents from wallet_transactions
    where organization_id = $1 and transaction_type = 'inbound'
      and (status = 'settled') <> (remaining_amount_cents is not null)`,

  'an invoice shows what its wallets paid, and of what': `
    select invoice.id, invoice.prepaid_credit_amount_cents, paid.amount
    from invoices invoice
    left join lateral (
      select coalesce(sum(amount_cents), 0) as amount from wallet_transactions
      where invoice_id = invoice.id and transaction_status = 'invoiced'
    ) paid on true
    where invoice.organization_id = $1
      and (invoice.prepaid_credit_amount_cents <> paid.amount
        or coalesce(invoice.prepaid_granted_credit_amount_cents, 0)
          + coalesce(invoice.prepaid_purchased_credit_amount_cents, 0) <> paid.amount)`,

  'an invoice adds up': `
    select invoice.id, invoice.status, fees.amount as fees, credits.*, row_to_json(invoice) as invoice
    from invoices invoice
    left join lateral (
      select coalesce(sum(amount_cents), 0) as amount from fees
      where invoice_id = invoice.id and deleted_at is null
    ) fees on true
    left join lateral (
      select coalesce(sum(amount_cents) filter (where applied_coupon_id is not null), 0) as coupons,
        coalesce(sum(amount_cents) filter (where credit_note_id is not null), 0) as notes
      from credits where invoice_id = invoice.id
    ) credits on true
    where invoice.organization_id = $1
      and (invoice.fees_amount_cents <> fees.amount
        or invoice.coupons_amount_cents <> credits.coupons
        or invoice.credit_notes_amount_cents <> credits.notes
        or invoice.sub_total_excluding_taxes_amount_cents <> fees.amount - credits.coupons
        or invoice.sub_total_including_taxes_amount_cents
          <> invoice.sub_total_excluding_taxes_amount_cents + invoice.taxes_amount_cents
        or invoice.total_amount_cents
          <> invoice.sub_total_including_taxes_amount_cents - credits.notes - invoice.prepaid_credit_amount_cents
        or invoice.total_amount_cents < 0
        or invoice.sub_total_excluding_taxes_amount_cents < 0)`,

  'the fees of an invoice carry its coupons and taxes': `
    select invoice.id, invoice.coupons_amount_cents, invoice.taxes_amount_cents, fee.*, tax.amount as lines
    from invoices invoice
    join lateral (
      select sum(precise_coupons_amount_cents) as coupons, sum(taxes_precise_amount_cents) as taxes, count(*) as count
      from fees where invoice_id = invoice.id and deleted_at is null
    ) fee on fee.count > 0
    join lateral (
      select coalesce(sum(amount_cents), 0) as amount, count(*) as count from invoices_taxes where invoice_id = invoice.id
    ) tax on true
    where invoice.organization_id = $1 and invoice.status in ('finalized', 'voided')
      and (fee.coupons - invoice.coupons_amount_cents not between -0.001 and 1.001
        or abs(fee.taxes - invoice.taxes_amount_cents) > 0.5 + 0.001 * fee.count + fee.count
        or abs(tax.amount - invoice.taxes_amount_cents) > tax.count)`,

  'no fee is discounted or paid with more than it is': `
    select id, amount_cents, precise_coupons_amount_cents, precise_credit_notes_amount_cents, taxes_amount_cents from fees
    where organization_id = $1 and deleted_at is null
      and (precise_coupons_amount_cents not between 0 and amount_cents
        or precise_credit_notes_amount_cents not between 0 and
          amount_cents - precise_coupons_amount_cents + taxes_amount_cents)`,

  'a fee is credited once': `
    select fee.id, fee.amount_cents, sum(item.amount_cents) as credited
    from fees fee join credit_note_items item on item.fee_id = fee.id
    where fee.organization_id = $1
    group by fee.id having sum(item.amount_cents) > fee.amount_cents`,

  'a credit note is used once': `
    select note.id, note.credit_status, note.credit_amount_cents, note.balance_amount_cents, used.amount
    from credit_notes note
    left join lateral (select coalesce(sum(amount_cents), 0) as amount from credits where credit_note_id = note.id) used
      on true
    where note.organization_id = $1
      and (note.total_amount_cents <> note.credit_amount_cents + note.refund_amount_cents + note.offset_amount_cents
        or (note.credit_status = 'voided' and note.balance_amount_cents <> 0)
        or (note.credit_status = 'consumed' and (note.balance_amount_cents <> 0 or note.credit_amount_cents = 0))
        or (note.credit_status = 'available' and note.credit_amount_cents > 0 and note.balance_amount_cents = 0)
        or (note.credit_status <> 'voided' and note.credit_amount_cents <> note.balance_amount_cents + used.amount)
        or used.amount > note.credit_amount_cents)`,

  'an invoice gives back what it is, and no more than was paid': `
    select invoice.id, invoice.total_amount_cents, invoice.total_paid_amount_cents, given.*
    from invoices invoice
    join lateral (
      select sum(total_amount_cents) as total, sum(refund_amount_cents) as refunds, sum(offset_amount_cents) as offsets,
        count(*) as count
      from credit_notes where invoice_id = invoice.id and status = 'finalized'
    ) given on given.count > 0
    where invoice.organization_id = $1
      and (given.total > invoice.sub_total_including_taxes_amount_cents + given.count
        or given.refunds > invoice.total_paid_amount_cents
        or given.offsets + invoice.total_paid_amount_cents
          > greatest(invoice.total_amount_cents, invoice.total_paid_amount_cents))`,

  'what was paid of an invoice is what payments brought, and no more than it is': `
    select invoice.id, invoice.status, invoice.total_amount_cents, invoice.total_paid_amount_cents, received.amount
    from invoices invoice
    cross join lateral (
      select coalesce(sum(amount_cents), 0) as amount from payments
      where invoice_id = invoice.id and payable_payment_status = 'succeeded'
    ) received
    where invoice.organization_id = $1
      and (invoice.total_paid_amount_cents <> received.amount or received.amount > invoice.total_amount_cents
        or (received.amount > 0 and received.amount = invoice.total_amount_cents
          and invoice.payment_status <> 'succeeded' and invoice.invoice_type <> 'credit'))`,

  'the notes that empty an invoice come to it': `
    select invoice.id, invoice.taxes_amount_cents, given.*
    from invoices invoice
    join lateral (
      select sum(amount_cents) as fees from fees where invoice_id = invoice.id and deleted_at is null
    ) fee on true
    join lateral (
      select sum(note.taxes_amount_cents) as taxes, sum(note.total_amount_cents) as total, count(*) as count,
        (select sum(item.amount_cents) from credit_note_items item join credit_notes of on of.id = item.credit_note_id
          where of.invoice_id = invoice.id) as items
      from credit_notes note where note.invoice_id = invoice.id
    ) given on given.count > 0
    where invoice.organization_id = $1 and invoice.invoice_type = 'subscription' and given.items = fee.fees
      and (abs(given.taxes - invoice.taxes_amount_cents) > given.count
        or abs(given.total - invoice.sub_total_including_taxes_amount_cents) > given.count)`,

  'a coupon discounts as often and as much as it says': `
    select applied.id, applied.frequency, applied.amount_cents, applied.frequency_duration,
      applied.frequency_duration_remaining, used.*
    from applied_coupons applied
    join coupons coupon on coupon.id = applied.coupon_id
    left join lateral (
      select coalesce(sum(credits.amount_cents), 0) as amount, count(*) as count
      from credits join invoices on invoices.id = credits.invoice_id
      where credits.applied_coupon_id = applied.id and invoices.status <> 'voided'
    ) used on true
    where applied.organization_id = $1
      and ((applied.frequency = 'once' and coupon.coupon_type = 'fixed_amount' and used.amount > applied.amount_cents)
        or (applied.frequency = 'once' and coupon.coupon_type = 'percentage' and used.count > 1)
        or (applied.frequency = 'recurring' and used.count > applied.frequency_duration)
        or (applied.frequency = 'recurring'
          and applied.frequency_duration - used.count <> applied.frequency_duration_remaining))`,

  'an invoice that was voided gave its prepaid credits back once, or not at all': `
    select invoice.id, taken.amount as taken, back.amount as back
    from invoices invoice
    join lateral (
      select coalesce(sum(amount_cents), 0) as amount from wallet_transactions
      where invoice_id = invoice.id and transaction_status = 'invoiced'
    ) taken on true
    join lateral (
      select coalesce(sum(amount_cents), 0) as amount from wallet_transactions where voided_invoice_id = invoice.id
    ) back on true
    where invoice.organization_id = $1
      and (back.amount > taken.amount or (invoice.status <> 'voided' and back.amount > 0))`,

  'documents are numbered without a gap': `
    select customer_id, count(*), max(sequential_id) from invoices
    where organization_id = $1 and sequential_id is not null
    group by customer_id having count(*) <> max(sequential_id)`,
}

/** What is not as it must be, by invariant; empty when all is well. */
export async function brokenInvariants(tenant: Tenant): Promise<Record<string, unknown[]>> {
  const broken: Record<string, unknown[]> = {}
  for (const [name, statement] of Object.entries(INVARIANTS)) {
    const { rows } = await tenant.ctx.pool.query(statement, [tenant.organizationId])
    if (rows.length > 0) broken[name] = rows
  }
  return broken
}
