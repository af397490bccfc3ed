-- How many events an export will hold is null where counting them would have kept its person waiting.
ALTER TABLE export_job ALTER COLUMN rows_expected DROP NOT NULL;
