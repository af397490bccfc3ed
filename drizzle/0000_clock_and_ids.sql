-- Clock and ids of the database: the application never chooses a record's time or id.

-- The time of a record. Only the demo, run by the maintenance role, may turn the clock back: the setting counts
-- only for a session whose login is a member of the role that owns this function, and never for the runtime role.
-- Where one user owns everything the guard-rail setting is asked for as well.
CREATE FUNCTION gurulog_now() RETURNS timestamptz
LANGUAGE plpgsql VOLATILE PARALLEL RESTRICTED
AS $$
DECLARE
  wanted text := current_setting('gurulog.clock', true);
BEGIN
  IF wanted IS NULL OR wanted = '' THEN
    RETURN clock_timestamp();
  END IF;
  IF NOT gurulog_may_set_clock() THEN
    RETURN clock_timestamp();
  END IF;
  RETURN wanted::timestamptz + (clock_timestamp() - transaction_timestamp());
END
$$;
--> statement-breakpoint
CREATE FUNCTION gurulog_may_set_clock() RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT false
$$;
--> statement-breakpoint
-- UUID version 7 of RFC 9562: 48 bits of Unix milliseconds, then random bits (built in only from Postgres 18).
-- A version 4 uuid lends the random bits and the variant; its version nibble 0100 becomes 0111 by two bits.
CREATE FUNCTION gurulog_uuidv7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL RESTRICTED
AS $$
  SELECT encode(
    set_bit(
      set_bit(
        overlay(
          uuid_send(gen_random_uuid())
          PLACING substring(int8send(floor(extract(epoch FROM gurulog_now()) * 1000)::bigint) FROM 3)
          FROM 1 FOR 6
        ),
        52, 1
      ),
      53, 1
    ),
    'hex'
  )::uuid
$$;
