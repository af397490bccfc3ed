-- Credentials of a guru, by name. `sealed` is AES-256-GCM under the key ring, in the context of guru and name; `key_id` says
-- which key, so that a rotation finds what it has to seal anew.
CREATE TABLE secret (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  guru_id uuid NOT NULL REFERENCES guru ON DELETE CASCADE,
  name text NOT NULL CHECK (name ~ '^[A-Za-z0-9_]{1,64}$'),
  sealed bytea NOT NULL,
  key_id text NOT NULL,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  updated_at timestamptz NOT NULL DEFAULT gurulog_now(),
  CONSTRAINT secret_name UNIQUE (guru_id, name)
);
--> statement-breakpoint
CREATE INDEX secret_key ON secret (key_id);
--> statement-breakpoint
-- What became of a question: null while a model writes the answer.
ALTER TABLE question ADD COLUMN outcome text
  CHECK (outcome IN ('quoted', 'written', 'nothing_found', 'not_answered', 'stopped', 'failed', 'lost'));
--> statement-breakpoint
UPDATE question SET outcome = CASE answered WHEN 'yes' THEN 'quoted' ELSE 'nothing_found' END;
--> statement-breakpoint
ALTER TABLE question ADD COLUMN model text;
--> statement-breakpoint
-- What the model wrote, as far as it came.
ALTER TABLE question ADD COLUMN answer text;
--> statement-breakpoint
-- Milliseconds from the question to the first word of the answer; duration_ms is to its end.
ALTER TABLE question ADD COLUMN answer_started_ms integer;
--> statement-breakpoint
ALTER TABLE question ADD COLUMN vote text CHECK (vote IN ('up', 'down'));
--> statement-breakpoint
-- Who asks and from where, kept only until the question is recorded: the process that writes the answer may die.
ALTER TABLE question ADD COLUMN asked_by jsonb;
--> statement-breakpoint
CREATE INDEX question_open ON question (created_at) WHERE outcome IS NULL;
