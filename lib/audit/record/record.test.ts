import fc from "fast-check";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { auditPruned } from "@/lib/audit/catalogue/audit-log";
import { guruUpdated } from "@/lib/audit/catalogue/gurus";
import { db } from "@/lib/db/client";
import { setRuntime } from "@/lib/platform/runtime";
import { createTestProduct, type EventRow, type TestProduct } from "@/tests/support/product";
import type { EventInput } from "./event-input";
import { recordEvents } from "./record";
import { storedEvent } from "./shape";

let product: TestProduct;
beforeAll(async () => {
  product = await createTestProduct();
});
afterAll(() => product.close());
afterEach(() => setRuntime(product.runtime));

const id = "33333333-3333-7333-8333-333333333333";
const anEvent = (more: Partial<EventInput> = {}): EventInput => ({
  definition: guruUpdated,
  orgId: 1,
  actor: { type: "user", id, email: "ada@halden.example", ip: "2001:db8::7", userAgent: "a browser" },
  accountId: id,
  guru: { id, slug: "docs", name: "Docs" },
  targetId: id,
  label: "Docs",
  ...more,
});
const record = (events: EventInput[]) => db().transaction((tx) => recordEvents(tx, events));

/** Records them and reads them back. */
async function recordedAs(events: EventInput[]): Promise<EventRow[]> {
  const since = (await product.events()).length;
  await record(events);
  return (await product.events()).slice(since);
}

const hostile = [
  "\0",
  "a\0b",
  "\ud800",
  "\udfff\ud800",
  "\u202Eevil",
  "\u200b\ufeff",
  "\r\n",
  "\x1b[31m",
  "'; drop table audit_event; --",
  "\\u0000",
  '"}]',
  "\\",
  "$1",
  "😀".repeat(200),
  "\uffff\ufffe",
  "=1+1",
  "<script>",
  "x".repeat(10_000_000),
];

it.each(hostile.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
  "takes %s in every text, and gives it back cleaned",
  async (_, text) => {
    const event = anEvent({
      actor: { type: "user", id, email: text, ip: null, userAgent: text },
      guru: { id, slug: text, name: text },
      targetId: text,
      label: text,
      metadata: { message: text, api_key: text, emails: text },
      changes: [{ field: text, before: text, after: { [text]: [text] } }],
      details: { reason: text, via: { apiKeyId: text, apiKeyName: text } },
    });
    const rows = await recordedAs([event]);
    const { ip: _ip, ...expected } = JSON.parse(JSON.stringify(storedEvent(event, "0.1.0")));
    expect(rows).toMatchObject([expected]);
  },
);

it("takes any value of a change", async () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
    maxDepth: 4,
  });
  const values = [
    ...fc.sample(anything, { numRuns: 500, seed: 7 }),
    ...fc.sample(fc.string({ unit: "binary", maxLength: 50 }), { numRuns: 200, seed: 7 }),
    Number.NaN,
    -0,
    2 ** 53,
    Number.POSITIVE_INFINITY,
    10n ** 100n,
    new Date(Number.NaN),
    undefined,
    JSON.parse('{"__proto__": {"a": 1}}'),
    JSON.parse(`${"[".repeat(10_000)}${"]".repeat(10_000)}`),
  ];
  const events = values.map((value) =>
    anEvent({ changes: [{ field: "value", before: value, after: null }] }),
  );
  const rows = await recordedAs(events);
  const expected = events.map((event) => JSON.parse(JSON.stringify(storedEvent(event, "0.1.0").changes)));
  expect(rows.map((row) => row.changes)).toEqual(expected);
});

it("keeps the order in which events are given, and answers each with its id, time and transaction", async () => {
  const events = Array.from({ length: 200 }, (_, i) => anEvent({ label: `label ${i}` }));
  const since = (await product.events()).length;
  const recorded = await record(events);
  const rows = (await product.events()).slice(since);
  expect(rows.map((row) => [row.id, row.target_label])).toEqual(
    events.map((event, i) => [recorded[i]?.id, event.label]),
  );
  const outbox = await product.admin`select event_id from audit_outbox order by position desc limit 200`;
  expect(outbox.map((row) => row.event_id).reverse()).toEqual(rows.map((row) => row.id));
  expect(new Set(recorded.map((r) => r?.xid)).size).toBe(1);
  expect(recorded[0]?.occurredAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
});

it("with logging off records the log's own events alone", async () => {
  setRuntime({
    ...product.runtime,
    env: { ...product.runtime.env, SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: false },
  });
  const own = anEvent({
    definition: auditPruned,
    guru: null,
    details: { cutoff: "2026-01-01", rowsRemoved: 1 },
  });
  const since = (await product.events()).length;
  expect(await record([anEvent(), own, anEvent()])).toEqual([
    null,
    expect.objectContaining({ id: expect.any(String) }),
    null,
  ]);
  expect((await product.events()).slice(since)).toMatchObject([{ action: "audit.pruned" }]);
});

it("an event that the catalogue refuses leaves none of those given with it", async () => {
  const since = (await product.events()).length;
  await expect(record([anEvent(), anEvent({ guru: null })])).rejects.toThrow("needs its guru");
  await expect(record([anEvent(), anEvent({ cause: "no uuid" })])).rejects.toThrow();
  expect(await product.events()).toHaveLength(since);
});

it("a transaction that is rolled back takes its events and their places in the outbox with it", async () => {
  const outbox = async () => (await product.admin`select from audit_outbox`).length;
  const before = [(await product.events()).length, await outbox()];
  const rolledBack = db().transaction(async (tx) => {
    await recordEvents(tx, [anEvent()]);
    throw new Error("changed its mind");
  });
  await expect(rolledBack).rejects.toThrow("changed its mind");
  expect([(await product.events()).length, await outbox()]).toEqual(before);
});
