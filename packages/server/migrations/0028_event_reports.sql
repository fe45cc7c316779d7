-- The hours in which an organization received events, each written down before its first event: what the hourly report
-- of events that will not count has to look at. Rows without any event do no harm.
create table event_hours (
  organization_id uuid not null,
  hour timestamptz not null,
  primary key (organization_id, hour)
);

create index event_hours_by_hour on event_hours (hour);

-- The events of an hour lie together: blocks are told apart by when theirs came, which costs nothing when events come in.
create index events_by_reception on events using brin (created_at) with (autosummarize = on);

-- Whether events may name the wallet that pays for them at all.
create index charges_naming_wallets on charges (organization_id) where accepts_target_wallet and deleted_at is null;
