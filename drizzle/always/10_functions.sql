-- Run at each start by the maintenance role, after the migrations. Settings of the session name the roles and the mode:
-- gurulog.role_owner, gurulog.role_maintenance, gurulog.role_app, gurulog.role_sealer, gurulog.mode.

-- May this session turn the clock back (the demo)? Members of the owning role only; the runtime role is none.
DO $do$
BEGIN
  IF current_setting('gurulog.mode') = 'enforced' THEN
    EXECUTE format($f$
      CREATE OR REPLACE FUNCTION gurulog_may_set_clock() RETURNS boolean LANGUAGE sql STABLE
      AS $b$ SELECT pg_has_role(session_user, %L, 'MEMBER') $b$
    $f$, current_setting('gurulog.role_owner'));
  ELSE
    CREATE OR REPLACE FUNCTION gurulog_may_set_clock() RETURNS boolean LANGUAGE sql STABLE
    AS $b$ SELECT current_setting('gurulog.privileged', true) = 'on' $b$;
  END IF;
END
$do$;
--> statement-breakpoint
-- Refuses UPDATE, DELETE and TRUNCATE of the log, on the parent and on every partition.
DO $do$
BEGIN
  IF current_setting('gurulog.mode') = 'enforced' THEN
    EXECUTE format($f$
      CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql
      AS $b$
      BEGIN
        IF current_user = %L THEN RETURN NULL; END IF;
        RAISE EXCEPTION 'the audit log is append-only: %% of %% is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
      END
      $b$
    $f$, current_setting('gurulog.role_owner'));
  ELSE
    CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql
    AS $b$
    BEGIN
      IF current_setting('gurulog.privileged', true) = 'on' THEN RETURN NULL; END IF;
      RAISE EXCEPTION 'the audit log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501';
    END
    $b$;
  END IF;
END
$do$;
--> statement-breakpoint
-- Each event goes into the outbox in its own transaction, whoever records it. Security definer: the runtime role has no
-- right to the outbox, so it can neither hide an event from the sealer nor put one there twice.
CREATE OR REPLACE FUNCTION audit_to_outbox() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  INSERT INTO audit_outbox (org_id, event_id, occurred_at)
  SELECT org_id, id, occurred_at FROM recorded ORDER BY seq;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER audit_event_outbox AFTER INSERT ON audit_event
REFERENCING NEW TABLE AS recorded FOR EACH STATEMENT EXECUTE FUNCTION audit_to_outbox();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();
--> statement-breakpoint
-- A demo stays a demo: what it shows is made up, and nothing may pass for a real log one day.
CREATE OR REPLACE FUNCTION audit_demo_stays() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
  CASE TG_OP
    WHEN 'UPDATE' THEN IF NEW.demo OR NOT OLD.demo THEN RETURN NEW; END IF;
    WHEN 'DELETE' THEN IF NOT OLD.demo THEN RETURN OLD; END IF;
    ELSE IF NOT EXISTS (SELECT FROM audit_config WHERE demo) THEN RETURN NULL; END IF;
  END CASE;
  RAISE EXCEPTION 'this instance is a demo and stays one: set up another one for real work' USING ERRCODE = '42501';
END
$$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER audit_config_demo_stays BEFORE UPDATE OR DELETE ON audit_config
FOR EACH ROW EXECUTE FUNCTION audit_demo_stays();
--> statement-breakpoint
CREATE OR REPLACE TRIGGER audit_config_demo_stays_whole BEFORE TRUNCATE ON audit_config
FOR EACH STATEMENT EXECUTE FUNCTION audit_demo_stays();
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit_mark_demo_event() RETURNS trigger LANGUAGE plpgsql
AS $$
BEGIN
  NEW.details := NEW.details || '{"demo": true}';
  RETURN NEW;
END
$$;
--> statement-breakpoint
-- Makes this instance a demo, for good. From here on every event says so, whoever records it; the trigger that sees to
-- it exists in demos alone, so a real log does not pay for it. Run as the owner, by maintenance.
CREATE OR REPLACE FUNCTION audit_become_demo() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
BEGIN
  UPDATE audit_config SET demo = true;
  CREATE OR REPLACE TRIGGER audit_event_demo BEFORE INSERT ON audit_event
  FOR EACH ROW EXECUTE FUNCTION audit_mark_demo_event();
END
$$;
--> statement-breakpoint
-- 00:00 UTC of the day `retention_days` ago; the same for hiding, counting and deleting. 0 keeps forever.
-- Security definer so that the runtime role, which may only read the row, always gets the owner's answer.
CREATE OR REPLACE FUNCTION audit_cutoff() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
AS $$
  SELECT CASE
    WHEN coalesce(retention_days, 90) = 0 THEN '-infinity'::timestamptz
    ELSE (date_trunc('day', now() AT TIME ZONE 'UTC') - make_interval(days => coalesce(retention_days, 90))) AT TIME ZONE 'UTC'
  END
  FROM audit_config
$$;
--> statement-breakpoint
-- Whoever may read the log may read this week of it by itself too: while a cleanup has it detached, verification reads it so.
CREATE OR REPLACE FUNCTION audit_let_read(week text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp
AS $$
DECLARE
  reader text;
BEGIN
  FOR reader IN
    SELECT DISTINCT a.grantee::regrole::text FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
    WHERE c.oid = 'public.audit_event'::regclass AND a.privilege_type = 'SELECT' AND a.grantee NOT IN (0, c.relowner)
  LOOP
    EXECUTE format('GRANT SELECT ON public.%I TO %s', week, reader);
  END LOOP;
END
$$;
--> statement-breakpoint
-- Makes the partition of the week (Monday 00:00 UTC) that `at` falls in, unless it stands. Returns its name.
-- CREATE (LIKE) and then ATTACH: PARTITION OF would queue behind an open export, and an attached partition has no
-- statement trigger of its own.
CREATE OR REPLACE FUNCTION audit_make_partition(at timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  starts timestamptz := date_trunc('week', at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
  ends timestamptz := starts + interval '7 days';
  part text := 'audit_event_' || to_char(starts AT TIME ZONE 'UTC', 'IYYY"w"IW');
BEGIN
  IF at < '2020-01-01' OR at > now() + interval '1 year' THEN
    RAISE EXCEPTION 'no partition of the audit log is made for %', at USING ERRCODE = '22008';
  END IF;
  -- The runtime role asks for the week of an act, which is now; other weeks are maintenance's to make or bring back.
  IF at NOT BETWEEN now() - interval '8 days' AND now() + interval '8 days'
    AND NOT pg_has_role(session_user, current_user, 'MEMBER') THEN
    RAISE EXCEPTION 'no partition of the audit log is made for % by this role', at USING ERRCODE = '42501';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('gurulog.partitions'));
  IF EXISTS (SELECT FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
             WHERE c.relname = part AND i.inhparent = 'public.audit_event'::regclass) THEN
    RETURN part;
  END IF;
  -- A cleanup that was interrupted may have left the week detached: then it comes back with its rows.
  IF to_regclass(format('public.%I', part)) IS NULL THEN
    EXECUTE format('CREATE TABLE public.%I (LIKE public.audit_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part);
  ELSE
    -- Not while a verification reads it beside the log (11_archive.sql).
    PERFORM pg_advisory_xact_lock(hashtext('gurulog.weeks'));
  END IF;
  EXECUTE format(
    'CREATE OR REPLACE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON public.%I '
    'FOR EACH STATEMENT EXECUTE FUNCTION public.audit_refuse_change()', part);
  EXECUTE format('ALTER TABLE public.audit_event ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', part, starts, ends);
  PERFORM audit_let_read(part);
  RETURN part;
END
$$;
--> statement-breakpoint
-- Deletes the sealed events of the edge day and older ones that stand in a week still kept, with their rollups. While
-- archiving is on (11_archive.sql), days that are not archived stay.
-- The cut-off is not a parameter. Returns the number of rows removed.
CREATE OR REPLACE FUNCTION audit_prune_edge() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
DECLARE
  cutoff timestamptz := audit_cutoff();
  removed bigint;
BEGIN
  -- In guard-rail mode the triggers look at this setting. A function-level SET clause would be tidier, but Postgres lets
  -- only a superuser attach a custom setting to a function.
  PERFORM set_config('gurulog.privileged', 'on', true);
  -- The days that wait for the archive are counted in the snapshot of the deletion itself.
  WITH waiting AS MATERIALIZED (
    SELECT d.org_id, d.day FROM (
      SELECT org_id, (occurred_at AT TIME ZONE 'UTC')::date AS day, count(*) AS events
      FROM audit_event WHERE occurred_at < cutoff AND (SELECT archive FROM audit_config) GROUP BY 1, 2
    ) d
    WHERE NOT audit_day_archived(d.org_id, d.day, d.events)
  )
  DELETE FROM audit_event e
  WHERE e.occurred_at < cutoff
    AND NOT EXISTS (SELECT FROM audit_outbox o WHERE o.position > 0 AND o.event_id = e.id AND o.occurred_at < cutoff)
    AND NOT EXISTS (
      SELECT FROM waiting w WHERE w.org_id = e.org_id AND w.day = (e.occurred_at AT TIME ZONE 'UTC')::date);
  GET DIAGNOSTICS removed = ROW_COUNT;
  PERFORM set_config('gurulog.privileged', 'off', true);
  PERFORM audit_prune_rollups();
  RETURN removed;
END
$$;
--> statement-breakpoint
-- Takes the days behind the cut-off out of rollups and facets. Called in the transaction of the deletion.
-- Holds the sealer's lock, so that facets never differ from the sum of the rollups and neither waits for a row of the
-- other in the wrong order.
CREATE OR REPLACE FUNCTION audit_prune_rollups() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
-- A week has some ten thousand values, which statistics of the days kept know nothing of: each looked up by itself takes
-- twice as long as all at once.
SET enable_nestloop = off SET work_mem = '64MB'
AS $$
DECLARE
  cutoff_day date := CASE WHEN isfinite(audit_cutoff()) THEN (audit_cutoff() AT TIME ZONE 'UTC')::date ELSE '-infinity'::date END;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('gurulog.seal'));
  -- Most days of a second run: the facets are not read for nothing.
  IF NOT EXISTS (SELECT FROM audit_rollup WHERE day < cutoff_day) THEN RETURN; END IF;
  -- Under the lock nobody else writes rollups, so that what is summed here is what is deleted below: faster than to hand
  -- the deleted rows on.
  MERGE INTO audit_facet f
  USING (
    WITH gone AS MATERIALIZED (
      SELECT org_id, scope, dimension, value, action_type, count FROM audit_rollup WHERE day < cutoff_day
    )
    SELECT org_id, scope, dimension, value, sum(count)::bigint AS removed FROM gone GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT org_id, scope, 'actionType', action_type, sum(count)::bigint FROM gone WHERE dimension = 'all' GROUP BY 1, 2, 3, 4
  ) p
  ON (f.org_id, f.scope, f.dimension, f.value) = (p.org_id, p.scope, p.dimension, p.value)
  WHEN MATCHED AND f.count <= p.removed THEN DELETE
  WHEN MATCHED THEN UPDATE SET count = f.count - p.removed;
  DELETE FROM audit_rollup WHERE day < cutoff_day;
END
$$;
--> statement-breakpoint
-- Notes when the first owner came; later ones, and an owner removed by whatever means, change nothing.
CREATE OR REPLACE FUNCTION audit_note_onboarding() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  UPDATE audit_config SET onboarded_at = transaction_timestamp() WHERE onboarded_at IS NULL;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER membership_note_onboarding AFTER INSERT OR UPDATE ON membership
FOR EACH ROW WHEN (NEW.role = 'owner') EXECUTE FUNCTION audit_note_onboarding();
--> statement-breakpoint
-- Keeps the answer given at onboarding to "how long are events kept?". The runtime role may ask for it once, in the
-- transaction of the onboarding itself; afterwards only the environment changes the period, at a start.
-- A value of the environment stays in force.
CREATE OR REPLACE FUNCTION audit_choose_retention(days integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
AS $$
BEGIN
  IF days IS NULL OR days < 0 OR days > 36500 THEN
    RAISE EXCEPTION 'events are kept 0 (for ever) to 36500 days, not %', days USING ERRCODE = '22023';
  END IF;
  IF EXISTS (SELECT FROM audit_config WHERE onboarded_at < transaction_timestamp())
    OR EXISTS (SELECT FROM membership WHERE role = 'owner' AND created_at < transaction_timestamp())
    OR EXISTS (SELECT FROM audit_event WHERE action = 'user.owner_created' AND model = 'Organization'
               AND action_type = 'created' AND occurred_at < transaction_timestamp()) THEN
    RAISE EXCEPTION 'how long events are kept is chosen at onboarding, and later by GURULOG_AUDIT_RETENTION_DAYS'
      USING ERRCODE = '42501';
  END IF;
  UPDATE audit_config SET retention_chosen = days, retention_days = coalesce(retention_days, days)
  WHERE retention_chosen IS NULL;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'how long events are kept was chosen already' USING ERRCODE = '42501';
  END IF;
END
$$;
--> statement-breakpoint
-- The weeks that have a partition, for the health check, the daily look-ahead and the cleanup. One whose detaching was
-- interrupted is none any more: new queries do not see it.
CREATE OR REPLACE FUNCTION audit_partitions() RETURNS TABLE (name text, starts timestamptz, ends timestamptz)
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
  SELECT c.relname::text,
    (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \(''([^'']+)''\)'))[1]::timestamptz,
    (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz
  FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
  WHERE i.inhparent = 'public.audit_event'::regclass AND NOT i.inhdetachpending
$$;
--> statement-breakpoint
SELECT audit_make_partition(now() + make_interval(weeks => w)) FROM generate_series(-1, 5) AS w;
