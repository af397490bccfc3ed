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
