-- What lists of invoices come to, read without the invoices themselves.
create index invoices_totals on invoices (organization_id, issuing_date)
  include (id, customer_id, billing_entity_id, number, status, payment_status, invoice_type, currency, total_amount_cents,
    total_paid_amount_cents, payment_overdue, payment_dispute_lost_at, self_billed)
  where status in ('draft', 'finalized', 'voided', 'failed', 'pending');

-- What of invoices was settled by credit notes: few.
create index credit_notes_offsetting on credit_notes (organization_id, invoice_id) include (offset_amount_cents)
  where status = 'finalized' and offset_amount_cents > 0;
