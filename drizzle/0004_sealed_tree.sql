-- The sealed order becomes a Merkle tree of RFC 6962. Leaf hashes stand in audit_seal_tail and audit_tile; here are the
-- nodes above a tile, so that a proof reads a handful of rows whatever the size.
CREATE TABLE audit_node (
  org_id integer NOT NULL,
  -- 10 and up: over 2^level leaves, all of them sealed; such a node never changes.
  level smallint NOT NULL CHECK (level BETWEEN 10 AND 52),
  index bigint NOT NULL,
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (org_id, level, index)
);
--> statement-breakpoint
-- Roots over 256 leaves each, of which a tile has four: what the published tiles of the level above are made of.
ALTER TABLE audit_tile ADD COLUMN subroots bytea CHECK (octet_length(subroots) = 4 * 32);
--> statement-breakpoint
-- After a restored backup is adopted, the same size may be signed again under a new origin.
ALTER TABLE audit_checkpoint ADD COLUMN origin text;
--> statement-breakpoint
UPDATE audit_checkpoint c SET origin = h.origin FROM audit_head h WHERE h.org_id = c.org_id;
--> statement-breakpoint
ALTER TABLE audit_checkpoint ALTER COLUMN origin SET NOT NULL, DROP CONSTRAINT audit_checkpoint_pkey,
  ADD PRIMARY KEY (org_id, origin, size);
--> statement-breakpoint
-- Statements, signed with the sealing key, that a log which does not continue the last signed checkpoint is nevertheless
-- to be signed from now on, under a new origin. A statement without a valid signature means nothing.
CREATE TABLE audit_adoption (
  org_id integer NOT NULL,
  origin text NOT NULL,
  note text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (org_id, origin)
);
--> statement-breakpoint
-- Ids of the sealing keys of the last start, the current first: a difference is a rotation, and recorded.
ALTER TABLE audit_config ADD COLUMN sealing_keys text;
--> statement-breakpoint
-- When the organization got its first owner. Kept where the runtime role cannot write, so that a period of retention is
-- chosen once, whatever becomes of the rows that show an owner.
ALTER TABLE audit_config ADD COLUMN onboarded_at timestamptz;
--> statement-breakpoint
UPDATE audit_config SET onboarded_at = (SELECT min(created_at) FROM membership WHERE role = 'owner');
--> statement-breakpoint
-- Events that cleanups have removed in all. The event of a cleanup says so too; this stands in where that has expired.
ALTER TABLE audit_config ADD COLUMN removed_in_all bigint NOT NULL DEFAULT 0;
--> statement-breakpoint
-- State of the signing for everyone to see; written by the sealer. `refused` says in words why nothing is signed.
CREATE TABLE audit_signing (
  org_id integer PRIMARY KEY,
  refused text,
  refused_since timestamptz,
  checked_at timestamptz
);
--> statement-breakpoint
-- What is wrong at the moment, noted by whoever notices and removed when it is over; the alarms are made of it.
CREATE TABLE audit_trouble (
  kind text PRIMARY KEY CHECK (kind IN ('sealing_behind', 'signing_refused', 'verification_failed', 'archive_unwritable',
    'anchor_unwritable', 'partitions_low', 'disk_low')),
  detail text NOT NULL,
  since timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
