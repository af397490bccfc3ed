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
-- events it had. A table of that name with any other event in it is not touched: the record of the cleanup would pass
-- their removal off for the retention's.
CREATE OR REPLACE FUNCTION audit_drop_week(week text) RETURNS bigint
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
  events bigint;
  foreign_events boolean;
  ends timestamptz := (to_date(substring(week from 13), 'IYYY"w"IW') + 7)::timestamp AT TIME ZONE 'UTC';
BEGIN
  IF week !~ '^audit_event_\d{4}w\d{2}$' OR ends > audit_cutoff() THEN
    RAISE EXCEPTION 'no week of the log that has expired: %', week USING ERRCODE = '42501';
  END IF;
  -- A verification under way reads the week. Its connections ask for the table one after the other, and would queue behind
  -- the lock of the table if that were asked for now.
  PERFORM pg_advisory_xact_lock(hashtext('gurulog.weeks'));
  -- Nothing can be added between the look and the drop.
  EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', week);
  EXECUTE format('SELECT EXISTS (SELECT FROM public.%I WHERE (occurred_at >= $1 AND occurred_at < $2) IS NOT TRUE)', week)
  INTO foreign_events USING ends - interval '7 days', ends;
  IF foreign_events THEN
    RAISE EXCEPTION 'in % stand events that are not of this week: verify the log', week USING ERRCODE = '42501';
  END IF;
  IF NOT audit_week_archived(week) THEN
    RAISE EXCEPTION 'a day of % is not archived yet', week USING ERRCODE = '42501';
  END IF;
  EXECUTE format('SELECT count(*) FROM public.%I', week) INTO events;
  EXECUTE format('DROP TABLE public.%I', week);
  RETURN events;
END
$$;
