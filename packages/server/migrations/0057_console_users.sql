-- People who use the console. They belong to the installation; what they may do is said by their memberships.

create table users (
  id uuid primary key,
  name text not null,
  email text not null unique check (email = lower(email)),
  email_verified boolean not null default false,
  image text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- How a user proves who they are: a password's hash, or an account at an identity provider.
create table user_credentials (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  provider_id text not null,
  account_id text not null,
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider_id, account_id)
);

create index user_credentials_by_user on user_credentials (user_id);

create table user_sessions (
  id uuid primary key,
  user_id uuid not null references users (id) on delete cascade,
  token text not null unique,
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index user_sessions_by_user on user_sessions (user_id);

-- What was sent to prove an e-mail address or to reset a password, until it is used.
create table user_verifications (
  id uuid primary key,
  identifier text not null,
  value text not null,
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create index user_verifications_by_identifier on user_verifications (identifier);

-- How often an address tried to sign in lately.
create table sign_in_attempts (
  id uuid primary key,
  key text not null unique,
  count integer not null,
  -- Milliseconds since 1970.
  last_request bigint not null
);

create table memberships (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  user_id uuid not null references users (id) on delete cascade,
  -- The union of the roles' rights applies.
  roles text[] not null check (cardinality(roles) > 0),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (organization_id, user_id)
);

create index memberships_by_user on memberships (user_id);

create table invitations (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  email text not null check (email = lower(email)),
  roles text[] not null check (cardinality(roles) > 0),
  -- SHA-256 of the token in the link: the link is shown once and never stored.
  token_hash bytea not null unique,
  invited_by uuid references users (id) on delete set null,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null
);

create unique index invitations_open on invitations (organization_id, email) where accepted_at is null and revoked_at is null;
