-- Every event passes through the outbox and leaves it: what a burst leaves behind is empty pages, which are given back soon
-- and without regard to what else is running, as they are read only here.
ALTER TABLE audit_outbox SET (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0,
  autovacuum_vacuum_insert_threshold = -1
);
