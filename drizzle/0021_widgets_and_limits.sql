-- How far the sources bear an answer, and by what several questions of a client hold together.
ALTER TABLE question ADD COLUMN trust_score smallint CHECK (trust_score BETWEEN 0 AND 100);
--> statement-breakpoint
ALTER TABLE question ADD COLUMN session_id uuid;
--> statement-breakpoint
CREATE INDEX question_session ON question (session_id, created_at) WHERE session_id IS NOT NULL;
--> statement-breakpoint
-- A site on which people may ask a guru. The id that stands in the site's pages is no secret: the domain is the rule.
CREATE TABLE widget (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  guru_id uuid NOT NULL REFERENCES guru ON DELETE CASCADE,
  public_id text NOT NULL,
  domain text NOT NULL,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT gurulog_now()
);
--> statement-breakpoint
CREATE UNIQUE INDEX widget_public_id ON widget (public_id);
--> statement-breakpoint
CREATE UNIQUE INDEX widget_domain ON widget (guru_id, domain);
--> statement-breakpoint
ALTER TABLE question ADD COLUMN widget_id uuid REFERENCES widget ON DELETE SET NULL;
--> statement-breakpoint
CREATE INDEX question_widget ON question (widget_id, created_at) WHERE widget_id IS NOT NULL;
--> statement-breakpoint
-- How many answers somebody asked for in their present minute.
CREATE TABLE answer_turn (
  subject text PRIMARY KEY,
  started_at timestamptz NOT NULL,
  taken integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX answer_turn_started ON answer_turn (started_at);
--> statement-breakpoint
-- What a request with an Idempotency-Key was answered, for whoever sends it again within a day.
CREATE TABLE api_reply (
  api_key_id uuid NOT NULL REFERENCES api_key ON DELETE CASCADE,
  attempt_id text NOT NULL,
  asked_digest bytea NOT NULL,
  status smallint NOT NULL,
  content_type text NOT NULL,
  body text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  PRIMARY KEY (api_key_id, attempt_id)
);
--> statement-breakpoint
CREATE INDEX api_reply_created ON api_reply (created_at);
