-- Every minute somebody asks which drafts are of deleted customers: without this, that reads all customers.
create index customers_deleted on customers (deleted_at) where deleted_at is not null;
