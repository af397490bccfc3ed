-- The signed manifest of a file that was sent whole, as it is handed out; and events that are not in it, or not covered
-- by its checkpoint, because they were not sealed when it was made.
ALTER TABLE "export_job" ADD COLUMN "manifest" text, ADD COLUMN "not_yet_sealed" bigint DEFAULT 0 NOT NULL;
--> statement-breakpoint
-- On: no day of the log is removed that does not stand in the archive. Written at start by the maintenance role.
ALTER TABLE audit_config ADD COLUMN archive boolean NOT NULL DEFAULT false;
--> statement-breakpoint
-- Days written to the archive. A day to which an event was added afterwards is written again, as its next part.
CREATE TABLE audit_archive_day (
  org_id integer NOT NULL,
  day date NOT NULL,
  part integer NOT NULL CHECK (part > 0),
  file text NOT NULL,
  bytes bigint NOT NULL,
  sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
  -- Events in the file; the day counts as archived while the log holds exactly as many of it.
  events bigint NOT NULL CHECK (events > 0),
  -- Size of the checkpoint that its proofs lead to.
  tree_size bigint NOT NULL,
  archived_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (org_id, day, part)
);
