-- What a look at a subscription's usage starts from, and which subscriptions a day's usage is kept of.

-- Whether events came since the subscription was last looked at.
alter table usage_activities add column events_received boolean not null default false;

create index subscriptions_with_recent_events on subscriptions (last_received_event_on)
  where status = 'active' and not skip_daily_usage and last_received_event_on is not null;
