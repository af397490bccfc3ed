-- The text that a search looks in, as the index of a segment holds it (lib/audit/search). Never replaced: the indexes are
-- made of what these return; another text is another function and other indexes.
-- Fields are kept apart by U+0001. The trigrams of many databases know the letters of ASCII alone: where others occur, the runs
-- of them follow in hexadecimal, whose digits are letters everywhere.
CREATE FUNCTION audit_search_text(actor_email text, target_label text, guru_name text, guru_slug text, operation text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  plain text := lower(coalesce(actor_email, '') || E'\x01' || target_label || E'\x01' || coalesce(guru_name, '') || E'\x01'
    || coalesce(guru_slug, '') || E'\x01' || operation);
BEGIN
  IF octet_length(plain) = length(plain) THEN RETURN plain; END IF;
  RETURN plain || E'\x01' || encode(convert_to(regexp_replace(plain, '[\x01-\x7f]+', ' ', 'g'), 'UTF8'), 'hex');
END
$$;
--> statement-breakpoint
-- A LIKE pattern that audit_search_text matches where one of the fields holds the text; of use for letters beyond ASCII.
CREATE FUNCTION audit_search_runs(wanted text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $$
DECLARE
  plain text := lower(wanted);
BEGIN
  IF octet_length(plain) = length(plain) THEN RETURN '%'; END IF;
  RETURN '%' || encode(convert_to(regexp_replace(plain, '[\x01-\x7f]+', ' ', 'g'), 'UTF8'), 'hex') || '%';
END
$$;
--> statement-breakpoint
-- What is searched by its beginning: target id and address, each under a letter of its own.
CREATE FUNCTION audit_search_starts(target_id text, ip inet) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_tsvector(array_remove(ARRAY['t' || left(lower(target_id), 200), 'a' || host(ip)], NULL));
--> statement-breakpoint
-- The same of the text searched for.
CREATE FUNCTION audit_search_beginning(wanted text) RETURNS tsquery
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN format($q$'t%1$s':* | 'a%1$s':*$q$,
  replace(replace(left(lower(wanted), 200), '\', '\\'), '''', ''''''))::tsquery;
