-- Where a source of the network is read; `url_key` is what two ways of writing one address have in common.
ALTER TABLE data_source ADD COLUMN url text;
--> statement-breakpoint
ALTER TABLE data_source ADD COLUMN url_key text;
--> statement-breakpoint
-- Of a repository: branch, include, exclude, the name of the secret with its token, and the commit that was read last.
ALTER TABLE data_source ADD COLUMN settings jsonb NOT NULL DEFAULT '{}';
--> statement-breakpoint
-- When System looks whether there is something new; null = never.
ALTER TABLE data_source ADD COLUMN next_read_at timestamptz;
--> statement-breakpoint
CREATE UNIQUE INDEX data_source_url ON data_source (guru_id, kind, url_key) WHERE url_key IS NOT NULL;
--> statement-breakpoint
CREATE INDEX data_source_due ON data_source (next_read_at) WHERE next_read_at IS NOT NULL;
--> statement-breakpoint
-- A search for the pages of a site, by its links or its sitemap. Nothing is a source yet: a person chooses of what it found.
CREATE TABLE crawl (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  guru_id uuid NOT NULL REFERENCES guru ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('links', 'sitemap')),
  url text NOT NULL,
  max_pages integer NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'stopped', 'failed')),
  stop_requested boolean NOT NULL DEFAULT false,
  -- Why it failed, or what it left out, in words.
  note text,
  attempts integer NOT NULL DEFAULT 0,
  heartbeat_at timestamptz NOT NULL DEFAULT gurulog_now(),
  created_by uuid,
  created_at timestamptz NOT NULL DEFAULT gurulog_now(),
  finished_at timestamptz
);
--> statement-breakpoint
CREATE INDEX crawl_guru ON crawl (guru_id, created_at DESC);
--> statement-breakpoint
CREATE INDEX crawl_under_way ON crawl (heartbeat_at) WHERE state IN ('waiting', 'running');
--> statement-breakpoint
-- The pages that it knows of, in the order in which it met them. `found`: it is a page; `refused`: `note` says why it is none.
CREATE TABLE crawl_url (
  crawl_id uuid NOT NULL REFERENCES crawl ON DELETE CASCADE,
  ordinal integer NOT NULL,
  url text NOT NULL,
  title text NOT NULL DEFAULT '',
  state text NOT NULL DEFAULT 'known' CHECK (state IN ('known', 'found', 'refused')),
  note text,
  PRIMARY KEY (crawl_id, ordinal)
);
--> statement-breakpoint
CREATE UNIQUE INDEX crawl_url_once ON crawl_url (crawl_id, md5(url));
