-- What happened: usage events, partitioned so that one subscription's events lie in one partition.

create table events (
  id uuid not null,
  organization_id uuid not null,
  -- Stored as sent and never checked: it may be unknown, or absent. Identifiers are compared byte by byte: that is what
  -- they mean, it does not depend on the server's locale, and it is the fastest.
  external_subscription_id text collate "C",
  transaction_id text collate "C" not null,
  code text collate "C" not null,
  timestamp timestamptz not null,
  properties jsonb not null,
  precise_total_amount_cents numeric(40, 15),
  created_at timestamptz not null,
  deleted_at timestamptz,
  -- An event counts once. Absent subscriptions are distinct from one another, so their events are never deduplicated.
  -- The transaction id comes before the subscription so that this index also finds an event by its transaction id.
  unique (organization_id, transaction_id, external_subscription_id)
) partition by hash (external_subscription_id);

-- Usage of one metric of one subscription in a period.
create index events_by_metric on events (organization_id, external_subscription_id, code, timestamp)
  where deleted_at is null;
-- The event list, newest first. Events of one instant are few: sorting them by transaction id is left to the reader, the
-- index is much smaller without.
create index events_by_time on events (organization_id, timestamp desc) where deleted_at is null;

create table events_p0 partition of events for values with (modulus 8, remainder 0);
create table events_p1 partition of events for values with (modulus 8, remainder 1);
create table events_p2 partition of events for values with (modulus 8, remainder 2);
create table events_p3 partition of events for values with (modulus 8, remainder 3);
create table events_p4 partition of events for values with (modulus 8, remainder 4);
create table events_p5 partition of events for values with (modulus 8, remainder 5);
create table events_p6 partition of events for values with (modulus 8, remainder 6);
create table events_p7 partition of events for values with (modulus 8, remainder 7);

-- The planner knows nothing of what is inside of properties, and would take every event for a group of its own. Told that
-- there are few different ones, it groups usage in memory, several processes side by side, instead of sorting it on disk.
alter table events alter column properties set (n_distinct_inherited = 100);
