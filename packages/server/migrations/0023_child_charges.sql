-- A charge of a private copy of a plan is found by the charge it was copied from, and there is one of it on each copy.
create unique index charges_by_parent on charges (parent_id, plan_id) where deleted_at is null and parent_id is not null;
