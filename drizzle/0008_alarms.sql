-- What was wrong with the log and when: made of audit_trouble, which says what is wrong now.
CREATE TABLE audit_alarm (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('sealing_behind', 'signing_refused', 'verification_failed', 'archive_unwritable',
    'anchor_unwritable', 'partitions_low', 'disk_low')),
  detail text NOT NULL,
  raised_at timestamptz NOT NULL,
  cleared_at timestamptz
);
--> statement-breakpoint
-- One of a kind at a time, whoever raises it.
CREATE UNIQUE INDEX audit_alarm_active ON audit_alarm (kind) WHERE cleared_at IS NULL;
--> statement-breakpoint
CREATE INDEX audit_alarm_raised ON audit_alarm (raised_at DESC);
--> statement-breakpoint
-- What is to be told to whom, once at the beginning of an alarm and once at its end; made in the same transaction as the
-- change of the alarm, so that no crash loses it or makes it twice.
CREATE TABLE audit_alarm_message (
  -- The webhook's message id and the mail's Message-ID: the same at each try.
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  alarm_id bigint NOT NULL REFERENCES audit_alarm ON DELETE CASCADE,
  says text NOT NULL CHECK (says IN ('raised', 'cleared')),
  channel text NOT NULL CHECK (channel IN ('mail', 'webhook')),
  -- Of a mail: an account, whose address is looked up when it is sent, or an address from the settings.
  account_id uuid REFERENCES account ON DELETE CASCADE,
  address text,
  tries integer NOT NULL DEFAULT 0,
  -- The next try; whoever takes it moves it on first, so that a sender that dies delays it and loses nothing.
  due_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  delivered_at timestamptz,
  given_up_at timestamptz,
  last_error text,
  CONSTRAINT audit_alarm_message_once UNIQUE NULLS NOT DISTINCT (alarm_id, says, channel, account_id, address)
);
--> statement-breakpoint
CREATE INDEX audit_alarm_message_due ON audit_alarm_message (channel, due_at)
WHERE delivered_at IS NULL AND given_up_at IS NULL;
