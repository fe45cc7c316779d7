-- What has to happen before a subscription starts: somebody pays for it.

create table subscription_activation_rules (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  subscription_id uuid not null references subscriptions (id),
  type text not null check (type in ('payment')),
  -- How long is waited for the payment; 0: for ever.
  timeout_hours integer not null default 0 check (timeout_hours >= 0),
  status text not null default 'inactive' check (status in
    ('inactive', 'pending', 'satisfied', 'declined', 'failed', 'expired', 'not_applicable')),
  expires_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (subscription_id, type)
);

create index subscription_activation_rules_expiring on subscription_activation_rules (organization_id, expires_at)
  where status = 'pending' and expires_at is not null;
