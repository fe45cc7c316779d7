-- What a subscription starts with may be billed twice: its fixed charges when it replaces another one during a free trial,
-- its base fee when the trial ends. Never twice for the same instant.
drop index invoice_subscriptions_starting;
create unique index invoice_subscriptions_starting on invoice_subscriptions (subscription_id, timestamp)
  where invoicing_reason = 'subscription_starting' and regenerated_invoice_id is null;

-- The UTC day on which it was last told that the subscription will end soon.
alter table subscriptions add column termination_alerted_on date;
