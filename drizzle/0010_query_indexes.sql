SELECT 1;
--> statement-breakpoint
-- The counts (audit_rollup) are whole from this day on; events of earlier days, which a longer retention shows again, are
-- counted one by one. Null: they have always been. Kept by a trigger (always/14_counts.sql).
ALTER TABLE audit_config ADD COLUMN counted_from date;
--> statement-breakpoint
-- Which kind of act an event is, as one number for its names. Indexes that go by kind and then by time lead from any of the
-- names, or several, to the events in order (lib/audit/query/kinds.ts). Never replaced: the indexes are made of it. Not in
-- the language SQL: its text would be put into every statement's plan once for each index and week.
CREATE FUNCTION audit_kind(operation text, action text, model text, action_type text, outcome text, actor_type text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
BEGIN
  RETURN hashtextextended(operation || E'\x1f' || action || E'\x1f' || model || E'\x1f' || action_type || E'\x1f'
    || outcome || E'\x1f' || actor_type, 0);
END
$$;
--> statement-breakpoint
-- The number's complement, so that the planner cannot take this index for one of those below.
CREATE INDEX audit_event_kind ON audit_event (
  org_id, (~ audit_kind(operation, action, model, action_type, outcome, actor_type)), occurred_at DESC, id DESC);
--> statement-breakpoint
CREATE INDEX audit_event_account_kind ON audit_event (
  org_id, account_id, (audit_kind(operation, action, model, action_type, outcome, actor_type)), occurred_at DESC, id DESC);
--> statement-breakpoint
CREATE INDEX audit_event_guru_kind ON audit_event (
  org_id, guru_id, (audit_kind(operation, action, model, action_type, outcome, actor_type)), occurred_at DESC, id DESC);
--> statement-breakpoint
CREATE INDEX audit_event_target_kind ON audit_event (
  org_id, hashtextextended(target_id, 0), (audit_kind(operation, action, model, action_type, outcome, actor_type)),
  occurred_at DESC, id DESC);
--> statement-breakpoint
-- Values that few events have, as numbers: short, and no value outlives its erasure in the index in plain text. What waits
-- in the list of an open week is read by each look-up, so the list is kept short.
CREATE INDEX audit_event_lookup ON audit_event USING gin (
  hashtextextended(host(ip), 0), hashtextextended(lower(actor_email), 0), hashtextextended(actor_id, 0),
  hashtextextended(guru_slug, 0)
) WITH (gin_pending_list_limit = 512);
--> statement-breakpoint
DROP INDEX audit_event_rare;
--> statement-breakpoint
DROP INDEX audit_event_model;
