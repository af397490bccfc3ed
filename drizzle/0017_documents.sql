-- How far a run has come, as the page shows it: pages, rows or files, and the same in words.
ALTER TABLE data_source ADD COLUMN progress_done integer;
--> statement-breakpoint
ALTER TABLE data_source ADD COLUMN progress_total integer;
--> statement-breakpoint
ALTER TABLE data_source ADD COLUMN progress_note text;
--> statement-breakpoint
-- Where a crashed run goes on: {run, passages, at}. Of that run the first `passages` are kept, the rest is read from `at`.
ALTER TABLE data_source ADD COLUMN resume jsonb;
--> statement-breakpoint
-- Who works on the run: a second worker that takes it over counts on, and the first finds another number here and stops.
ALTER TABLE data_source ADD COLUMN run_claim integer NOT NULL DEFAULT 0;
--> statement-breakpoint
ALTER TABLE passage ADD COLUMN url text;
--> statement-breakpoint
ALTER TABLE passage ADD COLUMN locator text;
--> statement-breakpoint
-- What the bytes of a file are, found out while they arrive; until now all were text.
ALTER TABLE upload ADD COLUMN kind text CHECK (kind IN ('PDF', 'EXCEL', 'WORD', 'MARKDOWN', 'FILE'));
--> statement-breakpoint
UPDATE upload SET kind = CASE WHEN file_name ~* '\.(md|markdown)$' THEN 'MARKDOWN' ELSE 'FILE' END
WHERE completed_at IS NOT NULL;
