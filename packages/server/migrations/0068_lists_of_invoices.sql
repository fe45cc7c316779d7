-- The lists of invoices, walked in their order without reading an invoice that a filter leaves out; and what they come to.
create index invoices_listed on invoices (organization_id, issuing_date desc, created_at desc, id)
  include (customer_id, billing_entity_id, number, status, payment_status, invoice_type, currency, total_amount_cents,
    total_paid_amount_cents, payment_overdue, payment_dispute_lost_at, self_billed)
  where status in ('draft', 'finalized', 'voided', 'failed', 'pending');
drop index invoices_by_issuing_date;
drop index invoices_totals;

-- How many there are of a kind: small, because equal keys are stored once.
create index invoices_counted on invoices (organization_id, status, payment_status, payment_overdue);

create index invoices_overdue_listed on invoices (organization_id, issuing_date desc, created_at desc, id)
  where payment_overdue;

-- Which invoices have an add-on.
create index fees_of_add_on on fees (add_on_id, invoice_id) where add_on_id is not null and deleted_at is null;

-- Numbers are searched by any part of them.
create extension if not exists pg_trgm;
create index invoices_searched on invoices using gin (number gin_trgm_ops);
