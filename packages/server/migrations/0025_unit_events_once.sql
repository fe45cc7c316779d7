-- The decision that a unit event follows from: a job that is repeated writes each of its events once.
alter table fixed_charge_events add column cause_id uuid;

create unique index fixed_charge_events_of_cause on fixed_charge_events (subscription_id, fixed_charge_id, cause_id);

-- A private copy of a plan has one copy of each fixed charge.
create unique index fixed_charges_copies on fixed_charges (plan_id, parent_id) where deleted_at is null and parent_id is not null;
