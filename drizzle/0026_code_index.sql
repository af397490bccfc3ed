-- What searches of code look in: the text of the repositories that are sources, in parts, and which of them has which
-- three or five characters in a row.
-- A repository, how it stands, and who works on its index.
CREATE TABLE code_repository (
  source_id uuid PRIMARY KEY REFERENCES data_source ON DELETE CASCADE,
  guru_id uuid NOT NULL,
  -- What the API calls it by.
  number integer GENERATED ALWAYS AS IDENTITY UNIQUE,
  -- "host/owner/name", and where people look at it.
  name text NOT NULL,
  web_url text,
  -- What is searched: [{branch, commit, isDefault}]; bit n of a file's branches is the nth of them.
  heads jsonb NOT NULL DEFAULT '[]',
  -- What readers read; 0 = nothing yet.
  generation integer NOT NULL DEFAULT 0,
  files integer NOT NULL DEFAULT 0,
  bytes bigint NOT NULL DEFAULT 0,
  indexed_at timestamptz,
  -- Why the last run failed, in words.
  problem text,
  -- The settings of the source that the generation was made by; another value is what asks for a run.
  basis jsonb,
  -- Who works on it: whoever finds another number here has been relieved. Silence of a run means that it crashed.
  run_claim integer NOT NULL DEFAULT 0,
  running boolean NOT NULL DEFAULT false,
  heartbeat_at timestamptz NOT NULL DEFAULT gurulog_now(),
  -- Runs begun since one ended well or a segment was kept, and when the next may begin.
  attempts integer NOT NULL DEFAULT 0,
  next_try_at timestamptz
);
--> statement-breakpoint
-- Looked through again and again for those whose index is not as it should be.
CREATE INDEX data_source_repository ON data_source (id) WHERE kind = 'GITHUB_REPO';
--> statement-breakpoint
CREATE INDEX code_repository_guru ON code_repository (guru_id);
--> statement-breakpoint
-- Up to 4,096 parts. Nothing of it changes once it is complete; what is not complete is of a run that is under way or crashed.
CREATE TABLE code_segment (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id uuid NOT NULL REFERENCES data_source ON DELETE CASCADE,
  parts integer NOT NULL DEFAULT 0,
  files integer NOT NULL DEFAULT 0,
  -- A power of two.
  buckets integer NOT NULL DEFAULT 1,
  complete boolean NOT NULL DEFAULT false,
  -- What is written down in another form is written anew.
  format integer NOT NULL DEFAULT 1
);
--> statement-breakpoint
CREATE INDEX code_segment_source ON code_segment (source_id);
--> statement-breakpoint
-- Which parts of a segment have which key (lib/platform/code/postings.ts). A row is read whole, and lies within its page.
CREATE TABLE code_posting (
  segment_id bigint NOT NULL REFERENCES code_segment ON DELETE CASCADE,
  bucket integer NOT NULL,
  data bytea NOT NULL,
  PRIMARY KEY (segment_id, bucket)
) WITH (toast_tuple_target = 8160);
--> statement-breakpoint
-- A file of a generation: a reader at G sees those with from_generation <= G and no to_generation, or one > G.
CREATE TABLE code_file (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id uuid NOT NULL REFERENCES data_source ON DELETE CASCADE,
  segment_id bigint NOT NULL REFERENCES code_segment ON DELETE CASCADE,
  -- Within the segment.
  ordinal integer NOT NULL,
  path text NOT NULL,
  -- As linguist calls it.
  language text,
  -- Bit n = of heads[n].
  branches integer NOT NULL,
  blob text NOT NULL,
  -- Of its text in UTF-8, as it is kept.
  bytes integer NOT NULL,
  lines integer NOT NULL,
  first_part integer NOT NULL,
  parts integer NOT NULL,
  -- Of a file that is none of text there is this row alone, so that it is not read again; readers pass over it.
  is_text boolean NOT NULL DEFAULT true,
  from_generation integer NOT NULL,
  to_generation integer
);
--> statement-breakpoint
-- A path may be longer than an index takes: asked for as md5(path) = md5(…) AND path = ….
CREATE INDEX code_file_path ON code_file (source_id, md5(path));
--> statement-breakpoint
CREATE INDEX code_file_segment ON code_file (segment_id);
--> statement-breakpoint
CREATE INDEX code_file_ended ON code_file (source_id) WHERE to_generation IS NOT NULL;
--> statement-breakpoint
-- Whole lines of a file, about 16 kB of them. What fits into a page lies in it: a search reads hundreds of them.
CREATE TABLE code_part (
  segment_id bigint NOT NULL REFERENCES code_segment ON DELETE CASCADE,
  ordinal integer NOT NULL,
  file_ordinal integer NOT NULL,
  -- From 1.
  first_line integer NOT NULL,
  -- Of the text in UTF-8.
  byte_offset integer NOT NULL,
  bytes integer NOT NULL,
  -- UTF-8, deflated.
  content bytea NOT NULL,
  -- [[line, column, name, kind, parent, length of the name], …] as JSON, deflated; null = none.
  symbols bytea,
  PRIMARY KEY (segment_id, ordinal)
) WITH (toast_tuple_target = 8160);
--> statement-breakpoint
-- What is deflated or packed already is not compressed once more.
ALTER TABLE code_posting ALTER COLUMN data SET STORAGE EXTERNAL;
--> statement-breakpoint
ALTER TABLE code_part ALTER COLUMN content SET STORAGE EXTERNAL, ALTER COLUMN symbols SET STORAGE EXTERNAL;
