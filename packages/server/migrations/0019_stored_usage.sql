-- Current usage is asked for again and again. What was computed is kept, and only events that came since are read.

-- The transaction that stored the event, on a scale that only grows: see event_epochs.
alter table events add column position bigint not null default (pg_current_xact_id())::text::bigint;

create index events_by_position on events (external_subscription_id, position);

-- Transaction ids start anew in a cluster that a dump is restored to. There, positions go on above all earlier ones: the
-- base is what is added to the id, here and in the default of events.position. One row.
create table event_epochs (
  is_only boolean primary key default true check (is_only),
  cluster text not null,
  base bigint not null
);

-- The answer to one question about a subscription's usage, as of a snapshot of the database.
create table usage_cells (
  organization_id uuid not null references organizations (id),
  external_subscription_id text collate "C" not null,
  -- A hash of the question.
  question bytea not null,
  base bigint not null,
  snapshot pg_snapshot not null,
  events_count bigint not null,
  cells text not null,
  -- Real time: which of two answers is the later one, and when nobody wants them any more.
  computed_at timestamptz not null,
  primary key (organization_id, external_subscription_id, question)
);

create index usage_cells_by_age on usage_cells (computed_at);
