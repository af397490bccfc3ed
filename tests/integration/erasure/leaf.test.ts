import fc from "fast-check";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { canonicalJson } from "@/lib/audit/proof/canonical-json";
import { eventLeaf } from "@/lib/audit/proof/entry";
import { eventRecord, type RecordRow, recordColumns } from "@/lib/audit/proof/event-record";
import { createTestDatabase, type TestDatabase } from "../../support/postgres-for-tests";
import { propertyRuns } from "../../support/property-runs";

let database: TestDatabase;
let admin: postgres.Sql;

beforeAll(async () => {
  database = await createTestDatabase();
  admin = postgres(database.urls.admin, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await admin.end();
  await database.drop();
});

/** What the recorder can have stored: no NUL, no half of a character. */
const text = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 12 }),
    fc.constantFrom("__proto__", "constructor", "\u{1F600}", "\uE000", "\uFFFD", "\uD7FF", "\u{10FFFF}a"),
    fc.string({
      unit: fc.constantFrom("\uD7FF", "\uE000", "\uFFFF", "\u{10000}", "\u{10FFFF}", "a"),
      maxLength: 4,
    }),
    fc.constantFrom(
      '"',
      "\\",
      "\b\f\n\r\t",
      "\u001f\u007f\u0080",
      "\u2028\u2029",
      "\u202Ea\u0301",
      " ",
      "-0",
      "5.0",
    ),
  )
  .map((t) => t.replaceAll("\0", "\u2400").toWellFormed());
const whole = fc.oneof(
  fc.maxSafeInteger(),
  fc.constantFrom(0, 10, -1, 1_000_000_000_000, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    text,
    whole,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("object"),
  ),
  object: fc
    .uniqueArray(fc.tuple(text, tie("value")), { maxLength: 6, selector: ([key]) => key })
    // `__proto__` as a key like any other.
    .map((entries) => Object.fromEntries(entries)),
}));

it("writes JSON as RFC 8785 does, key for key", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(json.value, { minLength: 1, maxLength: 20 }), async (values) => {
      const texts = values.map((v) => JSON.stringify(v));
      const rows = await admin<{ jcs: string }[]>`
        select audit_jcs(t::jsonb) as jcs from unnest(${texts}::text[]) with ordinality as u (t, n) order by n`;
      expect(rows.map((r) => r.jcs)).toEqual(values.map(canonicalJson));
    }),
    { numRuns: propertyRuns(60) },
  );
});

it.each(["5.0", "1.5", "1e400", "9007199254740992", "-9007199254740992", "12345678901234567890"])(
  "refuses the number %s, which no act of the product records",
  async (number) => {
    await expect(admin`select audit_jcs(${`[${number}]`}::text::jsonb)`).rejects.toMatchObject({
      code: "22003",
    });
  },
);

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const event = fc.record({
  guru_id: maybe(fc.uuid()),
  guru_slug: maybe(text),
  guru_name: maybe(text),
  action: text,
  operation: text,
  model: text,
  actor_id: text,
  account_id: maybe(fc.uuid()),
  actor_email: maybe(text),
  ip: maybe(fc.oneof(fc.ipV4(), fc.ipV6(), fc.constant("10.0.0.0/8"))),
  user_agent: maybe(text),
  target_type: text,
  target_id: text,
  target_label: text,
  metadata: maybe(json.object),
  changes: fc.array(json.object, { maxLength: 3 }),
  details: json.object,
  cause: maybe(fc.uuid()),
  version: text,
});

it("makes the leaf of any event, as the verifier does, before and after each part is erased", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 12 }), async (events) => {
      const rows = events.map((e) => ({
        ...e,
        org_id: 7,
        action_type: "access",
        outcome: "success",
        actor_type: "user",
      }));
      const ids = await admin<{ id: string }[]>`
        insert into audit_event (org_id, guru_id, guru_slug, guru_name, action, operation, action_type, model, outcome,
          actor_type, actor_id, account_id, actor_email, ip, user_agent, target_type, target_id, target_label, metadata,
          changes, details, cause, version)
        select * from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as (
          org_id int, guru_id uuid, guru_slug text, guru_name text, action text, operation text, action_type text, model text,
          outcome text, actor_type text, actor_id text, account_id uuid, actor_email text, ip inet, user_agent text,
          target_type text, target_id text, target_label text, metadata jsonb, changes jsonb, details jsonb, cause uuid,
          version text)
        returning id`;
      const leaves = async () => {
        const found = await admin<(RecordRow & { leaf: string })[]>`
          select ${admin.unsafe(recordColumns)}, encode(audit_leaf(e), 'hex') as leaf from audit_event e
          where e.id = any (${ids.map((row) => row.id)}) order by e.seq`;
        for (const row of found)
          expect(row.leaf).toBe(Buffer.from(eventLeaf(eventRecord(row))).toString("hex"));
        return found.map((row) => row.leaf);
      };
      const before = await leaves();
      expect(before).toHaveLength(events.length);
      await admin.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx`update audit_event e set actor_digest = audit_actor_digest(e), actor_salt = null, actor_email = null, ip = null,
          user_agent = null where id = any (${ids.map((row) => row.id)})`;
      });
      expect(await leaves()).toEqual(before);
      await admin.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx`update audit_event e set subject_digest = audit_subject_digest(e), subject_salt = null, guru_slug = null,
          guru_name = null, target_label = '[erased]', metadata = null, changes = '[]', details = '{}'
          where id = any (${ids.map((row) => row.id)})`;
      });
      expect(await leaves()).toEqual(before);
    }),
    { numRuns: propertyRuns(25) },
  );
});
