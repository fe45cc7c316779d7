-- What background work made and no activity tells of yet: a row is written with the fact, and taken away with the activity.
create table unwritten_activities (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  activity_type text not null,
  object_id text not null,
  logged_at timestamptz not null,
  data jsonb
);

create index unwritten_activities_of_organization on unwritten_activities (organization_id, id);
