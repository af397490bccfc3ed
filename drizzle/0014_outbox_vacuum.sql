-- Every event passes through the outbox and leaves it: what a burst leaves behind is empty pages, which are given back soon.
ALTER TABLE audit_outbox SET (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 1,
  autovacuum_vacuum_insert_threshold = -1,
  -- Else the last events of a burst stay as dead entries in the last pages, and nothing before them is given back.
  vacuum_index_cleanup = on
);
