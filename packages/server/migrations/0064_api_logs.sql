-- Requests of API keys that changed something, or tried to.
create table api_logs (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  api_key_id uuid not null,
  -- The client's own where it sent one: it need not be unique.
  request_id text not null,
  client text not null,
  http_method text not null,
  http_status integer not null,
  request_origin text not null,
  request_path text not null,
  -- JSON as text, as it came and went, but for secrets.
  request_body text not null,
  request_response text,
  api_version text not null,
  logged_at timestamptz not null,
  created_at timestamptz not null
);

create index api_logs_newest_first on api_logs (organization_id, logged_at desc, id desc);
create index api_logs_of_request on api_logs (organization_id, request_id);
-- To delete what is old, by the real time that ids begin with.
create index api_logs_by_age on api_logs (organization_id, id);
