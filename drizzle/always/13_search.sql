-- The weeks of the log and the indexes that search them (lib/audit/search): a week's whole one, or those of parts of the
-- open week, which say their part in their condition. `index_name` is null for a week without any; one that is not valid
-- was left by a building that was cut off.
CREATE OR REPLACE FUNCTION audit_search_segments() RETURNS TABLE (
  week text, week_starts timestamptz, week_ends timestamptz, index_name text, is_whole boolean, is_valid boolean,
  starts timestamptz, ends timestamptz)
LANGUAGE sql STABLE SET search_path = public, pg_temp
AS $$
  SELECT p.name, p.starts, p.ends, i.name, i.condition IS NULL, i.valid,
    coalesce((regexp_match(i.condition, '>= ''([^'']+)'''))[1]::timestamptz, p.starts),
    coalesce((regexp_match(i.condition, '< ''([^'']+)'''))[1]::timestamptz, p.ends)
  FROM audit_partitions() p
  LEFT JOIN LATERAL (
    SELECT c.relname::text AS name, x.indisvalid AS valid, pg_get_expr(x.indpred, x.indrelid) AS condition
    FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
    WHERE x.indrelid = format('public.%I', p.name)::regclass AND c.relname ~ ('^' || p.name || '_search(_[0-9]+_[0-9]+)?$')
  ) i ON true
$$;
