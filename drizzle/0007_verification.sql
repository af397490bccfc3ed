-- Each verification of the whole log, by System daily or on demand: what was checked, and what was found.
CREATE TABLE audit_verification (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  org_id integer NOT NULL,
  -- Who asked, as they were then: principal and request. Null: System, daily.
  asked_by jsonb,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'passed', 'failed', 'error')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  started_at timestamptz,
  -- Last sign of life while it runs; a silent one has crashed.
  heartbeat_at timestamptz,
  finished_at timestamptz,
  -- Runs begun, this one included: one that keeps crashing is given up.
  attempts integer NOT NULL DEFAULT 0,
  -- Events whose content was compared with the tree, and the size of the tree.
  events bigint NOT NULL DEFAULT 0,
  size bigint,
  checkpoint_size bigint,
  -- 0 to 100.
  progress smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
  duration_ms bigint,
  -- The first hundred.
  findings jsonb NOT NULL DEFAULT '[]',
  finding_count bigint NOT NULL DEFAULT 0,
  -- In words, why it could not be done.
  problem text
);
--> statement-breakpoint
CREATE INDEX audit_verification_latest ON audit_verification (org_id, created_at DESC);
--> statement-breakpoint
-- One at a time, whoever asks, over all instances.
CREATE UNIQUE INDEX audit_verification_one ON audit_verification (org_id) WHERE state IN ('waiting', 'running');
