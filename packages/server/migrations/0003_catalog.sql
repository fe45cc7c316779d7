-- What is sold: billable metrics, plans, charges and their filters.

create table billable_metrics (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  name text not null,
  code text not null,
  description text,
  aggregation_type text not null check (aggregation_type in
    ('count_agg', 'sum_agg', 'max_agg', 'unique_count_agg', 'weighted_sum_agg', 'latest_agg', 'custom_agg')),
  field_name text,
  recurring boolean not null default false,
  weighted_interval text check (weighted_interval in ('seconds')),
  rounding_function text check (rounding_function in ('round', 'ceil', 'floor')),
  rounding_precision integer,
  expression text,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index billable_metrics_code on billable_metrics (organization_id, code) where deleted_at is null;
create index billable_metrics_by_creation on billable_metrics (organization_id, created_at desc, id) where deleted_at is null;

-- Event properties of a metric that may be priced separately, with the values each may take.
create table billable_metric_filters (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  billable_metric_id uuid not null references billable_metrics (id),
  key text not null,
  values text[] not null,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index billable_metric_filters_key on billable_metric_filters (billable_metric_id, key) where deleted_at is null;

create table plans (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  -- Set on the private copy that a subscription with overridden prices points to.
  parent_id uuid references plans (id),
  name text not null,
  code text not null,
  invoice_display_name text,
  description text,
  interval text not null check (interval in ('weekly', 'monthly', 'quarterly', 'semiannual', 'yearly')),
  amount_cents bigint not null,
  amount_currency text not null,
  pay_in_advance boolean not null,
  -- Days; a fraction of a day is allowed.
  trial_period double precision,
  bill_charges_monthly boolean,
  bill_fixed_charges_monthly boolean,
  pending_deletion boolean not null default false,
  metadata jsonb,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index plans_code on plans (organization_id, code) where deleted_at is null and parent_id is null;
create index plans_by_creation on plans (organization_id, created_at desc, id) where deleted_at is null and parent_id is null;
create index plans_by_parent on plans (parent_id) where parent_id is not null;

create table charges (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  plan_id uuid not null references plans (id),
  billable_metric_id uuid not null references billable_metrics (id),
  parent_id uuid references charges (id),
  code text not null,
  invoice_display_name text,
  charge_model text not null check (charge_model in
    ('standard', 'graduated', 'package', 'percentage', 'volume', 'graduated_percentage', 'custom', 'dynamic')),
  properties jsonb not null,
  pay_in_advance boolean not null default false,
  prorated boolean not null default false,
  invoiceable boolean not null default true,
  regroup_paid_fees text check (regroup_paid_fees in ('invoice')),
  min_amount_cents bigint not null default 0 check (min_amount_cents >= 0),
  accepts_target_wallet boolean not null default false,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index charges_code on charges (plan_id, code) where deleted_at is null and parent_id is null;
create index charges_by_plan on charges (plan_id, created_at, id) where deleted_at is null;
create index charges_by_metric on charges (billable_metric_id) where deleted_at is null;

create table charge_filters (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  charge_id uuid not null references charges (id),
  invoice_display_name text,
  properties jsonb not null,
  deleted_at timestamptz,
  created_at timestamptz not null,
  -- Filters are shown in the order they were last touched.
  updated_at timestamptz not null,
  position integer not null default 0
);

create index charge_filters_by_charge on charge_filters (charge_id, updated_at, position) where deleted_at is null;

create table charge_filter_values (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  charge_filter_id uuid not null references charge_filters (id),
  billable_metric_filter_id uuid not null references billable_metric_filters (id),
  -- Values of the metric filter, or the one marker __ALL_FILTER_VALUES__.
  values text[] not null,
  deleted_at timestamptz,
  created_at timestamptz not null
);

create unique index charge_filter_values_key on charge_filter_values (charge_filter_id, billable_metric_filter_id)
  where deleted_at is null;
create index charge_filter_values_by_metric_filter on charge_filter_values (billable_metric_filter_id) where deleted_at is null;
