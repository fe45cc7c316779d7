-- VAT numbers that are being checked: at most one a customer. While there is one, the customer's invoices wait for their
-- taxes. The id is a new one whenever the check starts anew, so that the answer to an earlier question is not taken for it.
create table pending_vat_checks (
  customer_id uuid primary key references customers (id),
  id uuid not null,
  organization_id uuid not null references organizations (id),
  attempts_count integer not null default 0,
  last_attempt_at timestamptz,
  last_error_type text,
  last_error_message text,
  next_attempt_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index pending_vat_checks_due on pending_vat_checks (next_attempt_at);
create index pending_vat_checks_of_organization on pending_vat_checks (organization_id, next_attempt_at);

-- What came of each check, as its webhook tells it.
create table vat_checks (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  customer_id uuid not null references customers (id),
  outcome jsonb not null,
  created_at timestamptz not null
);

create index vat_checks_of_customer on vat_checks (customer_id, created_at);

create index invoices_waiting_for_taxes on invoices (organization_id, customer_id) where tax_status = 'pending';

-- E-mails to customers. One that is `kept` stays in the outbox of a sandbox; files are referred to by their key.
create table emails (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  -- What caused it: the same cause never sends a second one.
  cause text not null,
  -- The setting that it was sent by, e.g. `invoice.finalized`, and the document.
  kind text not null,
  object_id uuid not null,
  status text not null check (status in ('pending', 'sent', 'kept', 'failed')),
  sender_name text not null,
  sender_address text not null,
  reply_to text,
  recipients text[] not null,
  cc text[] not null default '{}',
  bcc text[] not null default '{}',
  subject text not null,
  text_body text not null,
  html_body text not null,
  attachments jsonb not null default '[]',
  error text,
  created_at timestamptz not null,
  sent_at timestamptz
);

create unique index emails_once on emails (organization_id, cause);
create index emails_newest_first on emails (organization_id, created_at desc, id desc);
