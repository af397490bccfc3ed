-- The job queue's own tables are made by its library at migration (scripts/serve/migrate.ts), in this schema.
CREATE SCHEMA IF NOT EXISTS pgboss;
