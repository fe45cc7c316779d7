-- Who is billed.

create table customers (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  billing_entity_id uuid not null references billing_entities (id),
  external_id text not null,
  -- 1, 2, 3... per organization, never reused.
  sequential_id bigint not null,
  slug text not null,
  account_type text not null default 'customer' check (account_type in ('customer', 'partner')),
  customer_type text check (customer_type in ('company', 'individual')),
  name text,
  firstname text,
  lastname text,
  legal_name text,
  legal_number text,
  tax_identification_number text,
  email text,
  phone text,
  url text,
  logo_url text,
  external_salesforce_id text,
  address_line1 text,
  address_line2 text,
  city text,
  zipcode text,
  state text,
  country text,
  shipping_address_line1 text,
  shipping_address_line2 text,
  shipping_city text,
  shipping_zipcode text,
  shipping_state text,
  shipping_country text,
  currency text,
  timezone text,
  document_locale text,
  net_payment_term integer check (net_payment_term >= 0),
  invoice_grace_period integer check (invoice_grace_period >= 0),
  subscription_invoice_issuing_date_anchor text
    check (subscription_invoice_issuing_date_anchor in ('current_period_end', 'next_period_start')),
  subscription_invoice_issuing_date_adjustment text
    check (subscription_invoice_issuing_date_adjustment in ('keep_anchor', 'align_with_finalization_date')),
  finalize_zero_amount_invoice text not null default 'inherit'
    check (finalize_zero_amount_invoice in ('inherit', 'skip', 'finalize')),
  skip_invoice_custom_sections boolean not null default false,
  payment_provider text,
  payment_provider_code text,
  exclude_from_dunning_campaign boolean not null default false,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (organization_id, sequential_id)
);

create unique index customers_external_id on customers (organization_id, external_id) where deleted_at is null;
create index customers_by_creation on customers (organization_id, created_at desc, id) where deleted_at is null;
create index customers_by_billing_entity on customers (organization_id, billing_entity_id) where deleted_at is null;

create table customer_metadata (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  key text not null,
  value text not null,
  display_in_invoice boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (customer_id, key) deferrable
);

create index customer_metadata_by_pair on customer_metadata (organization_id, key, value);
