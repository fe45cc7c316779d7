-- Changes of the configuration and of who may do what.
create table security_logs (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  log_type text not null,
  -- With the type before it: `api_key.created`.
  log_event text not null,
  api_key_id uuid,
  user_id uuid,
  user_email text,
  resources jsonb not null,
  device_info jsonb not null,
  logged_at timestamptz not null,
  created_at timestamptz not null
);

create index security_logs_newest_first on security_logs (organization_id, logged_at desc, id desc);

-- What users have signed in with, by the SHA-256 of its User-Agent: what is not here is a new device.
create table user_devices (
  user_id uuid not null references users (id) on delete cascade,
  user_agent_hash bytea not null,
  created_at timestamptz not null,
  primary key (user_id, user_agent_hash)
);
