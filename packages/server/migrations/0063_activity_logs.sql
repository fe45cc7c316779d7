-- How long activities and API requests are listed, in days; null: for ever.
alter table organizations
  add column audit_logs_period integer default 30 check (audit_logs_period >= 0);

-- What happened to the objects of the business. The id is that of the event which told it, so that it is written once.
create table activity_logs (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  activity_type text not null,
  activity_source text not null check (activity_source in ('api', 'front', 'system')),
  -- Who did it: one of the two, or neither in background work.
  api_key_id uuid,
  user_id uuid,
  user_email text,
  resource_type text not null,
  resource_id uuid not null,
  external_customer_id text,
  external_subscription_id text,
  -- JSON as text: it is only ever handed out, and integers keep all their digits.
  activity_object text not null,
  activity_object_changes text not null,
  logged_at timestamptz not null,
  created_at timestamptz not null
);

create index activity_logs_newest_first on activity_logs (organization_id, logged_at desc, id desc);
create index activity_logs_of_type on activity_logs (organization_id, activity_type, logged_at desc, id desc);
create index activity_logs_of_resource on activity_logs (organization_id, resource_id, logged_at desc, id desc);
create index activity_logs_of_customer on activity_logs (organization_id, external_customer_id, logged_at desc, id desc)
  where external_customer_id is not null;
create index activity_logs_of_subscription
  on activity_logs (organization_id, external_subscription_id, logged_at desc, id desc)
  where external_subscription_id is not null;
create index activity_logs_of_user on activity_logs (organization_id, user_email, logged_at desc, id desc)
  where user_email is not null;
