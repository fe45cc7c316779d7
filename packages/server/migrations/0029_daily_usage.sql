-- Of which subscriptions a day's usage is kept: those that events came for lately.
create index subscriptions_with_recent_events on subscriptions (last_received_event_on)
  where status = 'active' and not skip_daily_usage and last_received_event_on is not null;
