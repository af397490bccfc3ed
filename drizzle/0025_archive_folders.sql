-- Hosts may have archive folders of their own. Which one a day's file was written to: a mark that stands in the folder;
-- null for days archived before it was noted. And when the file was last found to be whole, by whichever host has it:
-- '-infinity' where the last try to read it failed.
-- Files of before were read by nobody since: they are read again before their days go.
ALTER TABLE audit_archive_day ADD COLUMN folder text, ADD COLUMN read_at timestamptz NOT NULL DEFAULT 'epoch';
--> statement-breakpoint
ALTER TABLE audit_archive_day ALTER COLUMN read_at SET DEFAULT clock_timestamp();
