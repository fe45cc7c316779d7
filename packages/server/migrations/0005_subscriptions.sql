-- Who has what, since when, and when it is billed next.

create table subscriptions (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  plan_id uuid not null references plans (id),
  billing_entity_id uuid references billing_entities (id),
  previous_subscription_id uuid references subscriptions (id),
  external_id text not null,
  status text not null check (status in ('pending', 'active', 'terminated', 'canceled', 'incomplete')),
  name text,
  billing_time text not null default 'calendar' check (billing_time in ('calendar', 'anniversary')),
  -- The anchor of the billing periods.
  subscription_at timestamptz not null,
  started_at timestamptz,
  activated_at timestamptz,
  ending_at timestamptz,
  terminated_at timestamptz,
  canceled_at timestamptz,
  -- When the free trial ends, and when that was acted upon.
  trial_ends_at timestamptz,
  trial_ended_at timestamptz,
  on_termination_credit_note text check (on_termination_credit_note in ('credit', 'refund', 'offset', 'skip')),
  on_termination_invoice text not null default 'generate' check (on_termination_invoice in ('generate', 'skip')),
  payment_method_id uuid,
  payment_method_type text not null default 'provider' check (payment_method_type in ('provider', 'manual')),
  consolidate_invoice boolean not null default true,
  purchase_order_number text check (length(purchase_order_number) <= 255),
  progressive_billing_disabled boolean not null default false,
  skip_invoice_custom_sections boolean not null default false,
  cancellation_reason text check (cancellation_reason in ('payment_failed', 'timeout')),
  -- Start of the next billing day in the customer's time zone: what the billing clock looks for. Null: never.
  next_billing_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (status <> 'active' or started_at is not null)
);

-- At most one running subscription an external id.
create unique index subscriptions_active_external_id on subscriptions (organization_id, external_id) where status = 'active';
create unique index subscriptions_incomplete_external_id on subscriptions (organization_id, external_id) where status = 'incomplete';
create index subscriptions_by_external_id on subscriptions (organization_id, external_id, subscription_at desc);
create index subscriptions_by_start on subscriptions (organization_id, subscription_at desc, created_at desc, id);
create index subscriptions_by_customer on subscriptions (customer_id, status);
create index subscriptions_by_plan on subscriptions (plan_id);
create index subscriptions_by_previous on subscriptions (previous_subscription_id) where previous_subscription_id is not null;

-- The clock's questions: what is due, per organization and over all of them.
create index subscriptions_due on subscriptions (next_billing_at, organization_id) where status = 'active';
create index subscriptions_due_of_organization on subscriptions (organization_id, next_billing_at) where status = 'active';
create index subscriptions_pending on subscriptions (organization_id, subscription_at)
  where status = 'pending' and previous_subscription_id is null;
create index subscriptions_in_trial on subscriptions (organization_id, trial_ends_at)
  where status = 'active' and trial_ended_at is null and trial_ends_at is not null;
create index subscriptions_ending on subscriptions (organization_id, ending_at) where status = 'active' and ending_at is not null;
