-- The rest of the price book: taxes, add-ons, fixed charges, commitments, thresholds, pricing units.

create table taxes (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  code text not null,
  name text not null,
  description text,
  -- Percent.
  rate double precision not null,
  applied_to_organization boolean not null default false,
  auto_generated boolean not null default false,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index taxes_code on taxes (organization_id, code) where deleted_at is null;
create index taxes_by_creation on taxes (organization_id, created_at desc, id) where deleted_at is null;

-- What an add-on costs when it is sold once, and the item that fixed charges bill.
create table add_ons (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  code text not null,
  name text not null,
  invoice_display_name text,
  description text,
  amount_cents bigint not null check (amount_cents > 0),
  amount_currency text not null,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index add_ons_code on add_ons (organization_id, code) where deleted_at is null;
create index add_ons_by_creation on add_ons (organization_id, created_at desc, id) where deleted_at is null;

create table fixed_charges (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  plan_id uuid not null references plans (id),
  add_on_id uuid not null references add_ons (id),
  -- On the private copy of a plan: the fixed charge it was copied from.
  parent_id uuid references fixed_charges (id),
  code text not null,
  invoice_display_name text,
  charge_model text not null check (charge_model in ('standard', 'graduated', 'volume')),
  properties jsonb not null,
  pay_in_advance boolean not null default false,
  prorated boolean not null default false,
  units numeric(30, 10) not null default 0 check (units >= 0),
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index fixed_charges_code on fixed_charges (plan_id, code) where deleted_at is null and parent_id is null;
create index fixed_charges_by_plan on fixed_charges (plan_id, created_at, id) where deleted_at is null;
create index fixed_charges_by_add_on on fixed_charges (add_on_id) where deleted_at is null;
create index fixed_charges_by_parent on fixed_charges (parent_id) where parent_id is not null;

-- From `timestamp` on, the subscription has `units` of the fixed charge. Rows are never changed.
create table fixed_charge_events (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  subscription_id uuid not null references subscriptions (id),
  fixed_charge_id uuid not null references fixed_charges (id),
  units numeric(30, 10) not null check (units >= 0),
  timestamp timestamptz not null,
  created_at timestamptz not null,
  deleted_at timestamptz
);

create index fixed_charge_events_of_subscription on fixed_charge_events (subscription_id, fixed_charge_id, timestamp, created_at, id)
  where deleted_at is null;

-- Units that one subscription has instead of those of its plan.
create table subscription_fixed_charge_units_overrides (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  subscription_id uuid not null references subscriptions (id),
  fixed_charge_id uuid not null references fixed_charges (id),
  units numeric(30, 10) not null check (units >= 0),
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index fixed_charge_units_override on subscription_fixed_charge_units_overrides (subscription_id, fixed_charge_id)
  where deleted_at is null;

-- What a plan costs at least in each of its periods.
create table commitments (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  plan_id uuid not null unique references plans (id),
  commitment_type text not null default 'minimum_commitment' check (commitment_type in ('minimum_commitment')),
  amount_cents bigint not null check (amount_cents > 0),
  invoice_display_name text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- Amounts of lifetime usage at which an invoice is made before the period ends.
create table usage_thresholds (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  plan_id uuid references plans (id),
  subscription_id uuid references subscriptions (id),
  amount_cents bigint not null check (amount_cents > 0),
  recurring boolean not null default false,
  threshold_display_name text,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((plan_id is null) <> (subscription_id is null))
);

create unique index usage_thresholds_of_plan on usage_thresholds (plan_id, amount_cents, recurring)
  where deleted_at is null and plan_id is not null;
create unique index usage_thresholds_of_subscription on usage_thresholds (subscription_id, amount_cents, recurring)
  where deleted_at is null and subscription_id is not null;
create unique index usage_thresholds_recurring_of_plan on usage_thresholds (plan_id)
  where deleted_at is null and recurring and plan_id is not null;
create unique index usage_thresholds_recurring_of_subscription on usage_thresholds (subscription_id)
  where deleted_at is null and recurring and subscription_id is not null;

-- A unit of account of the organization's own, such as credits, in which charges may be priced.
create table pricing_units (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  code text not null,
  name text not null,
  short_name text not null check (length(short_name) <= 3),
  description text check (length(description) <= 600),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (organization_id, code)
);

create table applied_pricing_units (
  charge_id uuid primary key references charges (id),
  organization_id uuid not null references organizations (id),
  pricing_unit_id uuid not null references pricing_units (id),
  -- What one pricing unit is worth in the plan's currency.
  conversion_rate numeric(40, 15) not null check (conversion_rate > 0),
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- Which taxes an object gives to its fees. Each table is one level; the first level with any decides.
create table plans_taxes (
  plan_id uuid not null references plans (id),
  tax_id uuid not null references taxes (id),
  organization_id uuid not null references organizations (id),
  created_at timestamptz not null,
  primary key (plan_id, tax_id)
);
create index plans_taxes_by_tax on plans_taxes (tax_id);

create table charges_taxes (
  charge_id uuid not null references charges (id),
  tax_id uuid not null references taxes (id),
  organization_id uuid not null references organizations (id),
  created_at timestamptz not null,
  primary key (charge_id, tax_id)
);
create index charges_taxes_by_tax on charges_taxes (tax_id);

create table fixed_charges_taxes (
  fixed_charge_id uuid not null references fixed_charges (id),
  tax_id uuid not null references taxes (id),
  organization_id uuid not null references organizations (id),
  created_at timestamptz not null,
  primary key (fixed_charge_id, tax_id)
);
create index fixed_charges_taxes_by_tax on fixed_charges_taxes (tax_id);

create table commitments_taxes (
  commitment_id uuid not null references commitments (id) on delete cascade,
  tax_id uuid not null references taxes (id),
  organization_id uuid not null references organizations (id),
  created_at timestamptz not null,
  primary key (commitment_id, tax_id)
);
create index commitments_taxes_by_tax on commitments_taxes (tax_id);

create table add_ons_taxes (
  add_on_id uuid not null references add_ons (id),
  tax_id uuid not null references taxes (id),
  organization_id uuid not null references organizations (id),
  created_at timestamptz not null,
  primary key (add_on_id, tax_id)
);
create index add_ons_taxes_by_tax on add_ons_taxes (tax_id);

create table customers_taxes (
  customer_id uuid not null references customers (id),
  tax_id uuid not null references taxes (id),
  organization_id uuid not null references organizations (id),
  created_at timestamptz not null,
  primary key (customer_id, tax_id)
);
create index customers_taxes_by_tax on customers_taxes (tax_id);

create table billing_entities_taxes (
  billing_entity_id uuid not null references billing_entities (id),
  tax_id uuid not null references taxes (id),
  organization_id uuid not null references organizations (id),
  created_at timestamptz not null,
  primary key (billing_entity_id, tax_id)
);
create index billing_entities_taxes_by_tax on billing_entities_taxes (tax_id);
