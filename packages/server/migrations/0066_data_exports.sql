-- Lists as CSV files, built in the background.
create table data_exports (
  id uuid primary key,
  organization_id uuid not null references organizations (id),
  -- Who asked for it, and gets the mail; null: an API key.
  user_id uuid references users (id) on delete set null,
  resource_type text not null check (resource_type in ('invoices', 'invoice_fees', 'credit_notes', 'credit_note_items')),
  status text not null check (status in ('pending', 'processing', 'completed', 'failed')),
  filters jsonb not null default '{}',
  -- Null once the file is deleted.
  file_key text,
  -- The header of the file; null until it is begun.
  columns text[],
  -- How many invoices or credit notes there were when it was asked for, and how many are in the file.
  total_count bigint not null,
  processed_count bigint not null default 0,
  rows_count bigint not null default 0,
  -- How much of the file is known to be right. What stands behind it was written by somebody who was killed.
  byte_size bigint not null default 0,
  -- Where the list goes on.
  last_place jsonb,
  failures integer not null default 0,
  error text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  completed_at timestamptz,
  expires_at timestamptz
);

create index data_exports_newest_first on data_exports (organization_id, created_at desc, id desc);
create index data_exports_to_purge on data_exports (expires_at) where file_key is not null and expires_at is not null;
