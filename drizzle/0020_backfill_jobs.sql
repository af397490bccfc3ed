-- What System brings in from an integration again and again: a query, and how often it is asked.
CREATE TABLE backfill_job (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  guru_id uuid NOT NULL REFERENCES guru ON DELETE CASCADE,
  integration_id uuid NOT NULL REFERENCES integration ON DELETE CASCADE,
  -- JQL, CQL, a search, a channel's id or owner/repository, by the type of the integration; `label` is how people call it.
  query text NOT NULL,
  label text NOT NULL,
  content_type text CHECK (content_type IN ('tickets', 'articles')),
  -- Of a channel: how far back it is read.
  days integer CHECK (days BETWEEN 1 AND 3650),
  interval_hours integer NOT NULL CHECK (interval_hours BETWEEN 1 AND 720),
  paused boolean NOT NULL DEFAULT false,
  status text NOT NULL DEFAULT 'WAITING' CHECK (status IN ('WAITING', 'SYNCING', 'COMPLETED', 'FAILED')),
  -- Why it failed, or what it left out, in words.
  note text,
  -- Sources that it has added in all; of the last run what it found, added and brought up to date.
  added_total integer NOT NULL DEFAULT 0,
  run_found integer NOT NULL DEFAULT 0,
  run_added integer NOT NULL DEFAULT 0,
  run_changed integer NOT NULL DEFAULT 0,
  -- Null while it is paused, and while a run is wanted or under way.
  next_run_at timestamptz,
  run_wanted boolean NOT NULL DEFAULT true,
  -- Where a run that crashed goes on; who works on it; runs begun since it last came forward; its last sign of life.
  position jsonb,
  run_claim integer NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  heartbeat_at timestamptz NOT NULL DEFAULT gurulog_now(),
  started_at timestamptz,
  finished_at timestamptz,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  updated_at timestamptz NOT NULL DEFAULT gurulog_now()
);
--> statement-breakpoint
CREATE INDEX backfill_job_guru ON backfill_job (guru_id);
--> statement-breakpoint
CREATE INDEX backfill_job_integration ON backfill_job (integration_id);
--> statement-breakpoint
CREATE INDEX backfill_job_due ON backfill_job (next_run_at) WHERE next_run_at IS NOT NULL;
--> statement-breakpoint
CREATE INDEX backfill_job_under_way ON backfill_job (heartbeat_at) WHERE run_wanted OR status = 'SYNCING';
