import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { toHex } from "./bytes";
import { type EventRecord, entryText, eventLeaf, partDigest, voidLeaf } from "./entry";
import { AlteredRow, eventRecord, type RecordRow, recordColumns } from "./event-record";
import "./node-primitives";

let product: TestProduct;
let sql: postgres.Sql;
const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;

const whole = {
  org_id: 1,
  guru_id: uuid(1),
  guru_slug: "payments",
  guru_name: "Payments",
  action: "guru.updated",
  operation: "UPDATE_GURU",
  action_type: "updated",
  model: "GuruType",
  outcome: "success",
  actor_type: "user",
  actor_id: uuid(2),
  account_id: uuid(2),
  actor_email: "ann@halden.example",
  ip: "203.0.113.7",
  user_agent: "browser",
  target_type: "guru",
  target_id: uuid(1),
  target_label: "Payments",
  metadata: { message: "hello", emails: "a@b.example" },
  changes: [{ field: "name", before: "Pay", after: 'Pay "5.0" \\ments' }],
  details: { count: 5, of: [1, -2, 9007199254740991], text: "1.50", deep: { yes: true, none: null } },
  cause: uuid(3),
  version: "1.2.3",
};

/** What an attacker would write instead, as SQL; each must change the leaf or be refused. */
const otherValues: Record<string, string[]> = {
  id: [`'${uuid(9)}'`],
  occurred_at: ["occurred_at + interval '1 microsecond'", "occurred_at - interval '1 hour'"],
  entry_version: ["2", "0"],
  org_id: ["2"],
  guru_id: [`'${uuid(8)}'`, "null"],
  guru_slug: ["'other'", "''", "null"],
  guru_name: ["'Other'", "''", "null"],
  action: ["'guru.created'"],
  operation: ["'CREATE_GURU'"],
  action_type: ["'deleted'"],
  model: ["'User'"],
  outcome: ["'failure'", "'unknown'"],
  actor_type: ["'api_key'"],
  actor_id: ["'system'"],
  account_id: [`'${uuid(8)}'`, "null"],
  actor_email: ["'bob@halden.example'", "''", "null", "upper(actor_email)", "actor_email || chr(8203)"],
  ip: ["'203.0.113.8'", "null", "'203.0.113.7/24'", "'::ffff:203.0.113.7'"],
  user_agent: ["'other'", "''", "null"],
  target_type: ["'user'"],
  target_id: ["'other'"],
  target_label: ["'[erased]'", "target_label || ' '"],
  metadata: [
    "null",
    "'null'",
    "'{}'",
    `metadata || '{"message":"hallo"}'`,
    "metadata - 'emails'",
    `metadata || '{"x":"y"}'`,
  ],
  changes: ["'[]'", "'null'", "'{}'", "changes || changes", `jsonb_set(changes, '{0,after}', '"x"')`],
  details: [
    "'{}'",
    `details || '{"count":6}'`,
    `details || '{"count":5.0}'`,
    `details || '{"count":5.00000000000000000001}'`,
    `details || '{"count":"5"}'`,
    `details || '{"big":9007199254740993}'`,
    `jsonb_set(details, '{of,0}', '1.0')`,
    `details || '{"deep":{"yes":true}}'`,
    `details || '{"text":"1.5"}'`,
    `jsonb_build_object('deep', (repeat('[', 3000) || repeat(']', 3000))::jsonb)`,
  ],
  cause: [`'${uuid(8)}'`, "null"],
  version: ["'1.2.4'"],
  actor_salt: ["null", "sha256('x')", "substring(actor_salt from 2)", "actor_salt || '\\x00'"],
  subject_salt: ["null", "sha256('x')", "substring(subject_salt from 2)", "subject_salt || '\\x00'"],
  actor_digest: ["sha256('x')"],
  subject_digest: ["sha256('x')"],
};
/** Given by the sequence and shown nowhere: it orders the outbox before the sealing, which is what a leaf stands for. */
const unpublished = ["seq"];

beforeAll(async () => {
  product = await createTestProduct();
  sql = postgres(product.database.urls.admin, { max: 1, onnotice: () => {} });
  await sql`set session_replication_role = replica`;
});
afterAll(async () => {
  await sql.end();
  await product.close();
});
beforeEach(async () => {
  await sql`delete from audit_event`;
  const { metadata, changes, details, ...plain } = whole;
  await sql`insert into audit_event ${sql({ ...plain, metadata: sql.json(metadata), changes: sql.json(changes), details: sql.json(details) })}`;
});

async function row(): Promise<RecordRow> {
  const [found] = await sql.unsafe<RecordRow[]>(`select ${recordColumns} from audit_event e`);
  if (!found) throw new Error("the row is gone");
  return found;
}

async function leaf(): Promise<string> {
  try {
    return toHex(eventLeaf(eventRecord(await row())));
  } catch (error) {
    if (error instanceof AlteredRow) return "altered";
    throw error;
  }
}

const set = (assignments: string) => sql.unsafe(`update audit_event set ${assignments}`);
const clearedActor = "actor_email = null, ip = null, user_agent = null, actor_salt = null";
const clearedSubject = `guru_slug = null, guru_name = null, target_label = '[erased]', metadata = null, changes = '[]',
  details = '{}', subject_salt = null`;

async function eraseBoth(): Promise<void> {
  const record = eventRecord(await row());
  await set(`${clearedActor}, actor_digest = '\\x${partDigest(record.actor)}'`);
  await set(`${clearedSubject}, subject_digest = '\\x${partDigest(record.subject)}'`);
}

describe("the leaf of an event", () => {
  it("is decided for each column of the log: a new one fails here until it is", async () => {
    const columns = await sql<{ name: string }[]>`
      select column_name as name from information_schema.columns
      where table_schema = 'public' and table_name = 'audit_event'`;
    expect(columns.map((c) => c.name).sort()).toEqual([...Object.keys(otherValues), ...unpublished].sort());
    expect(JSON.stringify(eventRecord(await row()))).not.toMatch(/"seq"/);
  });

  it.each(Object.keys(otherValues).flatMap((column) => (otherValues[column] ?? []).map((v) => [column, v])))(
    "changes, or the row is refused, when %s becomes %s",
    async (column, value) => {
      const before = await leaf();
      expect(before).toMatch(/^[0-9a-f]{64}$/);
      await set(`${column} = ${value}`);
      expect(await leaf()).not.toBe(before);
    },
  );

  it("stays when nothing is changed, and when seq is", async () => {
    const before = await leaf();
    await set("seq = seq + 1000, details = details, changes = changes");
    expect(await leaf()).toBe(before);
  });

  it("differs between two rows that say the same", async () => {
    const first = eventRecord(await row());
    await sql`delete from audit_event`;
    const { metadata, changes, details, ...plain } = whole;
    await sql`insert into audit_event ${sql({ ...plain, id: first.id, metadata: sql.json(metadata), changes: sql.json(changes), details: sql.json(details) })}`;
    await sql`update audit_event set occurred_at = ${first.time}::text::timestamptz`;
    const second = eventRecord(await row());
    expect({ ...second, actor: null, subject: null }).toEqual({ ...first, actor: null, subject: null });
    expect(entryText(second)).not.toBe(entryText(first));
  });

  it("keeps microseconds and everything that was recorded", async () => {
    await set("occurred_at = '2026-11-21 20:00:00.123456+01'");
    const record = eventRecord(await row());
    expect(record.time).toBe("2026-11-21T19:00:00.123456Z");
    expect(record.subject).toMatchObject({
      content: {
        guruSlug: "payments",
        metadata: whole.metadata,
        changes: whole.changes,
        details: whole.details,
      },
    });
    expect(record.actor).toMatchObject({
      content: { email: whole.actor_email, ip: whole.ip, userAgent: "browser" },
    });
  });
});

describe("erased parts", () => {
  it("leave the leaf as it was", async () => {
    const before = await leaf();
    await eraseBoth();
    expect(await leaf()).toBe(before);
    const record = eventRecord(await row());
    expect(Object.keys(record.actor)).toEqual(["digest"]);
    expect(Object.keys(record.subject)).toEqual(["digest"]);
  });

  it.each([
    "actor_email = 'x'",
    "ip = '203.0.113.7'",
    "user_agent = ''",
    "guru_slug = ''",
    "guru_name = 'x'",
    "target_label = ''",
    "metadata = '{}'",
    "metadata = 'null'",
    "changes = '{}'",
    `changes = '[{"field":"x"}]'`,
    `details = '{"x":1}'`,
    "details = 'null'",
    "actor_salt = sha256('x')",
    "subject_salt = sha256('x')",
    "actor_digest = null",
    "subject_digest = null",
    "actor_digest = sha256('x')",
    "subject_digest = sha256('x')",
    "actor_digest = substring(actor_digest from 2)",
    "actor_digest = subject_digest, subject_digest = actor_digest",
    "target_id = 'x'",
    "outcome = 'failure'",
  ])("hold nothing that could be taken for the record: %s", async (assignment) => {
    await eraseBoth();
    const before = await leaf();
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    await set(assignment);
    expect(await leaf()).not.toBe(before);
  });
});

describe("a record from a file", () => {
  it("with a digest beside a content, another salt or a further key does not pass for the recorded one", async () => {
    const good = eventRecord(await row());
    const right = toHex(eventLeaf(good));
    const digest = partDigest(good.actor);
    const forged = { email: "mallory@halden.example", ip: null, userAgent: null };
    const salt = "salt" in good.actor ? good.actor.salt : "";
    const bad: unknown[] = [
      { ...good, actor: { digest, content: forged, salt } },
      { ...good, actor: { digest, content: forged } },
      { ...good, actor: { digest, salt } },
      { ...good, actor: { content: forged, salt } },
      { ...good, actor: { ...good.actor, salt: salt.toUpperCase() } },
      { ...good, actor: { ...good.actor, note: "x" } },
      { ...good, actor: { digest: digest.toUpperCase() } },
      { ...good, actor: {} },
      { ...good, note: "x" },
      { ...good, seq: 1 },
    ];
    const leaves = bad.map((record) => {
      try {
        return toHex(eventLeaf(record as EventRecord));
      } catch {
        return "refused";
      }
    });
    expect(leaves).not.toContain(right);
    expect(leaves.filter((l) => l === "refused").length).toBeGreaterThanOrEqual(6);
  });

  it("the leaf of a void is its own, whatever else the caller knows of the event", () => {
    const event = { id: uuid(1), org: 1, time: "2026-11-21T19:00:00.123456Z" };
    expect(toHex(voidLeaf({ ...event, more: 1 } as never))).toBe(toHex(voidLeaf(event)));
    expect(toHex(voidLeaf({ ...event, org: 2 }))).not.toBe(toHex(voidLeaf(event)));
  });
});
