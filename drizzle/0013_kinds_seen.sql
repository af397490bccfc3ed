-- Which kinds of events the sealed log has or had: a filter's pages ask kind by kind, and need not look for the kinds first.
-- Written by the sealer, never shortened: a kind too many costs one probe.
CREATE TABLE audit_kind_seen (
  org_id integer NOT NULL,
  operation text NOT NULL,
  action text NOT NULL,
  model text NOT NULL,
  action_type text NOT NULL,
  outcome text NOT NULL,
  actor_type text NOT NULL,
  PRIMARY KEY (org_id, operation, action, model, action_type, outcome, actor_type)
);
--> statement-breakpoint
SET LOCAL enable_seqscan = off;
--> statement-breakpoint
-- What an earlier version has sealed, by leaping from kind to kind in the index.
INSERT INTO audit_kind_seen
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
SELECT org_id, operation, action, model, action_type, outcome, actor_type FROM step;
--> statement-breakpoint
SET LOCAL enable_seqscan = on;
