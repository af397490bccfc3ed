-- While archiving is on, no day of the log goes that does not stand in the archive whole: with as many events as the log
-- holds of it. The archive holds sealed events alone, so a day of which one is unsealed waits too.

-- Whether the newest part of a day's archive has this many events.
CREATE OR REPLACE FUNCTION audit_day_archived(org integer, of_day date, events bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
  SELECT coalesce(
    (SELECT a.events = audit_day_archived.events FROM audit_archive_day a
     WHERE a.org_id = org AND a.day = of_day ORDER BY a.part DESC LIMIT 1),
    false)
$$;
--> statement-breakpoint
-- Whether archiving is off or every day in a week's table is archived. Also for a week that was detached.
CREATE OR REPLACE FUNCTION audit_week_archived(week text) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = public, pg_temp
AS $$
DECLARE
  whole boolean;
BEGIN
  IF NOT (SELECT archive FROM audit_config) THEN RETURN true; END IF;
  EXECUTE format(
    'SELECT coalesce(bool_and(audit_day_archived(d.org_id, d.day, d.events)), true)
     FROM (SELECT org_id, (occurred_at AT TIME ZONE ''UTC'')::date AS day, count(*) AS events FROM public.%I GROUP BY 1, 2) d',
    week)
  INTO whole;
  RETURN whole;
END
$$;
--> statement-breakpoint
-- Drops a week that was detached from the log. Run by the owner of the log, that is by maintenance. Returns how many
-- events it had.
CREATE OR REPLACE FUNCTION audit_drop_week(week text) RETURNS bigint
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
  events bigint;
  ends timestamptz := (to_date(substring(week from 13), 'IYYY"w"IW') + 7)::timestamp AT TIME ZONE 'UTC';
BEGIN
  IF week !~ '^audit_event_\d{4}w\d{2}$' OR ends > audit_cutoff() THEN
    RAISE EXCEPTION 'no week of the log that has expired: %', week USING ERRCODE = '42501';
  END IF;
  -- Nothing can be added between the look and the drop.
  EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', week);
  IF NOT audit_week_archived(week) THEN
    RAISE EXCEPTION 'a day of % is not archived yet', week USING ERRCODE = '42501';
  END IF;
  EXECUTE format('SELECT count(*) FROM public.%I', week) INTO events;
  EXECUTE format('DROP TABLE public.%I', week);
  RETURN events;
END
$$;
