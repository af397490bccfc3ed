-- A filter of the audit log under a name: of one person, or shared with all who may read the same log.
CREATE TABLE saved_view (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  org_id integer NOT NULL REFERENCES organization,
  -- Null = the organization's whole log.
  guru_id uuid REFERENCES guru ON DELETE CASCADE,
  account_id uuid NOT NULL REFERENCES account ON DELETE CASCADE,
  name text NOT NULL,
  -- The name as names are compared: how Postgres folds letters depends on the server.
  name_key text NOT NULL,
  -- The filter's active parts, as the log's events record them. JSON, so that an erasure sees an address in it.
  filter jsonb NOT NULL,
  -- Days up to the one on which the view is opened; the filter then has no range of its own.
  recent_days smallint CHECK (recent_days IN (1, 7, 30, 90)),
  shared boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  CONSTRAINT saved_view_name UNIQUE NULLS NOT DISTINCT (org_id, guru_id, account_id, name_key)
);
--> statement-breakpoint
CREATE INDEX saved_view_account ON saved_view (account_id);
--> statement-breakpoint
CREATE INDEX saved_view_guru ON saved_view (guru_id);
