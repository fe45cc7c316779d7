-- Collecting what is owed: attempts, pages to pay on, requests for what is overdue, refunds, dunning.

create table dunning_campaigns (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  code text not null,
  name text not null,
  description text,
  days_between_attempts integer not null default 1 check (days_between_attempts > 0),
  max_attempts integer not null default 1 check (max_attempts > 0),
  bcc_emails text[] not null default '{}',
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index dunning_campaigns_code on dunning_campaigns (organization_id, code) where deleted_at is null;

-- From which overdue amount on a campaign asks for it.
create table dunning_campaign_thresholds (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  dunning_campaign_id uuid not null references dunning_campaigns (id),
  currency text not null,
  amount_cents bigint not null check (amount_cents >= 0),
  deleted_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create unique index dunning_campaign_thresholds_currency on dunning_campaign_thresholds (dunning_campaign_id, currency)
  where deleted_at is null;

alter table billing_entities add column applied_dunning_campaign_id uuid references dunning_campaigns (id);

alter table customers
  add column applied_dunning_campaign_id uuid references dunning_campaigns (id),
  -- How often each currency was asked for: {"EUR": 2}.
  add column dunning_currency_attempts jsonb not null default '{}',
  add column last_dunning_campaign_attempt_at timestamptz;

-- One demand for several overdue invoices.
create table payment_requests (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  dunning_campaign_id uuid references dunning_campaigns (id),
  amount_cents bigint not null,
  amount_currency text not null,
  email text,
  payment_status text not null default 'pending' check (payment_status in ('pending', 'succeeded', 'failed')),
  payment_attempts integer not null default 0,
  ready_for_payment_processing boolean not null default true,
  payment_method_id uuid,
  payment_method_type text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index payment_requests_by_creation on payment_requests (organization_id, created_at desc, id);
create index payment_requests_of_customer on payment_requests (customer_id, created_at desc);

create table payment_request_invoices (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  payment_request_id uuid not null references payment_requests (id),
  invoice_id uuid not null references invoices (id),
  created_at timestamptz not null,
  unique (payment_request_id, invoice_id)
);

create index payment_requests_of_invoice on payment_request_invoices (invoice_id);

alter table payments
  add column payment_request_id uuid references payment_requests (id),
  -- What the provider said when it refused.
  add column error_message text,
  add constraint payments_pay_one_thing check (num_nonnulls(invoice_id, payment_request_id) = 1);

create index payments_of_request on payments (payment_request_id, created_at) where payment_request_id is not null;
create unique index payments_of_request_under_way on payments (payment_request_id)
  where payment_type = 'provider' and payable_payment_status in ('pending', 'processing');

-- Pages on which an invoice or a request is paid, for a day.
create table payment_pages (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  invoice_id uuid references invoices (id),
  payment_request_id uuid references payment_requests (id),
  status text not null default 'active' check (status in ('active', 'expired')),
  amount_cents bigint not null,
  payment_url text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  check (num_nonnulls(invoice_id, payment_request_id) = 1)
);

create unique index payment_pages_of_invoice on payment_pages (invoice_id) where status = 'active';
create unique index payment_pages_of_request on payment_pages (payment_request_id) where status = 'active';
create index payment_pages_of_organization on payment_pages (organization_id);

-- Money sent back through the provider that collected it.
create table refunds (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  payment_id uuid not null references payments (id),
  credit_note_id uuid unique references credit_notes (id),
  reason text not null check (reason in ('credit_note', 'subscription_activation_expired')),
  amount_cents bigint not null,
  amount_currency text not null,
  -- The provider's own word.
  status text not null,
  provider_refund_id text,
  error_code text,
  error_message text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index refunds_of_payment on refunds (payment_id);

-- Until when a first attempt to charge waits, so that a payer who is on a page can finish there.
alter table invoices add column charge_due_at timestamptz;
create index invoices_to_charge on invoices (organization_id, charge_due_at) where charge_due_at is not null;

-- Why a provider said that the customer won a dispute.
alter table invoices add column payment_dispute_reason text;
