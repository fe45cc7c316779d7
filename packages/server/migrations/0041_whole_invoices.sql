-- The rest of an invoice: what its owners add to it, edits on drafts, payments, documents, and what went wrong.

alter table invoices
  add column voided_invoice_id uuid references invoices (id),
  add column payment_attempts integer not null default 0,
  add column ready_for_payment_processing boolean not null default true,
  add column skip_automatic_payment boolean not null default false,
  add column payment_method_id uuid,
  add column payment_method_type text;

-- An invoice is made again at most once.
create unique index invoices_regenerated on invoices (voided_invoice_id) where voided_invoice_id is not null;

create table invoice_metadata (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  invoice_id uuid not null references invoices (id),
  key text not null check (length(key) <= 20),
  value text not null check (length(value) <= 140),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (invoice_id, key)
);

-- What could not be done, kept where a user sees it.
create table error_details (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  invoice_id uuid references invoices (id),
  error_code text not null check (error_code in ('not_provided', 'tax_error', 'tax_voiding_error', 'invoice_generation_error')),
  details jsonb not null default '{}',
  deleted_at timestamptz,
  created_at timestamptz not null
);

create index error_details_of_invoice on error_details (invoice_id) where deleted_at is null;

-- Texts that organizations put on their invoices.
create table invoice_custom_sections (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  code text not null,
  name text not null,
  display_name text,
  description text,
  details text,
  section_type text not null default 'manual' check (section_type in ('manual', 'system_generated')),
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index invoice_custom_sections_code on invoice_custom_sections (organization_id, code) where deleted_at is null;

-- Who selected which: a billing entity, a customer, a subscription, a wallet, a rule or a transaction.
create table selected_custom_sections (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  invoice_custom_section_id uuid not null references invoice_custom_sections (id),
  owner_type text not null check (owner_type in
    ('billing_entity', 'customer', 'subscription', 'wallet', 'recurring_transaction_rule', 'wallet_transaction')),
  owner_id uuid not null,
  created_at timestamptz not null,
  unique (owner_id, invoice_custom_section_id)
);

create index selected_custom_sections_by_section on selected_custom_sections (invoice_custom_section_id);

create table applied_invoice_custom_sections (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  invoice_id uuid not null references invoices (id),
  code text not null,
  name text not null,
  display_name text,
  details text,
  created_at timestamptz not null,
  unique (invoice_id, code)
);

-- An edit of a line of a draft, applied again whenever its fees are computed.
create table adjusted_fees (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  invoice_id uuid not null references invoices (id),
  subscription_id uuid references subscriptions (id),
  charge_id uuid references charges (id),
  charge_filter_id uuid references charge_filters (id),
  fixed_charge_id uuid references fixed_charges (id),
  fee_type text not null,
  grouped_by jsonb not null default '{}',
  from_datetime timestamptz,
  to_datetime timestamptz,
  -- Null: the line is only renamed.
  units numeric check (units >= 0),
  -- In units of the currency; null: the price is applied to the units.
  unit_precise_amount numeric(40, 15),
  invoice_display_name text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index adjusted_fees_line on adjusted_fees
  (invoice_id, subscription_id, fee_type, charge_id, charge_filter_id, fixed_charge_id, grouped_by) nulls not distinct;

create table applied_usage_thresholds (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  invoice_id uuid not null references invoices (id),
  usage_threshold_id uuid not null references usage_thresholds (id),
  lifetime_usage_amount_cents bigint not null,
  created_at timestamptz not null,
  unique (invoice_id, usage_threshold_id)
);

create index applied_usage_thresholds_of_threshold on applied_usage_thresholds (usage_threshold_id, created_at desc);

-- Money received or sent for an invoice. Payment companies' own payments come with the payments work.
create table payments (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  invoice_id uuid references invoices (id),
  payment_type text not null check (payment_type in ('provider', 'manual')),
  reference text check (length(reference) <= 40),
  amount_cents bigint not null,
  amount_currency text not null,
  status text not null,
  payable_payment_status text check (payable_payment_status in ('pending', 'processing', 'succeeded', 'failed')),
  provider_payment_id text,
  error_code text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index payments_of_invoice on payments (invoice_id, created_at);
create index payments_by_creation on payments (organization_id, created_at desc, id);
create index payments_of_customer on payments (customer_id, created_at desc);

-- Rendered documents, one of each kind for an invoice or a credit note.
create table documents (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  invoice_id uuid references invoices (id),
  credit_note_id uuid references credit_notes (id),
  payment_id uuid references payments (id),
  kind text not null check (kind in ('pdf', 'xml')),
  file_key text not null,
  byte_size bigint not null,
  created_at timestamptz not null,
  check (num_nonnulls(invoice_id, credit_note_id, payment_id) = 1)
);

create unique index documents_of_invoice on documents (invoice_id, kind) where invoice_id is not null;
create unique index documents_of_credit_note on documents (credit_note_id, kind) where credit_note_id is not null;
create unique index documents_of_payment on documents (payment_id, kind) where payment_id is not null;
