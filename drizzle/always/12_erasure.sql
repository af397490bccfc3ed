-- Erasure of a person from the log: the parts that name them go with their salts, the digests stay, so that every leaf
-- can still be computed. Run at each start, after the migrations.

-- RFC 8785 (JSON Canonicalization Scheme) of texts, booleans, null, exact integers, lists and objects.
-- Postgres writes texts as the RFC does. Keys go by UTF-16 code units, which differs from the order of code points
-- for characters past U+FFFF alone: an U+D7FF put before each of these gives the order of the RFC.
CREATE OR REPLACE FUNCTION audit_jcs(value jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $$
DECLARE
  done text;
BEGIN
  -- Texts, booleans and null are written where they stand: a call of this function costs more than all else in it.
  CASE jsonb_typeof(value)
    WHEN 'object' THEN
      SELECT '{' || coalesce(string_agg(to_json(key)::text || ':' ||
          CASE WHEN jsonb_typeof(member) IN ('object', 'array', 'number') THEN audit_jcs(member) ELSE member::text END, ','
        ORDER BY regexp_replace(key COLLATE "C", U&'([\+010000-\+10FFFF])', U&'\D7FF\\1', 'g') COLLATE "C"), '') || '}'
      INTO done FROM jsonb_each(value) AS m (key, member);
      RETURN done;
    WHEN 'array' THEN
      SELECT '[' || coalesce(string_agg(
        CASE WHEN jsonb_typeof(member) IN ('object', 'array', 'number') THEN audit_jcs(member) ELSE member::text END, ','
        ORDER BY place), '') || ']'
      INTO done FROM jsonb_array_elements(value) WITH ORDINALITY AS m (member, place);
      RETURN done;
    WHEN 'number' THEN
      done := value::text;
      IF done !~ '^-?(0|[1-9][0-9]{0,15})$' OR abs(done::bigint) > 9007199254740991 THEN
        RAISE EXCEPTION 'a number of the log that is no exact integer' USING ERRCODE = '22003';
      END IF;
      RETURN done;
    ELSE RETURN value::text;
  END CASE;
END
$$;
--> statement-breakpoint
-- A text or null as JSON. Short enough for Postgres to put it into the query that calls it.
CREATE OR REPLACE FUNCTION audit_json_text(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(to_json(value)::text, 'null') $$;
--> statement-breakpoint
-- The digest of the part that names who acted: the stored one where the part was erased, null where it is neither whole
-- nor erased. The same as partDigest in lib/audit/proof/entry.ts; the keys stand in the order of RFC 8785.
CREATE OR REPLACE FUNCTION audit_actor_digest(e audit_event) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN e.actor_salt IS NULL THEN e.actor_digest
    WHEN e.actor_digest IS NULL THEN sha256(e.actor_salt || convert_to(
      '{"email":' || audit_json_text(e.actor_email)
      || ',"ip":' || audit_json_text(CASE WHEN e.ip = host(e.ip)::inet THEN host(e.ip) ELSE text(e.ip) END)
      || ',"userAgent":' || audit_json_text(e.user_agent) || '}', 'UTF8'))
  END
$$;
--> statement-breakpoint
-- The digest of the part that tells of what was acted upon.
CREATE OR REPLACE FUNCTION audit_subject_digest(e audit_event) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN e.subject_salt IS NULL THEN e.subject_digest
    WHEN e.subject_digest IS NULL THEN sha256(e.subject_salt || convert_to(
      '{"changes":' || audit_jcs(e.changes) || ',"details":' || audit_jcs(e.details)
      || ',"guruName":' || audit_json_text(e.guru_name) || ',"guruSlug":' || audit_json_text(e.guru_slug)
      || ',"label":' || audit_json_text(e.target_label)
      || ',"metadata":' || coalesce(audit_jcs(e.metadata), 'null') || '}', 'UTF8'))
  END
$$;
--> statement-breakpoint
-- The leaf of an event whose digests are these; null for a row in a state that the product never leaves.
CREATE OR REPLACE FUNCTION audit_leaf_of(e audit_event, actor bytea, subject bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN e.entry_version = 1 THEN sha256('\x00'::bytea || convert_to(
    '{"account":' || audit_json_text(e.account_id::text)
    || ',"action":' || audit_json_text(e.action) || ',"actionType":' || audit_json_text(e.action_type)
    || ',"actor":"' || encode(actor, 'hex') || '","actorId":' || audit_json_text(e.actor_id)
    || ',"actorType":' || audit_json_text(e.actor_type) || ',"cause":' || audit_json_text(e.cause::text)
    || ',"entryVersion":1,"guru":' || audit_json_text(e.guru_id::text) || ',"id":' || audit_json_text(e.id::text)
    || ',"model":' || audit_json_text(e.model) || ',"operation":' || audit_json_text(e.operation)
    || ',"org":' || e.org_id || ',"outcome":' || audit_json_text(e.outcome)
    || ',"subject":"' || encode(subject, 'hex') || '","targetId":' || audit_json_text(e.target_id)
    || ',"targetType":' || audit_json_text(e.target_type)
    || ',"time":"' || to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    || '","version":' || audit_json_text(e.version) || '}', 'UTF8'))
  END
$$;
--> statement-breakpoint
-- The leaf of an event, the same bytes as eventLeaf in lib/audit/proof/entry.ts (a test compares the two).
CREATE OR REPLACE FUNCTION audit_leaf(e audit_event) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT audit_leaf_of(e, audit_actor_digest(e), audit_subject_digest(e)) $$;
--> statement-breakpoint
-- How an event stands in a tile (0002_audit_log.sql): its id and its microseconds since 1970.
CREATE OR REPLACE FUNCTION audit_tile_key(event uuid, at timestamptz) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT uuid_send(event) || int8send((extract(epoch FROM at) * 1000000)::bigint) $$;
--> statement-breakpoint
-- Every text of a JSON value, keys too.
CREATE OR REPLACE FUNCTION audit_texts(value jsonb) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT t #>> '{}' FROM jsonb_path_query(value, 'strict $.** ? (@.type() == "string")') AS t
  UNION ALL
  SELECT k FROM jsonb_path_query(value, 'strict $.** ? (@.type() == "object")') AS o, jsonb_object_keys(o) AS k
$$;
--> statement-breakpoint
-- E-mail addresses in the form in which they are compared, without what is none: a stray "-" must not match every event.
CREATE OR REPLACE FUNCTION audit_addresses(found text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT coalesce(array_agg(DISTINCT lower(a COLLATE "C")), '{}')
  FROM unnest(found) AS a WHERE a ~ '^[!-?A-~]+@[!-?A-~]+\.[!-?A-~]+$'
$$;
--> statement-breakpoint
-- A pattern for lower-case text that finds the addresses as whole ones: `ada@x.example` stands neither in
-- `nada@x.example` nor in `ada@x.example.org`. Null for no address.
CREATE OR REPLACE FUNCTION audit_address_pattern(addresses text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT '(?<![[:alnum:]_+.%-])(?<![[:alnum:]]'')(?:' || string_agg(regexp_replace(a, '([^[:alnum:]@_])', '\\\1', 'g'), '|')
    || ')(?![[:alnum:]_]|\.[[:alnum:]]|-+[[:alnum:]])'
  FROM unnest(addresses) AS a
$$;
--> statement-breakpoint
-- Does a text hold one of the addresses (their pattern), whole?
CREATE OR REPLACE FUNCTION audit_names_address(value text, pattern text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT coalesce(lower(value COLLATE "C") ~ (pattern COLLATE "C"), false) $$;
--> statement-breakpoint
-- The addresses that a person has and had: of the account, of their own events, of changes of it.
-- One that another account has now is that one's.
CREATE OR REPLACE FUNCTION audit_person_addresses(org integer, person uuid, address text) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
  SELECT coalesce(array_agg(a), '{}')
  FROM unnest(audit_addresses(array(
    SELECT address
    UNION SELECT a.email FROM account a WHERE a.id = person
    UNION SELECT e.actor_email FROM audit_event e
      WHERE e.org_id = org AND e.account_id = person AND e.actor_type IN ('user', 'api_key')
    UNION SELECT side #>> '{}' FROM audit_event e, jsonb_array_elements(e.changes) c, unnest(array[c -> 'before', c -> 'after']) side
      WHERE e.org_id = org AND e.target_type = 'user' AND e.target_id = person::text AND c ->> 'field' = 'email'
    -- Somebody who left: the log's choices know how they were called.
    UNION SELECT f.label FROM audit_facet f WHERE f.org_id = org AND f.dimension = 'user' AND f.value = person::text
  ))) AS a
  WHERE NOT EXISTS (SELECT FROM account other WHERE other.email_key = a AND other.id IS DISTINCT FROM person)
$$;
--> statement-breakpoint
-- The events with a part that names the person and still stands. Reads the whole log: an address may stand anywhere.
-- `names_actor`: the part that says who acted; `names_subject`: the part that tells of what was acted upon.
CREATE OR REPLACE FUNCTION audit_events_naming(org integer, person uuid, addresses text[], called text)
RETURNS TABLE (event_id uuid, occurred_at timestamptz, names_actor boolean, names_subject boolean)
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  pattern text := audit_address_pattern(addresses);
  -- A first look in the whole text, which costs little; only what passes is taken apart.
  likes text[] := array(SELECT '%' || regexp_replace(a, '([\\%_])', '\\\1', 'g') || '%' FROM unnest(addresses) AS a);
BEGIN
  RETURN QUERY
  SELECT * FROM (
    SELECT e.id, e.occurred_at,
      e.actor_digest IS NULL AND coalesce(
        e.account_id = person AND e.actor_type IN ('user', 'api_key', 'anonymous')
        OR lower(e.actor_email COLLATE "C") = ANY (addresses)
        OR e.actor_type = 'anonymous' AND lower(e.target_label COLLATE "C") = ANY (addresses), false),
      e.subject_digest IS NULL AND coalesce(
        e.target_type = 'user' AND e.target_id = person::text
        OR e.actor_type = 'anonymous' AND e.account_id = person
        OR lower(concat_ws(' ', e.guru_name, e.target_label, e.metadata, e.changes, e.details) COLLATE "C") LIKE ANY (likes)
          AND EXISTS (
            SELECT FROM audit_texts(jsonb_build_array(e.guru_name, e.target_label, e.metadata, e.changes, e.details)) AS t
            WHERE audit_names_address(t, pattern))
        OR e.account_id = person AND called <> ''
          AND position(called IN concat_ws(' ', e.target_label, e.metadata, e.changes, e.details)) > 0
          AND EXISTS (
            SELECT FROM audit_texts(jsonb_build_array(e.target_label, e.metadata, e.changes, e.details)) AS t
            WHERE t = called), false)
    FROM audit_event e
    WHERE e.org_id = org
  ) AS n (event_id, occurred_at, names_actor, names_subject)
  WHERE n.names_actor OR n.names_subject;
END
$$;
--> statement-breakpoint
-- Erases a person from the log. Before anything is changed, the leaf of every event concerned is computed and compared
-- with the one it was sealed with: else an event that somebody altered would be made to look erased.
-- The runtime role may call it, but its transaction commits only with the event that records it, and only if the account
-- is gone by then (audit_erasure_recorded), so that nobody is erased in silence.
-- Exactly one of `person` and `address` is given. Returns the erasure's id, the number of events,
-- and the addresses for whoever cleans the rest.
-- Errors: GE001 nobody of that kind, GE002 an owner, GE003 an event does not match the sealed log, GE004 the address
-- is or was that of an account that exists, GE006 a cleanup is under way.
CREATE OR REPLACE FUNCTION audit_erase_person(
  org integer, person uuid, address text, OUT erasure uuid, OUT events bigint, OUT addresses text[]
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  called text;
  ids uuid[];
  times timestamptz[];
  -- The digest of the part that goes; null where it stays.
  actors bytea[];
  subjects bytea[];
  altered bigint;
BEGIN
  IF (person IS NULL) = (address IS NULL) THEN
    RAISE EXCEPTION 'one of account and address is erased' USING ERRCODE = 'GE001';
  END IF;
  -- The cleanup takes whole weeks out of the log before it drops them, and brings one back where the retention was raised:
  -- such a week would keep what is to go.
  IF NOT pg_try_advisory_xact_lock(hashtext('gurulog.cleanup')) OR EXISTS (
    SELECT FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname ~ '^audit_event_[0-9]{4}w[0-9]{2}$'
      AND (i.inhrelid IS NULL OR i.inhdetachpending)) THEN
    RAISE EXCEPTION 'a cleanup of the log is under way' USING ERRCODE = 'GE006';
  END IF;
  -- One erasure at a time: what an event loses to one, another must not digest half.
  PERFORM pg_advisory_xact_lock(hashtext('gurulog.erasure'));
  IF person IS NOT NULL THEN
    -- Acts of the person that have written their event end first; the next ones wait, and are refused (audit_keep_erased).
    SELECT a.name INTO called FROM account a WHERE a.id = person FOR UPDATE;
    PERFORM pg_advisory_xact_lock(audit_person_lock(person));
    IF EXISTS (SELECT FROM membership m WHERE m.account_id = person AND m.role = 'owner') THEN
      RAISE EXCEPTION 'an owner is not erased' USING ERRCODE = 'GE002';
    END IF;
    IF called IS NULL AND (EXISTS (SELECT FROM audit_erasure r WHERE r.account_id = person)
      OR NOT EXISTS (SELECT FROM audit_event e WHERE e.org_id = org AND e.account_id = person)
      AND NOT EXISTS (SELECT FROM audit_facet f WHERE f.org_id = org AND f.dimension = 'user' AND f.value = person::text)) THEN
      RAISE EXCEPTION 'there is no such person' USING ERRCODE = 'GE001';
    END IF;
  ELSIF cardinality(audit_addresses(array[address])) = 0 THEN
    RAISE EXCEPTION 'this is no address' USING ERRCODE = 'GE001';
  END IF;
  addresses := audit_person_addresses(org, person, address);
  IF address IS NOT NULL AND cardinality(addresses) = 0 THEN
    RAISE EXCEPTION 'the address is that of an account' USING ERRCODE = 'GE004';
  END IF;

  -- One statement, one snapshot: a tile that closes in between moves leaves from one table to the other.
  WITH named AS MATERIALIZED (
    SELECT e.id, e.occurred_at, n.names_actor, n.names_subject, d.actor, d.subject,
      audit_tile_key(e.id, e.occurred_at) AS key, audit_leaf_of(e, d.actor, d.subject) AS leaf
    FROM audit_events_naming(org, person, addresses, coalesce(called, '')) n
    JOIN audit_event e ON e.occurred_at = n.occurred_at AND e.id = n.event_id
    CROSS JOIN LATERAL (SELECT audit_actor_digest(e) AS actor, audit_subject_digest(e) AS subject OFFSET 0) d
  ), hours AS (
    SELECT DISTINCT date_trunc('hour', occurred_at) AS starts FROM named
  ), tiles AS MATERIALIZED (
    -- Joined to nothing, so that each is read from its place out of line once and not once a leaf.
    SELECT t.events || ''::bytea AS events, t.hashes || ''::bytea AS hashes FROM audit_tile t
    WHERE t.org_id = org AND t.hashes IS NOT NULL
      AND EXISTS (SELECT FROM hours h WHERE t.span && tstzrange(h.starts, h.starts + interval '1 hour'))
  ), sealed AS (
    SELECT audit_tile_key(t.event_id, t.occurred_at) AS key, t.leaf_hash AS leaf
    FROM audit_seal_tail t WHERE t.org_id = org AND t.leaf_hash IS NOT NULL
    UNION ALL
    SELECT substring(t.events FROM 24 * i + 1 FOR 24), substring(t.hashes FROM 32 * i + 1 FOR 32)
    FROM tiles t CROSS JOIN generate_series(0, 1023) AS i
  )
  SELECT array_agg(n.id), array_agg(n.occurred_at), array_agg(CASE WHEN n.names_actor THEN n.actor END),
    array_agg(CASE WHEN n.names_subject THEN n.subject END), count(*),
    -- Not sealed yet, or sealed before leaves were kept: there is nothing to compare with.
    count(*) FILTER (WHERE n.leaf IS NULL OR s.leaf <> n.leaf)
  INTO ids, times, actors, subjects, events, altered
  FROM named n LEFT JOIN sealed s ON s.key = n.key;

  IF person IS NULL AND events = 0 THEN
    RAISE EXCEPTION 'no event names this address' USING ERRCODE = 'GE001';
  END IF;
  IF person IS NULL AND EXISTS (
    SELECT FROM unnest(ids, times) AS n (id, at)
    JOIN audit_event e ON e.occurred_at = n.at AND e.id = n.id
    JOIN account a ON a.id = e.account_id
    WHERE lower(e.actor_email COLLATE "C") = ANY (addresses)
  ) THEN
    RAISE EXCEPTION 'the address was that of an account' USING ERRCODE = 'GE004';
  END IF;

  IF altered > 0 THEN
    RAISE EXCEPTION '% events that name the person do not match the sealed log: verify the log first', altered
      USING ERRCODE = 'GE003', DETAIL = altered::text;
  END IF;

  -- In guard-rail mode the triggers look at this setting.
  PERFORM set_config('gurulog.privileged', 'on', true);
  UPDATE audit_event e SET
    actor_digest = coalesce(n.actor, e.actor_digest),
    actor_salt = CASE WHEN n.actor IS NULL THEN e.actor_salt END,
    actor_email = CASE WHEN n.actor IS NULL THEN e.actor_email END,
    ip = CASE WHEN n.actor IS NULL THEN e.ip END,
    user_agent = CASE WHEN n.actor IS NULL THEN e.user_agent END,
    subject_digest = coalesce(n.subject, e.subject_digest),
    subject_salt = CASE WHEN n.subject IS NULL THEN e.subject_salt END,
    guru_slug = CASE WHEN n.subject IS NULL THEN e.guru_slug END,
    guru_name = CASE WHEN n.subject IS NULL THEN e.guru_name END,
    target_label = CASE WHEN n.subject IS NULL THEN e.target_label ELSE '[erased]' END,
    metadata = CASE WHEN n.subject IS NULL THEN e.metadata END,
    changes = CASE WHEN n.subject IS NULL THEN e.changes ELSE '[]' END,
    details = CASE WHEN n.subject IS NULL THEN e.details ELSE '{}' END
  FROM unnest(ids, times, actors, subjects) AS n (id, at, actor, subject)
  WHERE e.occurred_at = n.at AND e.id = n.id;
  GET DIAGNOSTICS events = ROW_COUNT;
  PERFORM set_config('gurulog.privileged', 'off', true);

  -- Under the sealer's lock: a batch that read the events before writes its labels first, and they are replaced here.
  PERFORM pg_advisory_xact_lock(hashtext('gurulog.seal'));
  UPDATE audit_facet f SET label = audit_erased_name(f.value)
  WHERE f.org_id = org AND f.dimension = 'user' AND (f.value = person::text OR lower(f.label COLLATE "C") = ANY (addresses));

  INSERT INTO audit_erasure (org_id, account_id, events) VALUES (org, person, events) RETURNING id INTO erasure;
END
$$;
--> statement-breakpoint
-- What an erased person is called: the end of the account's id, random in version 7, tells two of them apart.
CREATE OR REPLACE FUNCTION audit_erased_name(account text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT 'Erased person ' || right(account, 6) $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit_person_lock(person uuid) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT hashtextextended('gurulog.person ' || person::text, 0) $$;
--> statement-breakpoint
-- Nothing about an erased person is recorded any more. Whoever records an event of a person holds that person's lock
-- (shared) until the end of the transaction: an erasure waits for those that came first, and these wait for an erasure.
-- Statement level, with the rows of one act at a time.
-- Called by the two triggers below alone, with their rights and their path: to set both once more costs each act as much
-- as the look itself.
CREATE OR REPLACE FUNCTION audit_refuse_erased(persons uuid[]) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  person uuid;
  held boolean;
BEGIN
  FOREACH person IN ARRAY persons LOOP
    -- An assignment is computed without a statement of its own; PERFORM would be one.
    held := pg_advisory_xact_lock_shared(audit_person_lock(person)) IS NULL;
  END LOOP;
  IF EXISTS (SELECT FROM audit_erasure r WHERE r.account_id = ANY (persons)) THEN
    RAISE EXCEPTION 'this person was erased: nothing is recorded of them any more' USING ERRCODE = 'GE005';
  END IF;
END
$$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION audit_keep_erased() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  persons uuid[];
  told bigint;
  linked bigint;
BEGIN
  -- Every act waits for this: one pass without sorting, which a single event does not need.
  SELECT array_agg(r.account_id) || array_agg(r.target_id::uuid) FILTER (
      WHERE r.target_type = 'user' AND r.target_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'),
    count(*) FILTER (WHERE r.action = 'audit.person_erased')
  INTO persons, told FROM recorded r;
  persons := array_remove(persons, NULL);
  IF cardinality(persons) > 1 THEN
    persons := array(SELECT DISTINCT p FROM unnest(persons) AS p ORDER BY 1);
  END IF;
  IF cardinality(persons) > 0 THEN PERFORM audit_refuse_erased(persons); END IF;
  IF told > 0 THEN
    UPDATE audit_erasure x SET event_id = r.id FROM recorded r
    WHERE x.xid = pg_current_xact_id() AND x.event_id IS NULL AND r.action = 'audit.person_erased' AND r.org_id = x.org_id
      AND (r.details ->> 'events')::bigint = x.events;
    GET DIAGNOSTICS linked = ROW_COUNT;
    IF linked <> 1 OR told <> 1 THEN
      RAISE EXCEPTION 'an erasure is recorded that did not happen' USING ERRCODE = '42501';
    END IF;
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER audit_event_person AFTER INSERT ON audit_event
REFERENCING NEW TABLE AS recorded FOR EACH STATEMENT EXECUTE FUNCTION audit_keep_erased();
--> statement-breakpoint
-- A count that becomes an event when its minute closes: refused now, or its closing would fail for ever.
CREATE OR REPLACE FUNCTION audit_keep_erased_count() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
DECLARE
  persons uuid[] := array(
    SELECT DISTINCT p::uuid FROM (VALUES (NEW.event ->> 'accountId'), (NEW.event ->> 'targetId')) AS v (p)
    WHERE p ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' ORDER BY 1);
BEGIN
  IF cardinality(persons) > 0 THEN PERFORM audit_refuse_erased(persons); END IF;
  RETURN NEW;
END
$$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER audit_counter_person BEFORE INSERT ON audit_counter
FOR EACH ROW EXECUTE FUNCTION audit_keep_erased_count();
--> statement-breakpoint
-- At COMMIT: was the erasure recorded in this transaction, and is the account gone?
CREATE OR REPLACE FUNCTION audit_erasure_recorded() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF EXISTS (SELECT FROM audit_erasure x WHERE x.id = NEW.id AND x.event_id IS NULL) THEN
    RAISE EXCEPTION 'nobody is erased without a record of it' USING ERRCODE = '42501';
  END IF;
  IF EXISTS (SELECT FROM account a WHERE a.id = NEW.account_id) THEN
    RAISE EXCEPTION 'the account of an erased person is still there' USING ERRCODE = '42501';
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
DROP TRIGGER IF EXISTS audit_erasure_is_recorded ON audit_erasure;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER audit_erasure_is_recorded AFTER INSERT ON audit_erasure
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_erasure_recorded();
