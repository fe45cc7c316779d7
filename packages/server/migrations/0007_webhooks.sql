-- Telling the outside: webhook endpoints and every message sent or to be sent to them.

create table webhook_endpoints (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  webhook_url text not null,
  signature_algo text not null default 'jwt' check (signature_algo in ('jwt', 'hmac')),
  name text,
  -- Null: every event type. Empty: none.
  event_types text[],
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (organization_id, webhook_url)
);

create table webhooks (
  -- Sent as X-Lago-Unique-Key, the same on every attempt.
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  webhook_endpoint_id uuid not null references webhook_endpoints (id) on delete cascade,
  -- The domain event this message tells of: one message an event and endpoint.
  event_id uuid not null,
  webhook_type text not null,
  object_type text not null,
  object_id uuid,
  -- The exact bytes that are signed and sent at every attempt.
  payload text not null,
  status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed', 'retrying')),
  http_status integer,
  response text,
  endpoint text,
  retries integer not null default 0,
  last_retried_at timestamptz,
  -- When the next attempt is due. Null: none.
  next_attempt_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (webhook_endpoint_id, event_id)
);

create index webhooks_due on webhooks (organization_id, next_attempt_at) where next_attempt_at is not null;
create index webhooks_by_endpoint on webhooks (webhook_endpoint_id, updated_at desc);
create index webhooks_by_age on webhooks (updated_at);
