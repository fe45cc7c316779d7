-- Invoices whose amounts did not follow from what was stored with them when that was last checked.
create table invoice_discrepancies (
  invoice_id uuid primary key references invoices (id),
  organization_id uuid not null references organizations (id),
  -- One entry an amount: what it is of, as it was stored, as it was computed.
  differences jsonb not null,
  found_at timestamptz not null
);

create index invoice_discrepancies_by_finding on invoice_discrepancies (organization_id, found_at desc, invoice_id);
