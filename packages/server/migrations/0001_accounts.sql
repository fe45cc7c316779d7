-- Who bills: organizations, their API keys, and the billing entities that issue their invoices.

create table organizations (
  id uuid primary key,
  name text not null,
  slug text not null unique,
  -- A sandbox never reaches the outside, and its users may steer its clock.
  sandbox boolean not null default false,
  -- Set: the organization's time stands still at this instant. Null: real time.
  test_clock_now timestamptz,
  default_currency text not null default 'USD',
  timezone text not null default 'UTC',
  country text,
  address_line1 text,
  address_line2 text,
  city text,
  state text,
  zipcode text,
  email text,
  legal_name text,
  legal_number text,
  tax_identification_number text,
  document_numbering text not null default 'per_customer' check (document_numbering in ('per_customer', 'per_organization')),
  document_number_prefix text not null check (length(document_number_prefix) between 1 and 10),
  finalize_zero_amount_invoice boolean not null default true,
  net_payment_term integer not null default 0 check (net_payment_term >= 0),
  invoice_grace_period integer not null default 0 check (invoice_grace_period >= 0),
  invoice_footer text,
  document_locale text not null default 'en',
  email_settings text[] not null default '{}',
  -- Secret of the HMAC webhook signatures.
  hmac_key text not null unique,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (sandbox or test_clock_now is null)
);

create table api_keys (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  name text,
  -- SHA-256 of the key: the key itself is shown once and never stored.
  key_hash bytea not null unique,
  -- Last characters of the key, so that people can tell their keys apart.
  key_ending text not null,
  permissions jsonb not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz not null
);

create index api_keys_by_organization on api_keys (organization_id, created_at);

create table billing_entities (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  code text not null,
  name text not null,
  default_currency text not null default 'USD',
  timezone text not null default 'UTC',
  country text,
  address_line1 text,
  address_line2 text,
  city text,
  state text,
  zipcode text,
  phone text,
  email text,
  legal_name text,
  legal_number text,
  tax_identification_number text,
  document_numbering text not null default 'per_customer' check (document_numbering in ('per_customer', 'per_billing_entity')),
  document_number_prefix text not null check (length(document_number_prefix) between 1 and 10),
  finalize_zero_amount_invoice boolean not null default true,
  net_payment_term integer not null default 0 check (net_payment_term >= 0),
  invoice_grace_period integer not null default 0 check (invoice_grace_period >= 0),
  subscription_invoice_issuing_date_anchor text not null default 'next_period_start'
    check (subscription_invoice_issuing_date_anchor in ('current_period_end', 'next_period_start')),
  subscription_invoice_issuing_date_adjustment text not null default 'align_with_finalization_date'
    check (subscription_invoice_issuing_date_adjustment in ('keep_anchor', 'align_with_finalization_date')),
  invoice_footer text,
  document_locale text not null default 'en',
  email_settings text[] not null default '{}',
  eu_tax_management boolean not null default false,
  einvoicing boolean not null default false,
  archived_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index billing_entities_code on billing_entities (organization_id, code)
  where archived_at is null and deleted_at is null;
create index billing_entities_by_age on billing_entities (organization_id, created_at, id);

-- Keys of the whole installation (the RSA key that signs webhooks), encrypted with WEIR_SECRET.
create table installation_keys (
  name text primary key,
  encrypted_value bytea not null,
  created_at timestamptz not null
);

-- Answers to POST requests that carried an Idempotency-Key, kept for 48 hours.
create table idempotency_keys (
  organization_id uuid not null references organizations (id),
  key text not null,
  request_hash bytea not null,
  -- Null while the first request is still being answered.
  response_status integer,
  response_body text,
  created_at timestamptz not null,
  primary key (organization_id, key)
);

create index idempotency_keys_by_age on idempotency_keys (created_at);

-- Background workers that are alive; the jobs of one that falls silent are freed.
create table job_workers (
  worker_id text primary key,
  seen_at timestamptz not null
);
