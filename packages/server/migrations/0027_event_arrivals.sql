-- That events came, for whoever has to act on it: written by the statement that stores them, and taken away once what
-- follows from them is enqueued. An arrival stands for all events of a subscription that one transaction stored; those
-- are the ones with its position. There is no key: statements that store events never wait for each other here.
create table event_arrivals (
  organization_id uuid not null,
  external_subscription_id text collate "C" not null,
  -- As events.position.
  position bigint not null
)
-- Rows live for half a second: what they leave behind is to be cleared away by count, not by share.
with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 1000000, autovacuum_vacuum_insert_threshold = -1);
