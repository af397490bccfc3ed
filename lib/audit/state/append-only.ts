import "server-only";
import type { AnySql } from "@/lib/audit/seal/dimensions";

/** What of the append-only promise holds at this moment for the role that serves, asked of the database itself. */
export interface AppendOnly {
  /**
   * `enforced`: the serving role lacks every right to change the log and cannot become its owner;
   * `guard-rail`: the triggers refuse changes, but the role owns the tables and could remove them;
   * `broken`: some table of the log would accept a change.
   */
  state: "enforced" | "guard-rail" | "broken";
  role: string;
  /** Tables of the log: the parent and its weeks. */
  tables: number;
  checks: AppendOnlyCheck[];
}

export interface AppendOnlyCheck {
  /** What is asked, as a statement that should be true. */
  says: string;
  holds: boolean;
  /** Tables, or the like, for which it does not hold. */
  except: string[];
}

interface Row {
  role: string;
  tables: number;
  may_change: string[] | null;
  unguarded: string[] | null;
  may_forge: string[] | null;
  may_become_owner: boolean;
  is_superuser: boolean;
}

/**
 * Asks the database what the role of this connection may do to the log. Nothing here is configuration: rights and
 * triggers are read as they are.
 * @param sql a connection of the serving role
 */
export async function appendOnlyState(sql: AnySql): Promise<AppendOnly> {
  const [row] = await sql<Row[]>`
    with log as (
      select c.oid, c.relname::text as name, c.relowner from pg_class c
      where c.oid = 'public.audit_event'::regclass
        or c.oid in (select inhrelid from pg_inherits where inhparent = 'public.audit_event'::regclass)
    )
    select current_user::text as role,
      (select count(*)::int from log) as tables,
      (select array_agg(name order by name) from log
        where has_table_privilege(oid, 'UPDATE') or has_table_privilege(oid, 'DELETE') or has_table_privilege(oid, 'TRUNCATE')
          or has_any_column_privilege(oid, 'UPDATE')) as may_change,
      -- tgtype: 2 before, 8 delete, 16 update, 32 truncate, and not 1, for each row. "O" and "A" are the states in which a
      -- trigger fires for an ordinary session.
      (select array_agg(name order by name) from log
        where not exists (
          select from pg_trigger t
          where t.tgrelid = log.oid and t.tgfoid = to_regproc('public.audit_refuse_change') and t.tgenabled in ('O', 'A')
            and t.tgtype & 59 = 58 and t.tgqual is null)) as unguarded,
      (select array_agg(attname::text order by attname) from pg_attribute
        where attrelid = 'public.audit_event'::regclass and attname in ('id', 'occurred_at', 'seq', 'entry_version')
          and has_column_privilege('public.audit_event'::regclass, attnum, 'INSERT')) as may_forge,
      (select bool_or(pg_has_role(relowner, 'MEMBER')) from log) as may_become_owner,
      (select rolsuper from pg_roles where rolname = current_user) as is_superuser`;
  if (!row) throw new Error("the database says nothing about the log's rights");
  const check = (says: string, except: string[] | null): AppendOnlyCheck => ({
    says,
    holds: !except?.length,
    except: except ?? [],
  });
  const rights = check("It has no right to update, delete or truncate events", row.may_change);
  const owner = check(
    "It is not, and cannot become, the owner of the log",
    row.may_become_owner ? [row.role] : null,
  );
  const superuser = check("It is no superuser", row.is_superuser ? [row.role] : null);
  const forging = check("It cannot choose an event's id, time or position", row.may_forge);
  const triggers = check("A trigger on every table of the log refuses changes", row.unguarded);
  const byRoles = [rights, owner, superuser, forging].every((c) => c.holds);
  return {
    state: byRoles && triggers.holds ? "enforced" : triggers.holds ? "guard-rail" : "broken",
    role: row.role,
    tables: row.tables,
    checks: [rights, owner, superuser, forging, triggers],
  };
}
