-- Tables that pass for weeks of the log and that a cleanup must not touch.
ALTER TABLE audit_trouble DROP CONSTRAINT audit_trouble_kind_check;
--> statement-breakpoint
ALTER TABLE audit_trouble ADD CONSTRAINT audit_trouble_kind_check CHECK (kind IN ('sealing_behind', 'signing_refused',
  'verification_failed', 'archive_unwritable', 'anchor_unwritable', 'partitions_low', 'disk_low', 'cleanup_refused'));
--> statement-breakpoint
ALTER TABLE audit_alarm DROP CONSTRAINT audit_alarm_kind_check;
--> statement-breakpoint
ALTER TABLE audit_alarm ADD CONSTRAINT audit_alarm_kind_check CHECK (kind IN ('sealing_behind', 'signing_refused',
  'verification_failed', 'archive_unwritable', 'anchor_unwritable', 'partitions_low', 'disk_low', 'cleanup_refused'));
