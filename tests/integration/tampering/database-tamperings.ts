import type postgres from "postgres";
import { signCheckpoint } from "@/lib/audit/proof/checkpoint";
import { signerFor } from "./other-key";
import type { Random } from "./random";
import type { Tampering } from "./tampered-log";

type Tx = postgres.TransactionSql;

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

/** Changes of whole rows, of the order, of the tree and of what was signed. */
export function otherTamperings(random: Random): Tampering[] {
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
    {
      name: "edit of a key in a tile",
      tables: ["audit_tile"],
      async change(tx, log) {
        const index = random.below(3 * 1024);
        const byte = (index % 1024) * 24 + random.below(24);
        await tx`update audit_tile set events = set_byte(events, ${byte}, 255 - get_byte(events, ${byte})) where tile = ${Math.floor(index / 1024)}`;
        return { kinds: ["proof"], index, id: String(log.events[index]?.id) };
      },
    },
    {
      name: "edit of a hash in a tile",
      tables: ["audit_tile"],
      async change(tx, log) {
        const index = random.below(3 * 1024);
        const byte = (index % 1024) * 32 + random.below(32);
        await tx`update audit_tile set hashes = set_byte(hashes, ${byte}, 255 - get_byte(hashes, ${byte})) where tile = ${Math.floor(index / 1024)}`;
        return { kinds: ["proof"], index, id: String(log.events[index]?.id) };
      },
    },
    {
      name: "edit of a hash in the open tile",
      tables: ["audit_seal_tail"],
      async change(tx, log) {
        const { index, id } = random.of(log.events.slice(3 * 1024));
        await tx`update audit_seal_tail set leaf_hash = gen_random_bytes(32) where index = ${index}`;
        // Beyond the last checkpoint nothing says which of the two is right.
        return { kinds: index < 3280 ? ["proof"] : ["changed", "proof"], index, id };
      },
    },
    {
      name: "an entry of the open tile taken out",
      tables: ["audit_seal_tail"],
      async change(tx, log) {
        const { index } = random.of(log.events.slice(3 * 1024));
        await tx`delete from audit_seal_tail where index = ${index}`;
        return { kinds: ["proof"], index };
      },
    },
    {
      name: "a closed tile taken out",
      tables: ["audit_tile"],
      async change(tx) {
        const tile = random.below(3);
        await tx`delete from audit_tile where tile = ${tile}`;
        return { kinds: ["proof"], index: tile * 1024 };
      },
    },
    {
      name: "edit of a node above the tiles",
      tables: ["audit_node"],
      async change(tx) {
        const [node] = await tx<{ level: number; index: number }[]>`
          update audit_node set hash = gen_random_bytes(32)
          where (level, index) = (select level, index from audit_node order by level, index offset ${random.below(3)} limit 1)
          returning level, index::int as index`;
        return { kinds: ["proof"], index: (node?.index ?? 0) * 2 ** (node?.level ?? 0) };
      },
    },
    {
      name: "edit of a root within a tile",
      tables: ["audit_tile"],
      async change(tx) {
        const group = random.below(12);
        const byte = (group % 4) * 32 + random.below(32);
        await tx`update audit_tile set subroots = set_byte(subroots, ${byte}, 255 - get_byte(subroots, ${byte})) where tile = ${Math.floor(group / 4)}`;
        return { kinds: ["proof"], index: group * 256 };
      },
    },
    {
      name: "edit of the head's root",
      tables: ["audit_head"],
      async change(tx) {
        await tx`update audit_head set root = gen_random_bytes(32)`;
        return { kinds: ["proof"] };
      },
    },
    {
      name: "edit of the head's size",
      tables: ["audit_head"],
      async change(tx) {
        const size = 3072 + random.below(228);
        await tx`update audit_head set size = ${size}`;
        return { kinds: ["proof"], index: size };
      },
    },
    {
      name: "edit of a checkpoint's root",
      tables: ["audit_checkpoint"],
      async change(tx) {
        const [one] =
          await tx`select size from audit_checkpoint order by size offset ${random.below(4)} limit 1`;
        await tx`update audit_checkpoint set root = gen_random_bytes(32) where size = ${one?.size}`;
        return { kinds: ["checkpoint"] };
      },
    },
    {
      name: "a checkpoint signed again with another key",
      tables: ["audit_checkpoint"],
      async change(tx) {
        const [one] =
          await tx`select origin, size::int as size, root from audit_checkpoint order by size offset ${random.below(4)} limit 1`;
        const checkpoint = { origin: one?.origin, size: one?.size, root: one?.root };
        const note = signCheckpoint(checkpoint, [signerFor(checkpoint.origin)]);
        await tx`update audit_checkpoint set note = ${note} where size = ${checkpoint.size}`;
        return { kinds: ["signature"] };
      },
    },
    {
      name: "cut of the newest rows, their entries and their checkpoints",
      tables: ["audit_event", "audit_seal_tail", "audit_head", "audit_checkpoint"],
      async change(tx, log) {
        const size = 3080 + random.below(190);
        await cutTo(tx, log.events, size);
        return { kinds: ["rollback"], index: size };
      },
    },
  ];
}

/** What somebody with all rights and no key would do to make the newest events undone. */
async function cutTo(tx: Tx, events: { id: string }[], size: number): Promise<void> {
  await tx`delete from audit_event where id = any (${events.slice(size).map((e) => e.id)}::uuid[])`;
  await tx`delete from audit_seal_tail where index >= ${size}`;
  await tx`delete from audit_checkpoint where size > ${size}`;
  await tx`update audit_head set size = ${size}`;
}
