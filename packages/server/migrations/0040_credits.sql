-- What customers have to their credit: coupons, prepaid wallets, credit notes, and the ledger that proves their balances.

create table applied_coupons (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  coupon_id uuid not null references coupons (id),
  status text not null default 'active' check (status in ('active', 'terminated')),
  amount_cents bigint check (amount_cents >= 0),
  amount_currency text,
  percentage_rate numeric(10, 5),
  frequency text not null check (frequency in ('once', 'recurring', 'forever')),
  frequency_duration integer,
  frequency_duration_remaining integer check (frequency_duration_remaining >= 0),
  terminated_at timestamptz,
  -- A coupon that was taken away by hand does not come back when an invoice is voided.
  removed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index applied_coupons_of_customer on applied_coupons (customer_id, created_at) where status = 'active';
create index applied_coupons_by_creation on applied_coupons (organization_id, created_at desc, id);
create index applied_coupons_of_coupon on applied_coupons (coupon_id);

create table wallets (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  -- Null: the customer's.
  billing_entity_id uuid references billing_entities (id),
  status text not null default 'active' check (status in ('active', 'terminated')),
  name text,
  code text not null,
  priority integer not null default 50 check (priority between 1 and 50),
  -- What a credit is worth, in units of the currency.
  rate_amount numeric(30, 5) not null check (rate_amount > 0),
  currency text not null,
  credits_balance numeric(30, 5) not null default 0,
  balance_cents bigint not null default 0 check (balance_cents >= 0),
  consumed_credits numeric(30, 5) not null default 0,
  consumed_amount_cents bigint not null default 0,
  credits_ongoing_balance numeric(30, 5) not null default 0,
  ongoing_balance_cents bigint not null default 0,
  credits_ongoing_usage_balance numeric(30, 5) not null default 0,
  ongoing_usage_balance_cents bigint not null default 0,
  depleted_ongoing_balance boolean not null default false,
  invoice_requires_successful_payment boolean not null default false,
  paid_top_up_min_amount_cents bigint check (paid_top_up_min_amount_cents > 0),
  paid_top_up_max_amount_cents bigint check (paid_top_up_max_amount_cents > 0),
  allowed_fee_types text[] not null default '{}',
  payment_method_type text not null default 'provider' check (payment_method_type in ('provider', 'manual')),
  payment_method_id uuid,
  skip_invoice_custom_sections boolean not null default false,
  purchase_order_number text check (length(purchase_order_number) <= 255),
  metadata jsonb,
  expiration_at timestamptz,
  terminated_at timestamptz,
  last_balance_sync_at timestamptz,
  last_consumed_credit_at timestamptz,
  last_ongoing_balance_sync_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index wallets_code on wallets (customer_id, code) where status = 'active';
create index wallets_of_customer on wallets (customer_id, priority, created_at) where status = 'active';
create index wallets_by_creation on wallets (organization_id, created_at desc, id);
create index wallets_to_expire on wallets (organization_id, expiration_at) where status = 'active' and expiration_at is not null;

-- Metrics whose charges a wallet may pay.
create table wallet_targets (
  wallet_id uuid not null references wallets (id),
  billable_metric_id uuid not null references billable_metrics (id),
  organization_id uuid not null references organizations (id),
  created_at timestamptz not null,
  primary key (wallet_id, billable_metric_id)
);

-- Customers whose wallets are to be looked at again: something they pay for changed.
create table wallet_refreshes (
  customer_id uuid primary key references customers (id),
  organization_id uuid not null references organizations (id),
  version bigint not null default 1,
  created_at timestamptz not null
);

create index wallet_refreshes_of_organization on wallet_refreshes (organization_id, created_at);

create table recurring_transaction_rules (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  wallet_id uuid not null references wallets (id),
  trigger text not null check (trigger in ('interval', 'threshold')),
  interval text check (interval in ('weekly', 'monthly', 'quarterly', 'semiannual', 'yearly')),
  threshold_credits numeric(30, 5) not null default 0,
  method text not null default 'fixed' check (method in ('fixed', 'target')),
  target_ongoing_balance numeric(30, 5),
  paid_credits numeric(30, 5) not null default 0,
  granted_credits numeric(30, 5) not null default 0,
  grants_target_top_up boolean,
  started_at timestamptz,
  expiration_at timestamptz,
  status text not null default 'active' check (status in ('active', 'terminated')),
  terminated_at timestamptz,
  invoice_requires_successful_payment boolean not null default false,
  ignore_paid_top_up_limits boolean not null default false,
  transaction_metadata jsonb not null default '[]',
  transaction_name text check (length(transaction_name) <= 255),
  purchase_order_number text check (length(purchase_order_number) <= 255),
  payment_method_type text not null default 'provider' check (payment_method_type in ('provider', 'manual')),
  payment_method_id uuid,
  skip_invoice_custom_sections boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (trigger <> 'interval' or interval is not null)
);

create unique index recurring_transaction_rules_active on recurring_transaction_rules (wallet_id) where status = 'active';

create table credit_notes (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  invoice_id uuid not null references invoices (id),
  sequential_id integer not null,
  number text not null,
  status text not null check (status in ('draft', 'finalized', 'deleted')),
  issuing_date date not null,
  reason text not null default 'other' check (reason in
    ('duplicated_charge', 'product_unsatisfactory', 'order_change', 'order_cancellation', 'fraudulent_charge', 'other')),
  description text,
  total_amount_currency text not null,
  total_amount_cents bigint not null check (total_amount_cents = credit_amount_cents + refund_amount_cents + offset_amount_cents),
  credit_amount_cents bigint not null default 0 check (credit_amount_cents >= 0),
  refund_amount_cents bigint not null default 0 check (refund_amount_cents >= 0),
  offset_amount_cents bigint not null default 0 check (offset_amount_cents >= 0),
  balance_amount_cents bigint not null default 0 check (balance_amount_cents between 0 and credit_amount_cents),
  credit_status text not null default 'available' check (credit_status in ('available', 'consumed', 'voided')),
  refund_status text check (refund_status in ('pending', 'succeeded', 'failed')),
  refunded_at timestamptz,
  voided_at timestamptz,
  coupons_adjustment_amount_cents bigint not null default 0,
  precise_coupons_adjustment_amount_cents numeric(30, 5) not null default 0,
  taxes_amount_cents bigint not null default 0,
  precise_taxes_amount_cents numeric(30, 5) not null default 0,
  taxes_rate double precision not null default 0,
  -- Made by the system rather than asked for.
  automatic boolean not null default false,
  metadata jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (invoice_id, sequential_id)
);

create index credit_notes_by_creation on credit_notes (organization_id, created_at desc, id) where status = 'finalized';
create index credit_notes_of_customer on credit_notes (customer_id, created_at desc, id) where status = 'finalized';
create index credit_notes_available on credit_notes (customer_id, created_at)
  where status = 'finalized' and credit_status = 'available' and balance_amount_cents > 0;

create table credit_note_items (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  credit_note_id uuid not null references credit_notes (id),
  -- Null between the refresh of a draft invoice's fees and the item's own.
  fee_id uuid references fees (id),
  amount_cents bigint not null check (amount_cents >= 0),
  precise_amount_cents numeric(30, 5) not null,
  amount_currency text not null,
  created_at timestamptz not null
);

create index credit_note_items_of_note on credit_note_items (credit_note_id, created_at, id);
create index credit_note_items_of_fee on credit_note_items (fee_id);

create table credit_note_taxes (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  credit_note_id uuid not null references credit_notes (id),
  tax_id uuid references taxes (id),
  tax_code text not null,
  tax_name text not null,
  tax_rate double precision not null,
  tax_description text,
  base_amount_cents bigint not null,
  amount_cents bigint not null,
  amount_currency text not null,
  created_at timestamptz not null,
  unique (credit_note_id, tax_code)
);

create table wallet_transactions (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  wallet_id uuid not null references wallets (id),
  transaction_type text not null check (transaction_type in ('inbound', 'outbound')),
  transaction_status text not null check (transaction_status in ('purchased', 'granted', 'voided', 'invoiced')),
  status text not null check (status in ('pending', 'settled', 'failed')),
  source text not null default 'manual' check (source in ('manual', 'interval', 'threshold')),
  -- In units of the currency.
  amount numeric(30, 5) not null,
  amount_cents bigint not null,
  credit_amount numeric(30, 5) not null,
  -- Of settled inbound transactions: what no outbound one has taken yet.
  remaining_amount_cents bigint check (remaining_amount_cents >= 0),
  priority integer not null default 50 check (priority between 1 and 50),
  name text check (length(name) <= 255),
  metadata jsonb not null default '[]',
  -- Of purchases the invoice that asks for the money; of invoiced ones the invoice that is paid.
  invoice_id uuid references invoices (id),
  credit_note_id uuid references credit_notes (id),
  voided_invoice_id uuid references invoices (id),
  billing_entity_id uuid references billing_entities (id),
  rule_id uuid references recurring_transaction_rules (id),
  invoice_requires_successful_payment boolean not null default false,
  payment_method_type text not null default 'provider' check (payment_method_type in ('provider', 'manual')),
  payment_method_id uuid,
  skip_invoice_custom_sections boolean not null default false,
  purchase_order_number text check (length(purchase_order_number) <= 255),
  -- The local day of a top-up by the calendar: a rule tops up once a day.
  top_up_day date,
  settled_at timestamptz,
  failed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((transaction_type = 'inbound') = (transaction_status in ('purchased', 'granted')))
);

create index wallet_transactions_of_wallet on wallet_transactions (wallet_id, created_at desc, id);
create index wallet_transactions_funding on wallet_transactions (wallet_id, priority, created_at)
  where transaction_type = 'inbound' and status = 'settled' and remaining_amount_cents > 0;
create unique index wallet_transactions_of_invoice on wallet_transactions (invoice_id, wallet_id)
  where transaction_status = 'invoiced';
create unique index wallet_transactions_purchase on wallet_transactions (invoice_id)
  where transaction_status = 'purchased' and invoice_id is not null;
create unique index wallet_transactions_top_up_day on wallet_transactions (rule_id, top_up_day)
  where top_up_day is not null and transaction_type = 'inbound' and transaction_status = 'purchased';
create unique index wallet_transactions_grant_day on wallet_transactions (rule_id, top_up_day)
  where top_up_day is not null and transaction_type = 'inbound' and transaction_status = 'granted';
create index wallet_transactions_pending on wallet_transactions (wallet_id) where status = 'pending';

-- Which inbound credits an outbound transaction was paid with.
create table wallet_transaction_consumptions (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  inbound_transaction_id uuid not null references wallet_transactions (id),
  outbound_transaction_id uuid not null references wallet_transactions (id),
  consumed_amount_cents bigint not null check (consumed_amount_cents > 0),
  created_at timestamptz not null,
  unique (inbound_transaction_id, outbound_transaction_id)
);

create index wallet_transaction_consumptions_of_outbound on wallet_transaction_consumptions (outbound_transaction_id);

-- Lines of an invoice that reduce it. Prepaid credits are wallet transactions instead.
create table credits (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  invoice_id uuid not null references invoices (id),
  applied_coupon_id uuid references applied_coupons (id),
  credit_note_id uuid references credit_notes (id),
  progressive_billing_invoice_id uuid references invoices (id),
  amount_cents bigint not null check (amount_cents >= 0),
  amount_currency text not null,
  before_taxes boolean not null,
  created_at timestamptz not null,
  check (num_nonnulls(applied_coupon_id, credit_note_id, progressive_billing_invoice_id) = 1)
);

create index credits_of_invoice on credits (invoice_id, created_at, id);
create unique index credits_of_coupon on credits (invoice_id, applied_coupon_id) where applied_coupon_id is not null;
create unique index credits_of_credit_note on credits (invoice_id, credit_note_id) where credit_note_id is not null;
create index credits_by_coupon on credits (applied_coupon_id) where applied_coupon_id is not null;
create index credits_by_credit_note on credits (credit_note_id) where credit_note_id is not null;
create index credits_by_progressive_invoice on credits (progressive_billing_invoice_id)
  where progressive_billing_invoice_id is not null;

-- What settled an invoice other than its own credits: money received, or a credit note that offsets it.
create table invoice_settlements (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  invoice_id uuid not null references invoices (id),
  settlement_type text not null check (settlement_type in ('payment', 'credit_note')),
  payment_id uuid,
  credit_note_id uuid references credit_notes (id),
  amount_cents bigint not null,
  amount_currency text not null,
  created_at timestamptz not null
);

create index invoice_settlements_of_invoice on invoice_settlements (invoice_id);
create unique index invoice_settlements_of_credit_note on invoice_settlements (credit_note_id) where credit_note_id is not null;

-- The ledger. Each movement of money is some entries that add up to nothing: what one account gets, others give. An
-- account's balance is the sum of its entries: the database keeps both, and refuses anything else.
create table ledger_accounts (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  -- What the account stands for: the balance of a wallet or of a credit note, and where its money comes from or goes.
  kind text not null check (kind in ('balance', 'purchased', 'granted', 'invoiced', 'voided', 'issued', 'consumed')),
  wallet_id uuid references wallets (id),
  credit_note_id uuid references credit_notes (id),
  currency text not null,
  balance_cents bigint not null default 0,
  entries_count bigint not null default 0,
  created_at timestamptz not null,
  check (num_nonnulls(wallet_id, credit_note_id) = 1)
);

create unique index ledger_accounts_of_wallet on ledger_accounts (wallet_id, kind) where wallet_id is not null;
create unique index ledger_accounts_of_credit_note on ledger_accounts (credit_note_id, kind) where credit_note_id is not null;

create table ledger_entries (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  -- The entries of one movement share it.
  movement_id uuid not null,
  account_id uuid not null references ledger_accounts (id),
  -- 1, 2, 3... within the account.
  place bigint not null,
  amount_cents bigint not null check (amount_cents <> 0),
  balance_after_cents bigint not null,
  wallet_transaction_id uuid references wallet_transactions (id),
  credit_id uuid references credits (id),
  created_at timestamptz not null,
  unique (account_id, place)
);

create index ledger_entries_of_movement on ledger_entries (movement_id);

create function ledger_post() returns trigger language plpgsql as $$
begin
  update ledger_accounts
  set balance_cents = balance_cents + new.amount_cents, entries_count = entries_count + 1
  where id = new.account_id
  returning entries_count, balance_cents into new.place, new.balance_after_cents;
  return new;
end $$;

create trigger ledger_entries_post before insert on ledger_entries for each row execute function ledger_post();

create function ledger_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'ledger entries are never changed';
end $$;

create trigger ledger_entries_fixed before update or delete on ledger_entries
  for each row execute function ledger_refuse_change();

create function ledger_check_movement() returns trigger language plpgsql as $$
begin
  if (select sum(amount_cents) from ledger_entries where movement_id = new.movement_id) <> 0 then
    raise exception 'the entries of ledger movement % do not add up to 0', new.movement_id;
  end if;
  return null;
end $$;

create constraint trigger ledger_entries_balance after insert on ledger_entries
  deferrable initially deferred for each row execute function ledger_check_movement();

create function ledger_check_wallet() returns trigger language plpgsql as $$
declare
  kept bigint := coalesce((select balance_cents from ledger_accounts where wallet_id = new.id and kind = 'balance'), 0);
  shown bigint := (select balance_cents from wallets where id = new.id);
begin
  if kept <> shown then
    raise exception 'wallet % shows a balance of % where its ledger has %', new.id, shown, kept;
  end if;
  return null;
end $$;

create constraint trigger wallets_in_ledger after insert or update of balance_cents on wallets
  deferrable initially deferred for each row execute function ledger_check_wallet();

create function ledger_check_credit_note() returns trigger language plpgsql as $$
declare
  kept bigint := coalesce((select balance_cents from ledger_accounts where credit_note_id = new.id and kind = 'balance'), 0);
  shown bigint := (select case status when 'finalized' then balance_amount_cents else 0 end from credit_notes where id = new.id);
begin
  if kept <> shown then
    raise exception 'credit note % shows a balance of % where its ledger has %', new.id, shown, kept;
  end if;
  return null;
end $$;

create constraint trigger credit_notes_in_ledger after insert or update of balance_amount_cents, status on credit_notes
  deferrable initially deferred for each row execute function ledger_check_credit_note();
