-- What the hourly clock tasks of wallets look for.

create index recurring_transaction_rules_by_calendar on recurring_transaction_rules (organization_id, wallet_id)
  where status = 'active' and trigger = 'interval';
create index recurring_transaction_rules_to_expire on recurring_transaction_rules (organization_id, expiration_at)
  where status = 'active' and expiration_at is not null;
-- Pages of a wallet's transactions are read by who made them too: a rule tops up once a day.
create index wallet_transactions_by_calendar on wallet_transactions (wallet_id, created_at)
  where source = 'interval' and transaction_type = 'inbound';
