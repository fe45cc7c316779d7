-- The fees of an invoice, found by every statement that names the invoice, whether or not it also says that they are kept.
drop index fees_by_invoice;
create index fees_by_invoice on fees (invoice_id);
