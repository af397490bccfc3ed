-- Puts into the list of kinds whatever kind the log has that the list lacks, by leaping from kind to kind in the index: what an
-- earlier version has sealed, before or after this one, and what comes back with a week that is attached again.
CREATE OR REPLACE FUNCTION audit_list_kinds() RETURNS void
LANGUAGE sql
SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off SET jit = off
AS $$
INSERT INTO audit_kind_seen (org_id, operation, action, model, action_type, outcome, actor_type)
WITH RECURSIVE step AS (
  (SELECT e.org_id, ~ audit_kind(e.operation, e.action, e.model, e.action_type, e.outcome, e.actor_type) AS kind,
    e.operation, e.action, e.model, e.action_type, e.outcome, e.actor_type
  FROM audit_event e
  ORDER BY e.org_id, ~ audit_kind(e.operation, e.action, e.model, e.action_type, e.outcome, e.actor_type) LIMIT 1)
  UNION ALL
  SELECT n.* FROM step s CROSS JOIN LATERAL (
    SELECT e.org_id, ~ audit_kind(e.operation, e.action, e.model, e.action_type, e.outcome, e.actor_type) AS kind,
      e.operation, e.action, e.model, e.action_type, e.outcome, e.actor_type
    FROM audit_event e
    WHERE (e.org_id, ~ audit_kind(e.operation, e.action, e.model, e.action_type, e.outcome, e.actor_type)) > (s.org_id, s.kind)
    ORDER BY e.org_id, ~ audit_kind(e.operation, e.action, e.model, e.action_type, e.outcome, e.actor_type) LIMIT 1) n
)
SELECT org_id, operation, action, model, action_type, outcome, actor_type FROM step
ON CONFLICT DO NOTHING
$$;
--> statement-breakpoint
SELECT audit_list_kinds();
