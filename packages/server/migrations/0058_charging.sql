-- Charging invoices: when, and what became of it.

alter table invoices
  -- Until when a first attempt to charge waits, so that a payer who is on a page can finish there.
  add column charge_due_at timestamptz,
  -- Why a provider said that the customer won a dispute.
  add column payment_dispute_reason text;

create index invoices_to_charge on invoices (organization_id, charge_due_at) where charge_due_at is not null;
create index invoices_overdue on invoices (customer_id, currency) where payment_overdue;
