-- What the cut-off has passed is counted no more by the sealer and taken out of the counts by the cleanup, though the
-- event itself may stand longer (it waits for its archive, or for the sealer). A retention that is made longer shows it
-- again: from then on readers count the days before this one from events.
-- A day more than the old cut-off: a batch of the sealer that is under way may have begun on either side of midnight.
CREATE OR REPLACE FUNCTION audit_note_counted_from() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
  before integer := coalesce(OLD.retention_days, 90);
  after integer := coalesce(NEW.retention_days, 90);
BEGIN
  IF before > 0 AND (after = 0 OR after > before) THEN
    NEW.counted_from := greatest(OLD.counted_from, (clock_timestamp() AT TIME ZONE 'UTC')::date - before + 1);
  END IF;
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER audit_config_counted_from BEFORE UPDATE OF retention_days ON audit_config
FOR EACH ROW EXECUTE FUNCTION audit_note_counted_from();
