-- Discounts as they are defined, and what a plan entitles to.

create table coupons (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  code text not null,
  name text not null,
  description text,
  status text not null default 'active' check (status in ('active', 'terminated')),
  coupon_type text not null check (coupon_type in ('fixed_amount', 'percentage')),
  amount_cents bigint check (amount_cents > 0),
  amount_currency text,
  percentage_rate numeric(10, 5),
  frequency text not null check (frequency in ('once', 'recurring', 'forever')),
  frequency_duration integer,
  expiration text not null check (expiration in ('no_expiration', 'time_limit')),
  expiration_at timestamptz,
  reusable boolean not null default true,
  limited_plans boolean not null default false,
  limited_billable_metrics boolean not null default false,
  terminated_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index coupons_code on coupons (organization_id, code) where deleted_at is null;
create index coupons_in_order on coupons
  (organization_id, status, expiration, expiration_at nulls last, created_at desc, id) where deleted_at is null;
create index coupons_to_expire on coupons (organization_id, expiration_at)
  where deleted_at is null and status = 'active' and expiration = 'time_limit';

create table coupon_targets (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  coupon_id uuid not null references coupons (id),
  plan_id uuid references plans (id),
  billable_metric_id uuid references billable_metrics (id),
  deleted_at timestamptz,
  created_at timestamptz not null,
  check ((plan_id is null) <> (billable_metric_id is null))
);

create unique index coupon_targets_plan on coupon_targets (coupon_id, plan_id) where deleted_at is null and plan_id is not null;
create unique index coupon_targets_metric on coupon_targets (coupon_id, billable_metric_id)
  where deleted_at is null and billable_metric_id is not null;

create table features (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  code text not null check (length(code) <= 255),
  name text check (length(name) <= 255),
  description text check (length(description) <= 600),
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index features_code on features (organization_id, code) where deleted_at is null;
create index features_by_creation on features (organization_id, created_at desc, id) where deleted_at is null;

create table privileges (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  feature_id uuid not null references features (id),
  code text not null check (length(code) <= 255),
  name text check (length(name) <= 255),
  value_type text not null default 'string' check (value_type in ('integer', 'string', 'boolean', 'select')),
  config jsonb not null default '{}',
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index privileges_code on privileges (feature_id, code) where deleted_at is null;

-- A feature of a plan, or one that a subscription has beside those of its plan or in place of them.
create table entitlements (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  feature_id uuid not null references features (id),
  plan_id uuid references plans (id),
  subscription_id uuid references subscriptions (id),
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((plan_id is null) <> (subscription_id is null))
);

create unique index entitlements_of_plan on entitlements (plan_id, feature_id) where deleted_at is null and plan_id is not null;
create unique index entitlements_of_subscription on entitlements (subscription_id, feature_id)
  where deleted_at is null and subscription_id is not null;
create index entitlements_by_feature on entitlements (feature_id) where deleted_at is null;

create table entitlement_values (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  entitlement_id uuid not null references entitlements (id),
  privilege_id uuid not null references privileges (id),
  value text not null,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index entitlement_values_of_privilege on entitlement_values (entitlement_id, privilege_id) where deleted_at is null;
create index entitlement_values_by_privilege on entitlement_values (privilege_id) where deleted_at is null;

-- What the plan gives and this subscription does not have.
create table entitlement_removals (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  subscription_id uuid not null references subscriptions (id),
  feature_id uuid references features (id),
  privilege_id uuid references privileges (id),
  deleted_at timestamptz,
  created_at timestamptz not null,
  check ((feature_id is null) <> (privilege_id is null))
);

create unique index entitlement_removals_of_feature on entitlement_removals (subscription_id, feature_id)
  where deleted_at is null and feature_id is not null;
create unique index entitlement_removals_of_privilege on entitlement_removals (subscription_id, privilege_id)
  where deleted_at is null and privilege_id is not null;
