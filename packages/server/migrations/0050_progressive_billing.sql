-- What each progressive invoice was made for: the same reason never makes a second one. The invoice before counts only
-- where the last threshold that was passed is a recurring one, which can be passed again.
create table progressive_billings (
  invoice_id uuid primary key references invoices (id),
  organization_id uuid not null references organizations (id),
  external_subscription_id text not null,
  invoiced_usage_amount_cents bigint not null,
  last_threshold_amount_cents bigint not null,
  previous_invoice_id uuid references invoices (id),
  created_at timestamptz not null
);

create unique index progressive_billings_once on progressive_billings
  (organization_id, external_subscription_id, invoiced_usage_amount_cents, last_threshold_amount_cents, previous_invoice_id)
  nulls not distinct;

create index invoice_subscriptions_progressive on invoice_subscriptions (subscription_id, charges_from_datetime)
  where invoicing_reason = 'progressive_billing';
