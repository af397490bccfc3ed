-- The log: partitioned by week, append-only, sealed in the order a background sealer gives.
-- What can be replaced (functions that depend on the mode, grants) stands in drizzle/always and runs at each start.

CREATE SEQUENCE audit_event_seq;
--> statement-breakpoint
CREATE TABLE audit_event (
  id uuid NOT NULL DEFAULT gurulog_uuidv7(),
  occurred_at timestamptz NOT NULL DEFAULT gurulog_now(),
  seq bigint NOT NULL DEFAULT nextval('audit_event_seq'),
  entry_version smallint NOT NULL DEFAULT 1,
  org_id integer NOT NULL,
  guru_id uuid,
  guru_slug text,
  guru_name text,
  action text NOT NULL,
  operation text NOT NULL,
  action_type text NOT NULL,
  model text NOT NULL,
  outcome text NOT NULL,
  actor_type text NOT NULL,
  actor_id text NOT NULL,
  -- The person behind the act: the actor, a key's owner, the account tried; null if none. Part of the skeleton.
  account_id uuid,
  -- Actor part: named by erasure of the actor.
  actor_email text,
  ip inet,
  user_agent text,
  target_type text NOT NULL,
  target_id text NOT NULL,
  -- Subject part.
  target_label text NOT NULL,
  metadata jsonb,
  changes jsonb NOT NULL DEFAULT '[]',
  details jsonb NOT NULL DEFAULT '{}',
  cause uuid,
  version text NOT NULL,
  actor_salt bytea DEFAULT gen_random_bytes(32),
  subject_salt bytea DEFAULT gen_random_bytes(32),
  -- Null until the part is erased; then the digest that the leaf was made of.
  actor_digest bytea,
  subject_digest bytea,
  CONSTRAINT audit_event_pkey PRIMARY KEY (occurred_at, id),
  CONSTRAINT audit_event_action_type CHECK (action_type IN ('access', 'created', 'updated', 'deleted')),
  CONSTRAINT audit_event_outcome CHECK (outcome IN ('success', 'failure', 'unknown')),
  CONSTRAINT audit_event_actor_type CHECK (actor_type IN ('user', 'api_key', 'system', 'anonymous')),
  CONSTRAINT audit_event_system_has_no_address CHECK (actor_type <> 'system' OR ip IS NULL)
) PARTITION BY RANGE (occurred_at);
--> statement-breakpoint
CREATE INDEX audit_event_org ON audit_event (org_id, occurred_at DESC, id DESC);
--> statement-breakpoint
CREATE INDEX audit_event_account ON audit_event (org_id, account_id, occurred_at DESC, id DESC);
--> statement-breakpoint
CREATE INDEX audit_event_guru ON audit_event (org_id, guru_id, occurred_at DESC, id DESC);
--> statement-breakpoint
CREATE INDEX audit_event_model ON audit_event (org_id, model, action_type, occurred_at DESC, id DESC);
--> statement-breakpoint
CREATE INDEX audit_event_rare ON audit_event USING gin (guru_id, account_id, model, action_type, actor_type, operation, outcome);
--> statement-breakpoint
-- What the sealer has not taken yet, in the order in which it was recorded.
CREATE TABLE audit_outbox (
  position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  org_id integer NOT NULL,
  event_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL
)
-- A queue: every row dies within a second, and what is dead at its low end is walked over by each batch.
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
--> statement-breakpoint
-- Size of an organization's sealed log; the next index. Root and checkpoint come with the proof of the log.
CREATE TABLE audit_head (
  org_id integer PRIMARY KEY,
  size bigint NOT NULL DEFAULT 0,
  root bytea,
  origin text NOT NULL DEFAULT encode(gen_random_bytes(16), 'hex'),
  sealed_at timestamptz
);
--> statement-breakpoint
-- The open tile: a row an event until 1,024 of them close a tile.
CREATE TABLE audit_seal_tail (
  org_id integer NOT NULL,
  index bigint NOT NULL,
  event_id uuid NOT NULL,
  occurred_at timestamptz NOT NULL,
  leaf_hash bytea,
  PRIMARY KEY (org_id, index)
)
WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
--> statement-breakpoint
CREATE INDEX audit_seal_tail_event ON audit_seal_tail (event_id);
--> statement-breakpoint
-- A closed tile of 1,024 leaves. `events` holds 24 bytes a leaf in order: the event's id and its time in
-- microseconds since 1970 as a big-endian bigint; `hashes` 32 bytes a leaf once the log is hashed.
-- An event finds its index through the tiles whose span covers its time.
CREATE TABLE audit_tile (
  org_id integer NOT NULL,
  tile bigint NOT NULL,
  events bytea NOT NULL,
  hashes bytea,
  span tstzrange NOT NULL,
  PRIMARY KEY (org_id, tile),
  CONSTRAINT audit_tile_whole CHECK (octet_length(events) = 1024 * 24),
  CONSTRAINT audit_tile_hashed_whole CHECK (octet_length(hashes) = 1024 * 32)
);
--> statement-breakpoint
-- Random bytes do not shrink: kept out of line, uncompressed, so that a scan of the spans stays small.
ALTER TABLE audit_tile ALTER COLUMN events SET STORAGE EXTERNAL, ALTER COLUMN hashes SET STORAGE EXTERNAL;
--> statement-breakpoint
CREATE INDEX audit_tile_span ON audit_tile USING gist (span);
--> statement-breakpoint
CREATE TABLE audit_checkpoint (
  org_id integer NOT NULL,
  size bigint NOT NULL,
  root bytea NOT NULL,
  note text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (org_id, size)
);
--> statement-breakpoint
-- Events a day, by scope (the zero uuid: the whole organization; else one guru) and value of a dimension.
-- Dimensions: all (value ''), guru, model, user, operation, outcome; the action type is part of the key.
CREATE TABLE audit_rollup (
  org_id integer NOT NULL,
  scope uuid NOT NULL,
  dimension text NOT NULL,
  value text NOT NULL,
  action_type text NOT NULL,
  day date NOT NULL,
  count bigint NOT NULL,
  PRIMARY KEY (org_id, scope, dimension, value, action_type, day)
)
WITH (fillfactor = 80);
--> statement-breakpoint
CREATE INDEX audit_rollup_day ON audit_rollup (day);
--> statement-breakpoint
-- Choices of the dropdowns with their counts over the period kept: always the sum of the rollups' counts. The action
-- type, part of the key there, is a dimension of its own here: actionType.
CREATE TABLE audit_facet (
  org_id integer NOT NULL,
  scope uuid NOT NULL,
  dimension text NOT NULL,
  value text NOT NULL,
  label text NOT NULL,
  count bigint NOT NULL,
  last_day date NOT NULL,
  PRIMARY KEY (org_id, scope, dimension, value)
)
WITH (fillfactor = 70);
--> statement-breakpoint
-- What every instance on this database must agree on; written by the maintenance role alone.
CREATE TABLE audit_config (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  logging_enabled boolean,
  logging_changed_at timestamptz,
  -- In force: the environment's value, else the one chosen at onboarding, else null, which means 90. 0 keeps forever.
  retention_days integer CHECK (retention_days >= 0),
  retention_chosen integer CHECK (retention_chosen >= 0),
  trusted_proxies text,
  keys_fingerprint text,
  demo boolean NOT NULL DEFAULT false,
  last_pruned_at timestamptz
);
--> statement-breakpoint
INSERT INTO audit_config DEFAULT VALUES;
--> statement-breakpoint
INSERT INTO organization (id, name) VALUES (1, '');
--> statement-breakpoint
INSERT INTO audit_head (org_id) VALUES (1);
