-- Who may do what, said anew at each start. In guard-rail mode all roles are one user, and this changes nothing.
DO $do$
DECLARE
  app text := current_setting('gurulog.role_app');
  sealer text := current_setting('gurulog.role_sealer');
  t text;
  columns text;
BEGIN
  IF current_setting('gurulog.mode') <> 'enforced' THEN RETURN; END IF;

  EXECUTE format('GRANT USAGE ON SCHEMA public TO %I, %I', app, sealer);
  EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I, %I', app, sealer);

  -- The business tables: the runtime role works on them.
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'audit\_%' AND tablename <> 'schema_migration' LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO %I', t, app);
  END LOOP;
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON audit_counter TO %I', app);

  -- The log: read, and insert on named columns. Id, time, position, salts and digests are the database's to give.
  SELECT string_agg(quote_ident(attname), ', ') INTO columns
  FROM pg_attribute
  WHERE attrelid = 'public.audit_event'::regclass AND attnum > 0 AND NOT attisdropped
    AND attname NOT IN ('id', 'occurred_at', 'seq', 'entry_version', 'actor_salt', 'subject_salt', 'actor_digest', 'subject_digest');
  EXECUTE format('GRANT SELECT ON audit_event TO %I, %I', app, sealer);
  EXECUTE format('GRANT INSERT (%s) ON audit_event TO %I', columns, app);
  EXECUTE format('GRANT USAGE ON SEQUENCE audit_event_seq TO %I', app);
  PERFORM audit_let_read(relname) FROM pg_class
  WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname ~ '^audit_event_\d{4}w\d{2}$';
  EXECUTE format(
    'GRANT SELECT ON audit_outbox, audit_head, audit_seal_tail, audit_tile, audit_checkpoint, audit_rollup, audit_facet, audit_kind_seen, audit_config,
      audit_node, audit_adoption, audit_signing TO %I',
    app);
  -- A statement counts by its signature alone, whoever put it there.
  EXECUTE format('GRANT INSERT ON audit_adoption TO %I', app);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON audit_verification TO %I', app);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON audit_trouble TO %I, %I', app, sealer);
  EXECUTE format('GRANT SELECT ON audit_archive_day TO %I', app);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON audit_alarm, audit_alarm_message TO %I', app);

  -- The sealer: drains the outbox, writes what is derived.
  EXECUTE format('GRANT SELECT, DELETE ON audit_outbox TO %I', sealer);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON audit_head, audit_node, audit_signing TO %I', sealer);
  EXECUTE format('GRANT SELECT, INSERT, DELETE ON audit_checkpoint TO %I', sealer);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON audit_seal_tail, audit_tile, audit_rollup, audit_facet TO %I', sealer);
  EXECUTE format('GRANT SELECT, INSERT ON audit_kind_seen TO %I', sealer);
  EXECUTE format('GRANT SELECT ON audit_config, audit_adoption TO %I', sealer);

  -- The job queue: rows, never its tables.
  EXECUTE format('GRANT USAGE ON SCHEMA pgboss TO %I', app);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA pgboss TO %I', app);
  EXECUTE format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgboss TO %I', app);
  EXECUTE format('GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgboss TO %I', app);

  -- A start compares the keys it has with the ones this database was made with before it knows any role's password; the
  -- fingerprint reveals nothing of them.
  GRANT SELECT (keys_fingerprint) ON audit_config TO PUBLIC;

  -- Privileged functions: a partition may be asked for by the runtime role (an act outside the weeks made ahead), the
  -- rest is maintenance's.
  REVOKE ALL ON FUNCTION audit_make_partition(timestamptz), audit_prune_edge(), audit_prune_rollups(),
    audit_choose_retention(integer), audit_become_demo() FROM PUBLIC;
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit_make_partition(timestamptz), audit_choose_retention(integer) TO %I', app);
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit_prune_edge(), audit_prune_rollups() TO %I', current_setting('gurulog.role_maintenance'));

  -- A trigger runs its function without a right to it; only making one asks for that. Whoever may make temporary tables
  -- (everyone, on a server that is not ours alone) could else run these on rows that they made up: put events before the
  -- sealer that nobody recorded, erase somebody in silence.
  FOR t IN SELECT oid::regprocedure::text FROM pg_proc
           WHERE pronamespace = 'public'::regnamespace AND prorettype = 'trigger'::regtype AND proname LIKE 'audit\_%' LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', t);
  END LOOP;

  -- Erasing a person commits only with the event that records it; see 12_erasure.sql.
  EXECUTE format('GRANT SELECT ON audit_erasure TO %I', app);
  REVOKE ALL ON FUNCTION audit_erase_person(integer, uuid, text), audit_refuse_erased(uuid[]) FROM PUBLIC;
  EXECUTE format('GRANT EXECUTE ON FUNCTION audit_erase_person(integer, uuid, text) TO %I', app);
END
$do$;
