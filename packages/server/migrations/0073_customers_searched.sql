-- Customers are searched by any part of what they are called, for their invoices too.
create index customers_searched on customers using gin (
  (
    coalesce(name, '') || chr(10) || coalesce(legal_name, '') || chr(10) || coalesce(firstname, '') || chr(10)
      || coalesce(lastname, '') || chr(10) || external_id || chr(10) || coalesce(email, '')
  ) gin_trgm_ops
);
