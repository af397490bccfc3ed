-- One row an erasure. It says that it happened and to which account id, which stands in the skeletons anyway; never a
-- name or an address. By this list an act that was under way is refused, and readers know whom not to look for.
CREATE TABLE audit_erasure (
  id uuid PRIMARY KEY DEFAULT gurulog_uuidv7(),
  org_id integer NOT NULL,
  -- Null where an address without an account was erased.
  account_id uuid,
  events bigint NOT NULL,
  -- The audit.person_erased of the same transaction; without it the transaction cannot commit.
  event_id uuid,
  -- The transaction that erased; the event is told by it.
  xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  erased_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
--> statement-breakpoint
CREATE UNIQUE INDEX audit_erasure_account ON audit_erasure (account_id);
