-- What is owed: invoices, the periods they bill, and their fees.

create table invoices (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  billing_entity_id uuid not null references billing_entities (id),
  sequential_id bigint,
  billing_entity_sequential_id bigint,
  number text not null,
  invoice_type text not null check (invoice_type in
    ('subscription', 'add_on', 'credit', 'one_off', 'advance_charges', 'progressive_billing')),
  status text not null check (status in
    ('generating', 'draft', 'pending', 'failed', 'finalized', 'voided', 'open', 'closed', 'deleted')),
  payment_status text not null default 'pending' check (payment_status in ('pending', 'succeeded', 'failed')),
  tax_status text check (tax_status in ('pending', 'succeeded', 'failed')),
  currency text not null,
  -- The customer's time zone when the invoice was made.
  timezone text not null,
  issuing_date date not null,
  expected_finalization_date date not null,
  payment_due_date date not null,
  net_payment_term integer not null default 0,
  fees_amount_cents bigint not null default 0,
  coupons_amount_cents bigint not null default 0,
  progressive_billing_credit_amount_cents bigint not null default 0,
  sub_total_excluding_taxes_amount_cents bigint not null default 0,
  taxes_amount_cents bigint not null default 0,
  taxes_rate double precision not null default 0,
  sub_total_including_taxes_amount_cents bigint not null default 0,
  credit_notes_amount_cents bigint not null default 0,
  prepaid_credit_amount_cents bigint not null default 0,
  prepaid_granted_credit_amount_cents bigint,
  prepaid_purchased_credit_amount_cents bigint,
  total_amount_cents bigint not null default 0 check (total_amount_cents >= 0),
  total_paid_amount_cents bigint not null default 0,
  payment_overdue boolean not null default false,
  payment_dispute_lost_at timestamptz,
  ready_to_be_refreshed boolean not null default false,
  skip_charges boolean not null default false,
  self_billed boolean not null default false,
  version_number integer not null default 4,
  purchase_order_number text,
  voided_at timestamptz,
  finalized_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (organization_id, customer_id, billing_entity_id, sequential_id)
);

create unique index invoices_billing_entity_sequence on invoices (billing_entity_id, billing_entity_sequential_id)
  where billing_entity_sequential_id is not null;
create index invoices_by_issuing_date on invoices (organization_id, issuing_date desc, created_at desc, id)
  where status in ('draft', 'finalized', 'voided', 'failed', 'pending');
create index invoices_by_customer on invoices (customer_id, issuing_date desc, created_at desc, id);
create index invoices_by_number on invoices (organization_id, number);
create index invoices_to_finalize on invoices (organization_id, expected_finalization_date) where status = 'draft';
create index invoices_to_refresh on invoices (organization_id) where status = 'draft' and ready_to_be_refreshed;
create index invoices_to_mark_overdue on invoices (organization_id, payment_due_date)
  where status = 'finalized' and payment_status <> 'succeeded' and not payment_overdue and payment_dispute_lost_at is null;

-- One row for each subscription on an invoice: the periods it is billed for, and why.
create table invoice_subscriptions (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  invoice_id uuid not null references invoices (id),
  subscription_id uuid not null references subscriptions (id),
  -- The billing instant that the periods were computed from.
  timestamp timestamptz not null,
  from_datetime timestamptz,
  to_datetime timestamptz,
  charges_from_datetime timestamptz,
  charges_to_datetime timestamptz,
  fixed_charges_from_datetime timestamptz,
  fixed_charges_to_datetime timestamptz,
  recurring boolean not null,
  invoicing_reason text not null check (invoicing_reason in
    ('subscription_starting', 'subscription_periodic', 'subscription_terminating', 'in_advance_charge',
     'in_advance_charge_periodic', 'progressive_billing')),
  -- Set when the invoice was voided and made again: the row then no longer guards its period.
  regenerated_invoice_id uuid references invoices (id),
  created_at timestamptz not null,
  unique (invoice_id, subscription_id)
);

-- A period is billed once.
create unique index invoice_subscriptions_charges_period
  on invoice_subscriptions (subscription_id, charges_from_datetime, charges_to_datetime)
  where recurring and regenerated_invoice_id is null;
create unique index invoice_subscriptions_fixed_charges_period
  on invoice_subscriptions (subscription_id, fixed_charges_from_datetime, fixed_charges_to_datetime)
  where recurring and regenerated_invoice_id is null and fixed_charges_from_datetime is not null;
create unique index invoice_subscriptions_starting on invoice_subscriptions (subscription_id)
  where invoicing_reason = 'subscription_starting' and regenerated_invoice_id is null;
create unique index invoice_subscriptions_terminating on invoice_subscriptions (subscription_id)
  where invoicing_reason = 'subscription_terminating' and regenerated_invoice_id is null;
create index invoice_subscriptions_by_subscription on invoice_subscriptions (subscription_id, timestamp desc);

create table fees (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  billing_entity_id uuid not null references billing_entities (id),
  -- Null on standalone fees.
  invoice_id uuid references invoices (id),
  subscription_id uuid references subscriptions (id),
  charge_id uuid references charges (id),
  charge_filter_id uuid references charge_filters (id),
  true_up_parent_fee_id uuid references fees (id),
  original_fee_id uuid references fees (id),
  fee_type text not null check (fee_type in ('charge', 'add_on', 'subscription', 'credit', 'commitment', 'fixed_charge', 'product')),
  invoice_display_name text,
  description text,
  amount_cents bigint not null,
  amount_currency text not null,
  precise_amount_cents numeric(40, 15) not null,
  unit_amount_cents bigint not null,
  precise_unit_amount numeric(30, 15) not null,
  units numeric not null check (units >= 0),
  total_aggregated_units numeric,
  events_count integer,
  taxes_amount_cents bigint not null default 0,
  taxes_precise_amount_cents numeric(40, 15) not null default 0,
  taxes_rate double precision not null default 0,
  taxes_base_rate double precision not null default 1,
  precise_coupons_amount_cents numeric(30, 5) not null default 0,
  precise_credit_notes_amount_cents numeric(30, 5) not null default 0,
  pay_in_advance boolean not null default false,
  grouped_by jsonb not null default '{}',
  amount_details jsonb not null default '{}',
  -- What the fee was computed from, as it was then: model, properties, filter, metric, divisor of the proration.
  computed_from jsonb not null default '{}',
  -- The fee's own period.
  from_datetime timestamptz,
  to_datetime timestamptz,
  payment_status text not null default 'pending' check (payment_status in ('pending', 'succeeded', 'failed', 'refunded')),
  succeeded_at timestamptz,
  failed_at timestamptz,
  refunded_at timestamptz,
  pay_in_advance_event_id uuid,
  pay_in_advance_event_transaction_id text,
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index fees_by_invoice on fees (invoice_id) where deleted_at is null;
create index fees_by_subscription on fees (subscription_id, fee_type, created_at desc) where deleted_at is null;
create index fees_by_creation on fees (organization_id, created_at, id) where deleted_at is null;
create index fees_true_up on fees (true_up_parent_fee_id) where true_up_parent_fee_id is not null;
create index fees_by_event on fees (organization_id, pay_in_advance_event_transaction_id)
  where pay_in_advance_event_transaction_id is not null;
