-- The picture on what an entity issues: a PNG or a JPEG in the file store.
alter table billing_entities add column logo_file_key text;
