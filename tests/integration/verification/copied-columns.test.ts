import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { copyColumns, type RecordRow, recordColumns } from "@/lib/audit/proof/event-record";
import { fieldsOf, rowOf } from "@/lib/audit/proof/verify-log/row-leaf";
import { takeSnapshot } from "@/lib/audit/proof/verify-log/snapshot";
import { timeOfCopy } from "@/lib/audit/proof/verify-log/time-of-copy";
import { createTestDatabase, type TestDatabase } from "../../support/postgres-for-tests";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const admin = postgres(database.urls.admin, { max: 1 });
  // However the database is set: the verification asks for its own style.
  await admin`select current_database() as name`.then(([row]) =>
    admin.unsafe(`alter database "${row?.name}" set datestyle = 'German, DMY'`),
  );
  await admin.end();
});
afterAll(() => database?.drop());

const times = ["2026-11-21T19:00:00.123456Z", "2026-11-21T19:00:00Z", "1999-12-31T23:59:59.1Z"];
const addresses = [
  null,
  "203.0.113.7",
  "203.0.113.7/24",
  "0.0.0.0/0",
  "10.0.0.0/8",
  "2001:db8::1",
  "2001:db8::1/64",
  "::/0",
  "::ffff:203.0.113.7",
  "::ffff:203.0.113.7/96",
];
const jsons = [
  "[]",
  '{"b": [1, 2.50, null], "a\\\\\\t": "é𝒳\\"\\n", "aa": {"": -1e3}}',
  '[{"field": "x", "after": "\\u2028"}]',
  "null",
];

it("what a verification copies is what the leaf of a row is made of", async () => {
  const events = times.flatMap((time, t) =>
    addresses.flatMap((ip, a) =>
      jsons.map((json, j) => ({
        id: `00000000-0000-7000-8000-${String(t * 10_000 + a * 100 + j).padStart(12, "0")}`,
        occurred_at: time,
        entry_version: 1,
        org_id: 1,
        action: "a\tb\\N\n",
        ip,
        target_label: "\\N",
        metadata: j === 0 ? null : JSON.parse(json),
        changes: JSON.parse(json),
        details: JSON.parse(json),
        actor_salt: `\\x${"0a".repeat(32)}`,
        subject_digest: `\\x${"ff".repeat(32)}`,
      })),
    ),
  );
  const given = JSON.stringify(events).replaceAll("'", "''");
  const from = `from jsonb_populate_recordset(null::audit_event, '${given}'::jsonb) e order by e.id`;
  const { sql, close } = await takeSnapshot(database.urls.admin);
  try {
    const rows = await sql.unsafe<RecordRow[]>(`select ${recordColumns} ${from}`);
    expect(rows).toHaveLength(times.length * addresses.length * jsons.length);
    const chunks: Buffer[] = [];
    const copy = await sql.unsafe(`copy (select ${copyColumns} ${from}) to stdout`).readable();
    for await (const chunk of copy) chunks.push(Buffer.from(chunk));
    const lines = Buffer.concat(chunks).toString("utf8").split("\n").slice(0, -1);
    const copied = lines.map((line) => {
      const fields = fieldsOf(line);
      if (!fields) throw new Error("other columns");
      fields[4] = timeOfCopy(fields[4] ?? "").text;
      return rowOf(fields);
    });
    expect(copied).toEqual(rows.map((row) => ({ ...row })));
  } finally {
    await close();
  }
});
