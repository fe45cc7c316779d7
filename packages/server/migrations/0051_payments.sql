-- Who collects payments: connections to payment companies, the customers known there, and what they pay with.

create table payment_providers (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  type text not null check (type in ('stripe', 'adyen', 'gocardless', 'cashfree', 'flutterwave', 'moneyhash')),
  code text not null,
  name text not null,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index payment_providers_code on payment_providers (organization_id, code) where deleted_at is null;

-- A customer as it is known at a provider.
create table payment_provider_customers (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  payment_provider_id uuid references payment_providers (id),
  type text not null check (type in ('stripe', 'adyen', 'gocardless', 'cashfree', 'flutterwave', 'moneyhash')),
  -- Its id there; null while it has none.
  provider_customer_id text,
  settings jsonb not null default '{}',
  -- The last page that was made for it to save a payment method on.
  checkout_url text,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index payment_provider_customers_type on payment_provider_customers (customer_id, type) where deleted_at is null;

-- A saved card or mandate.
create table payment_methods (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  payment_provider_id uuid references payment_providers (id),
  payment_provider_customer_id uuid not null references payment_provider_customers (id),
  provider_method_id text not null,
  provider_method_type text not null,
  is_default boolean not null default false check (not is_default or deleted_at is null),
  details jsonb not null default '{}',
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index payment_methods_once on payment_methods (payment_provider_customer_id, provider_method_id)
  where deleted_at is null;
create unique index payment_methods_default on payment_methods (customer_id) where is_default;
create index payment_methods_of_customer on payment_methods (customer_id, created_at desc, id) where deleted_at is null;

-- Payments through providers.
alter table payments
  add column payment_provider_id uuid references payment_providers (id),
  add column payment_provider_customer_id uuid references payment_provider_customers (id),
  add column payment_method_id uuid references payment_methods (id),
  -- What the payer has to do next, in the provider's words.
  add column provider_payment_data jsonb not null default '{}';

create unique index payments_at_provider on payments (payment_provider_id, provider_payment_id)
  where provider_payment_id is not null;
-- Nobody is charged twice: an invoice has at most one payment under way.
create unique index payments_under_way on payments (invoice_id)
  where payment_type = 'provider' and payable_payment_status in ('pending', 'processing');

-- What a payer gets in return.
create table payment_receipts (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  billing_entity_id uuid not null references billing_entities (id),
  payment_id uuid not null unique references payments (id),
  number text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index payment_receipts_by_creation on payment_receipts (organization_id, created_at desc, id);

-- Receipts of a customer are numbered 1, 2, 3...
alter table customers add column last_payment_receipt bigint not null default 0;
alter table organizations add column issue_receipts boolean not null default true;
