-- Taxes and pricing units are listed by name.

drop index taxes_by_creation;
create index taxes_by_name on taxes (organization_id, name, created_at desc, id) where deleted_at is null;
create index pricing_units_by_name on pricing_units (organization_id, name, created_at desc, id);
