-- Whoever deletes a fee asks whether another one was made of it: without this, that reads all fees.
create index fees_by_original on fees (original_fee_id) where original_fee_id is not null;
