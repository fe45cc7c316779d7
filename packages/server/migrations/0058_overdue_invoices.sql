-- What customers owe since too long, found by those who are asked for it.
create index invoices_overdue on invoices (customer_id, currency) where payment_overdue;
