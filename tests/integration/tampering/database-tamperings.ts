import type postgres from "postgres";
import type { Random } from "./random";
import type { Tampering } from "./tampered-log";

interface Column {
  column_name: string;
  data_type: string;
}

/** Not in the leaf, and read by nobody: it only orders the rows of one statement on their way into the outbox. */
export const uncoveredColumns = ["seq"];

const values: Record<string, string> = {
  action_type: "case when action_type = 'created' then 'deleted' else 'created' end",
  outcome: "case when outcome = 'success' then 'failure' else 'success' end",
  actor_type: "case when actor_type = 'anonymous' then 'user' else 'anonymous' end",
  entry_version: "2",
  org_id: "org_id + 1",
  metadata: `case when metadata is null then '{"message": "x"}' end::jsonb`,
  changes: `changes || '{"field": "f", "before": 1, "after": 2}'`,
  details: `details || '{"x": 1.0}'`,
  ip: "case when ip is null then '198.51.100.9'::inet else set_masklen(ip, 24) end",
  occurred_at: "occurred_at + interval '1 microsecond'",
};

function valueFor({ column_name, data_type }: Column): string {
  const own = values[column_name];
  if (own) return own;
  switch (data_type) {
    case "text":
      return `coalesce(${column_name}, '') || 'x'`;
    case "uuid":
      return "gurulog_uuidv7()";
    case "bytea":
      return "gen_random_bytes(32)";
    default:
      throw new Error(`say how to change a column of type ${data_type}`);
  }
}

/** An edit of each column of the log, those that a later version adds included. */
export async function columnEdits(sql: postgres.Sql, random: Random): Promise<Tampering[]> {
  const columns = await sql<Column[]>`
    select column_name, data_type from information_schema.columns
    where table_schema = 'public' and table_name = 'audit_event' and not column_name = any (${uncoveredColumns})`;
  return columns.map((column) => ({
    name: `edit of ${column.column_name}`,
    tables: ["audit_event"],
    async change(tx, log) {
      for (;;) {
        const event = random.of(log.events);
        // The table's own check lets System have no address; a superuser could drop it, but gains nothing.
        const fits = column.column_name === "ip" ? "and actor_type <> 'system'" : "";
        const done = await tx.unsafe(
          `update audit_event set ${column.column_name} = ${valueFor(column)} where id = '${event.id}' ${fits} returning id`,
        );
        if (done.length === 1) return { kinds: ["changed"], ...event, alsoIds: [String(done[0]?.id)] };
      }
    },
  }));
}

/** Changes of whole rows and of their order. */
export function rowTamperings(random: Random): Tampering[] {
  const event = (log: { events: { index: number; id: string }[] }) => random.of(log.events);
  return [
    {
      name: "delete",
      tables: ["audit_event"],
      async change(tx, log) {
        const { index, id } = event(log);
        await tx`delete from audit_event where id = ${id}`;
        return { kinds: ["removed"], index, id };
      },
    },
    {
      name: "insert past the outbox",
      tables: ["audit_event"],
      async change(tx, log) {
        const { id } = event(log);
        const [added] = await tx`
          insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type, target_id, target_label, version)
          select org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type, target_id, target_label, version
          from audit_event where id = ${id} returning id`;
        return { kinds: ["added"], id: String(added?.id) };
      },
    },
    {
      name: "a sealed event put into the queue again",
      tables: ["audit_outbox"],
      async change(tx, log) {
        const { index, id } = event(log);
        await tx`insert into audit_outbox (org_id, event_id, occurred_at) select org_id, id, occurred_at from audit_event where id = ${id}`;
        return { kinds: ["added"], index, id };
      },
    },
    {
      name: "erasure that nobody recorded",
      tables: ["audit_event"],
      async change(tx, log) {
        const { index, id } = event(log);
        await tx`
          update audit_event e set actor_digest = audit_actor_digest(e), actor_salt = null, actor_email = null, ip = null, user_agent = null
          where id = ${id}`;
        return { kinds: ["changed"], index, id };
      },
    },
    {
      name: "swap of two rows' contents",
      tables: ["audit_event"],
      async change(tx, log) {
        const [a, b] = [log.events[random.below(500)], log.events[600 + random.below(2000)]];
        if (!a || !b) throw new Error("no such events");
        await tx`
          update audit_event x set (actor_email, actor_id, target_label, operation, target_id, actor_salt, subject_salt) =
            (select y.actor_email, y.actor_id, y.target_label, y.operation, y.target_id, y.actor_salt, y.subject_salt
             from kept.audit_event y where y.id = case when x.id = ${a.id} then ${b.id}::uuid else ${a.id}::uuid end)
          where id in (${a.id}, ${b.id})`;
        return { kinds: ["changed"], ...a, alsoIds: [b.id] };
      },
    },
    {
      name: "swap of two keys of a tile",
      tables: ["audit_tile"],
      async change(tx) {
        const tile = random.below(3);
        const [i, j] = [random.below(500), 512 + random.below(500)];
        const at = (leaf: number) => tx`substring(events from ${leaf * 24 + 1}::int for 24)`;
        const [first] = await tx`
          update audit_tile set events = overlay(overlay(events placing ${at(j)} from ${i * 24 + 1}::int) placing ${at(i)} from ${j * 24 + 1}::int)
          where tile = ${tile} returning encode(substring(events from ${i * 24 + 1}::int for 16), 'hex')::uuid as id`;
        const [second] = await tx`
          select encode(substring(events from ${j * 24 + 1}::int for 16), 'hex')::uuid as id from audit_tile where tile = ${tile}`;
        return {
          kinds: ["reordered"],
          index: tile * 1024 + i,
          id: String(first?.id),
          alsoIds: [String(second?.id)],
        };
      },
    },
    {
      name: "swap of two entries with their hashes",
      tables: ["audit_tile"],
      async change(tx) {
        const tile = random.below(3);
        const [i, j] = [random.below(200), 300 + random.below(700)];
        const cut = (column: "events" | "hashes", leaf: number, bytes: number) =>
          tx`substring(${tx(column)} from ${leaf * bytes + 1}::int for ${bytes}::int)`;
        await tx`
          update audit_tile set
            events = overlay(overlay(events placing ${cut("events", j, 24)} from ${i * 24 + 1}::int) placing ${cut("events", i, 24)} from ${j * 24 + 1}::int),
            hashes = overlay(overlay(hashes placing ${cut("hashes", j, 32)} from ${i * 32 + 1}::int) placing ${cut("hashes", i, 32)} from ${j * 32 + 1}::int)
          where tile = ${tile}`;
        return { kinds: ["proof"], index: tile * 1024 + Math.floor(i / 256) * 256 };
      },
    },
  ];
}
