SELECT 1;
--> statement-breakpoint
-- The counts (audit_rollup) are whole from this day on; events of earlier days, which a longer retention shows again, are
-- counted one by one. Null: they have always been. Kept by a trigger (always/14_counts.sql).
ALTER TABLE audit_config ADD COLUMN counted_from date;
--> statement-breakpoint
-- Which kind of act an event is: one number for its names, so that an index leads from any of them, or several, to the
-- events in the order of time. lib/audit/query/kinds.ts asks with these very words. The number of this index is another
-- (1) than that of the two below (0): a question for one of them fits no other.
CREATE INDEX audit_event_kind ON audit_event (org_id,
  (hashtextextended(operation || E'\x1f' || action || E'\x1f' || model || E'\x1f' || action_type || E'\x1f' || outcome || E'\x1f' || actor_type, 1)),
  occurred_at DESC, id DESC);
--> statement-breakpoint
CREATE INDEX audit_event_account_kind ON audit_event (org_id, account_id,
  (hashtextextended(operation || E'\x1f' || action || E'\x1f' || model || E'\x1f' || action_type || E'\x1f' || outcome || E'\x1f' || actor_type, 0)),
  occurred_at DESC, id DESC);
--> statement-breakpoint
CREATE INDEX audit_event_guru_kind ON audit_event (org_id, guru_id,
  (hashtextextended(operation || E'\x1f' || action || E'\x1f' || model || E'\x1f' || action_type || E'\x1f' || outcome || E'\x1f' || actor_type, 0)),
  occurred_at DESC, id DESC);
--> statement-breakpoint
-- Values that few events have, as numbers: short, and no value outlives its erasure in the index in plain text. What waits
-- in the list of an open week is read by each look-up, so the list is kept short.
CREATE INDEX audit_event_lookup ON audit_event USING gin (
  (hashtextextended(target_id, 0)), (hashtextextended(host(ip), 0)), (hashtextextended(lower(actor_email), 0)),
  (hashtextextended(actor_id, 0)), (hashtextextended(guru_slug, 0))
) WITH (gin_pending_list_limit = 512);
--> statement-breakpoint
DROP INDEX audit_event_rare;
--> statement-breakpoint
DROP INDEX audit_event_model;
