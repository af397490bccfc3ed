-- What ties a guru to a service. `credentials` is AES-256-GCM under the key ring, in the context of guru and type; `key_id`
-- says which key, so that a rotation finds what it has to seal anew. `secret_names`: the secrets of the guru that stand in
-- it as {NAME}, by which a delete of one is refused.
CREATE TABLE integration (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  guru_id uuid NOT NULL REFERENCES guru ON DELETE CASCADE,
  type text NOT NULL CHECK (type IN ('SLACK', 'DISCORD', 'GITHUB', 'JIRA', 'CONFLUENCE', 'ZENDESK')),
  base_url text NOT NULL,
  account_name text NOT NULL,
  credentials bytea NOT NULL,
  key_id text NOT NULL,
  secret_names text[] NOT NULL DEFAULT '{}',
  -- What the service said of the account when it was checked: its id, by which the bot knows itself and its mentions.
  settings jsonb NOT NULL DEFAULT '{}',
  channels jsonb NOT NULL DEFAULT '[]',
  direct_messages boolean NOT NULL DEFAULT false,
  -- What was wrong with the service when it was last spoken to, in words; null = nothing.
  trouble text,
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  updated_at timestamptz NOT NULL DEFAULT gurulog_now(),
  CONSTRAINT integration_type UNIQUE (guru_id, type)
);
--> statement-breakpoint
CREATE INDEX integration_key ON integration (key_id);
--> statement-breakpoint
-- Deliveries that were taken, for as long as their signatures are: the same one again is a replay.
CREATE TABLE webhook_delivery (
  integration_id uuid NOT NULL REFERENCES integration ON DELETE CASCADE,
  delivery_id text NOT NULL,
  received_at timestamptz NOT NULL DEFAULT gurulog_now(),
  PRIMARY KEY (integration_id, delivery_id)
);
--> statement-breakpoint
CREATE INDEX webhook_delivery_received ON webhook_delivery (received_at);
--> statement-breakpoint
-- A question that was put to a bot in a channel or an issue, until its answer stands there.
CREATE TABLE bot_message (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  integration_id uuid NOT NULL REFERENCES integration ON DELETE CASCADE,
  -- The service's own id of the message: however often it is delivered, it is answered once.
  external_id text NOT NULL,
  -- Where the answer goes: {channel, thread} in the service's own ids.
  place jsonb NOT NULL,
  question text NOT NULL,
  state text NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'answered', 'posting', 'posted', 'failed')),
  answer text,
  -- Why it was not answered, in words.
  error text,
  attempts integer NOT NULL DEFAULT 0,
  -- Who works on it: whoever finds another number here has been relieved and stops.
  claim integer NOT NULL DEFAULT 0,
  -- When a worker may take it: later while one has it, or while the service wants a pause.
  due_at timestamptz NOT NULL DEFAULT gurulog_now(),
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  finished_at timestamptz,
  CONSTRAINT bot_message_once UNIQUE (integration_id, external_id)
);
--> statement-breakpoint
CREATE INDEX bot_message_open ON bot_message (due_at) WHERE state IN ('waiting', 'answered', 'posting');
--> statement-breakpoint
CREATE INDEX bot_message_finished ON bot_message (finished_at) WHERE finished_at IS NOT NULL;
--> statement-breakpoint
-- How far a channel that has to be asked for news was read.
CREATE TABLE channel_position (
  integration_id uuid NOT NULL REFERENCES integration ON DELETE CASCADE,
  channel_id text NOT NULL,
  last_id text NOT NULL,
  read_at timestamptz NOT NULL DEFAULT gurulog_now(),
  PRIMARY KEY (integration_id, channel_id)
);
