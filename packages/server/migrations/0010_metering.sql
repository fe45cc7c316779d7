-- What is kept of usage beside the events: levels that carry over, what was billed in advance, lifetimes, days, alerts.

-- The level of a time-weighted sum at the end of each billed period, per charge, filter and group.
create table weighted_levels (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  external_subscription_id text collate "C" not null,
  charge_id uuid not null references charges (id),
  charge_filter_id uuid references charge_filters (id),
  grouped_by jsonb not null default '{}',
  timestamp timestamptz not null,
  level numeric not null,
  created_at timestamptz not null,
  unique nulls not distinct (organization_id, external_subscription_id, charge_id, charge_filter_id, grouped_by, timestamp)
);

-- The running total of a charge in advance after each event, and the highest one that was billed in the period.
create table advance_totals (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  external_subscription_id text collate "C" not null,
  charge_id uuid not null references charges (id),
  charge_filter_id uuid references charge_filters (id),
  grouped_by jsonb not null default '{}',
  event_transaction_id text collate "C" not null,
  -- Of the event.
  timestamp timestamptz not null,
  current numeric not null,
  max numeric not null,
  max_prorated numeric,
  created_at timestamptz not null,
  unique nulls not distinct (organization_id, external_subscription_id, charge_id, charge_filter_id, grouped_by, event_transaction_id)
);

create index advance_totals_latest on advance_totals
  (organization_id, external_subscription_id, charge_id, timestamp desc, created_at desc);

create table lifetime_usages (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  subscription_id uuid not null references subscriptions (id),
  historical_usage_amount_cents bigint not null default 0 check (historical_usage_amount_cents >= 0),
  invoiced_usage_amount_cents bigint not null default 0 check (invoiced_usage_amount_cents >= 0),
  current_usage_amount_cents bigint not null default 0 check (current_usage_amount_cents >= 0),
  recalculate_invoiced_usage boolean not null default false,
  recalculate_current_usage boolean not null default false,
  invoiced_usage_refreshed_at timestamptz,
  current_usage_refreshed_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index lifetime_usages_of_subscription on lifetime_usages (subscription_id) where deleted_at is null;
create index lifetime_usages_to_refresh on lifetime_usages (organization_id)
  where deleted_at is null and (recalculate_invoiced_usage or recalculate_current_usage);

-- Usage of the running period as it stood at the end of a day.
create table daily_usages (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  subscription_id uuid not null references subscriptions (id),
  external_subscription_id text not null,
  from_datetime timestamptz not null,
  to_datetime timestamptz not null,
  usage_date date not null,
  usage jsonb not null,
  usage_diff jsonb not null,
  refreshed_at timestamptz not null,
  created_at timestamptz not null,
  unique (subscription_id, from_datetime, to_datetime, usage_date)
);

create index daily_usages_by_day on daily_usages (subscription_id, usage_date desc);
create index daily_usages_of_organization on daily_usages (organization_id, usage_date);

alter table subscriptions
  add column last_received_event_on date,
  add column skip_daily_usage boolean not null default false;

-- Subscriptions whose usage changed and was not looked at since: one row each, its version tells of changes meanwhile.
create table usage_activities (
  subscription_id uuid primary key references subscriptions (id),
  organization_id uuid not null references organizations (id),
  version bigint not null default 1,
  attempts integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index usage_activities_of_organization on usage_activities (organization_id, updated_at);

create table usage_alerts (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  -- Alerts of subscriptions hang on the external id: they outlive plan changes.
  subscription_external_id text,
  wallet_id uuid,
  billable_metric_id uuid references billable_metrics (id),
  alert_type text not null,
  code text not null,
  name text,
  direction text not null default 'increasing' check (direction in ('increasing', 'decreasing')),
  previous_value numeric(30, 5) not null default 0,
  last_processed_at timestamptz,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check ((subscription_external_id is null) <> (wallet_id is null))
);

create unique index usage_alerts_code on usage_alerts (organization_id, subscription_external_id, code)
  where deleted_at is null and subscription_external_id is not null;
create unique index usage_alerts_type on usage_alerts (organization_id, subscription_external_id, alert_type)
  where deleted_at is null and subscription_external_id is not null and billable_metric_id is null;
create unique index usage_alerts_metric on usage_alerts (organization_id, subscription_external_id, alert_type, billable_metric_id)
  where deleted_at is null and subscription_external_id is not null and billable_metric_id is not null;
create unique index usage_alerts_wallet_code on usage_alerts (wallet_id, code) where deleted_at is null and wallet_id is not null;
create unique index usage_alerts_wallet_type on usage_alerts (wallet_id, alert_type) where deleted_at is null and wallet_id is not null;
create index usage_alerts_by_metric on usage_alerts (billable_metric_id) where deleted_at is null and billable_metric_id is not null;

create table usage_alert_thresholds (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  alert_id uuid not null references usage_alerts (id),
  position integer not null,
  code text,
  value numeric(30, 5) not null,
  recurring boolean not null default false,
  created_at timestamptz not null,
  unique (alert_id, position)
);

create unique index usage_alert_thresholds_recurring on usage_alert_thresholds (alert_id) where recurring;

create table triggered_usage_alerts (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  alert_id uuid not null references usage_alerts (id),
  subscription_id uuid references subscriptions (id),
  wallet_id uuid,
  current_value numeric(30, 5) not null,
  previous_value numeric(30, 5) not null,
  crossed_thresholds jsonb not null,
  triggered_at timestamptz not null,
  created_at timestamptz not null
);

create index triggered_usage_alerts_of_alert on triggered_usage_alerts (alert_id, triggered_at desc);
