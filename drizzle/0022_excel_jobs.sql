-- A workbook whose questions System answers. The file itself is an upload, kept with the job.
CREATE TABLE excel_job (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  guru_id uuid NOT NULL REFERENCES guru ON DELETE CASCADE,
  upload_id uuid NOT NULL UNIQUE,
  file_name text NOT NULL,
  size_bytes bigint NOT NULL,
  sha256 bytea NOT NULL,
  -- The sheet's place in the workbook, counted from 0; rows and columns are counted from 1, header row 0 = none.
  sheet integer NOT NULL,
  sheet_name text NOT NULL,
  header_row integer NOT NULL,
  question_column integer NOT NULL,
  answer_columns integer[] NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'completed', 'cancelled', 'failed')),
  -- Why it failed, in words.
  reason text,
  -- When its questions were kept; null = the workbook has not been read yet.
  read_at timestamptz,
  -- Answers to find, and how many came out how; rows left out because nothing in them was empty.
  total integer NOT NULL DEFAULT 0,
  answered integer NOT NULL DEFAULT 0,
  unanswered integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  skipped_rows integer NOT NULL DEFAULT 0,
  -- Who works on it; runs begun since the last answer was kept; its last sign of life.
  run_claim integer NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  heartbeat_at timestamptz NOT NULL DEFAULT gurulog_now(),
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  finished_at timestamptz
);
--> statement-breakpoint
CREATE INDEX excel_job_guru ON excel_job (guru_id, id);
--> statement-breakpoint
CREATE INDEX excel_job_under_way ON excel_job (heartbeat_at) WHERE state IN ('waiting', 'running');
--> statement-breakpoint
-- One cell to be filled.
CREATE TABLE excel_answer (
  job_id uuid NOT NULL REFERENCES excel_job ON DELETE CASCADE,
  sheet_row integer NOT NULL,
  sheet_column integer NOT NULL,
  question text NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'answered', 'unanswered', 'failed')),
  answer text,
  -- How far the sources bear it, 0 to 100.
  confidence integer,
  -- Why there is no answer, in words.
  note text,
  PRIMARY KEY (job_id, sheet_row, sheet_column)
);
--> statement-breakpoint
CREATE INDEX excel_answer_waiting ON excel_answer (job_id, sheet_row, sheet_column) WHERE state = 'waiting';
