-- Fees of every kind of price, and their taxes.

alter table fees
  add column fixed_charge_id uuid references fixed_charges (id),
  add column add_on_id uuid references add_ons (id),
  add column commitment_id uuid,
  -- Billing instant that a period's boundaries were computed from.
  add column timestamp timestamptz,
  -- Null where the charge has no pricing unit: unit, short name, rate and amounts as they were.
  add column pricing_unit_usage jsonb,
  add column presentation_breakdowns jsonb not null default '[]';

-- An event in advance is charged once a charge and filter. The subscription belongs to it: another one may use the same
-- transaction id.
create unique index fees_of_event on fees
  (organization_id, subscription_id, pay_in_advance_event_transaction_id, charge_id, charge_filter_id) nulls not distinct
  where deleted_at is null and pay_in_advance_event_transaction_id is not null and original_fee_id is null;
create index fees_by_charge on fees (charge_id, subscription_id, from_datetime) where deleted_at is null and charge_id is not null;
create index fees_by_fixed_charge on fees (fixed_charge_id, subscription_id, from_datetime)
  where deleted_at is null and fixed_charge_id is not null;
create unique index fees_commitment on fees (invoice_id, subscription_id) where deleted_at is null and fee_type = 'commitment';

create table fees_taxes (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  fee_id uuid not null references fees (id),
  tax_id uuid references taxes (id),
  tax_code text not null,
  tax_name text not null,
  tax_rate double precision not null,
  tax_description text,
  amount_cents bigint not null,
  precise_amount_cents numeric(40, 15) not null,
  amount_currency text not null,
  created_at timestamptz not null,
  unique (fee_id, tax_code)
);

create table invoices_taxes (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  invoice_id uuid not null references invoices (id),
  tax_id uuid references taxes (id),
  tax_code text not null,
  tax_name text not null,
  tax_rate double precision not null,
  tax_description text,
  amount_cents bigint not null,
  amount_currency text not null,
  fees_amount_cents bigint not null,
  taxable_base_amount_cents bigint not null default 0,
  created_at timestamptz not null,
  unique (invoice_id, tax_code)
);
