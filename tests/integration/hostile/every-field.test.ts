import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { csv } from "@/lib/audit/export/formats/csv";
import { json } from "@/lib/audit/export/formats/json";
import { verifiable } from "@/lib/audit/export/formats/verifiable";
import { xlsx } from "@/lib/audit/export/formats/xlsx";
import { toHex } from "@/lib/audit/proof/bytes";
import { eventLeaf } from "@/lib/audit/proof/entry";
import { eventRecord, type RecordRow, recordColumns } from "@/lib/audit/proof/event-record";
import { commands } from "@/lib/gate/command";
import { sourceFiles } from "@/tests/architecture/source-files";
import { make, tableOf } from "../exports/make-file";
import { sealAll } from "../exports/sealing";
import { eventLeaves, expectWholeLog } from "../sealer/sealed-log";
import { cases } from "./cases";
import { pushThrough, stored, type Tried } from "./push-through";
import { shownWhenRefused } from "./shown";
import { nastyStrings, tenMegabytes } from "./strings";
import { textFields } from "./text-fields";
import { type HostileWorld, makeHostileWorld } from "./world";

const isFull = process.env.GURULOG_TEST_FULL !== undefined;
let world: HostileWorld;

beforeAll(async () => {
  const files = sourceFiles(["lib/features"]).filter(
    (f) => /commands\/[^/]+\.ts$/.test(f) && !f.endsWith(".test.ts"),
  );
  for (const file of files) await import(path.resolve(file));
  world = await makeHostileWorld();
});
afterAll(() => world?.product.close());

const fieldsOf = (name: string) => {
  const command = commands.get(name);
  if (!command) throw new Error(`there is no command ${name}`);
  return { command, fields: textFields(command.input) };
};

it("every command of the product is tried, and no field is named that it does not have", () => {
  expect(Object.keys(cases).sort()).toEqual([...commands.keys()].sort());
  for (const shown of [
    ...Object.entries(shownWhenRefused),
    ...Object.entries(cases).map(([name, c]) => [name, c.shown] as const),
  ]) {
    const [name, fields] = shown;
    expect([name, Object.keys(fields).filter((field) => !fieldsOf(name).fields.includes(field))]).toEqual([
      name,
      [],
    ]);
  }
});

it("there are two hundred different strings, of every class", () => {
  expect(new Set(nastyStrings.map(([, text]) => text)).size).toBeGreaterThan(200);
  expect(stored("a\0\ud800😀")).toBe("a\u2400\ufffd😀");
});

describe("a text in a field is refused in words or stands as it was sent, with one event", () => {
  const total = { done: 0, "refused by the form": 0, "refused by the act": 0, seen: 0 };

  it.each(Object.keys(cases))(
    "%s",
    async (name) => {
      const one = cases[name];
      if (!one) throw new Error("unreachable");
      const { command, fields } = fieldsOf(name);
      const wrong: string[] = [];
      let seen = 0;
      for (const [at, field] of fields.entries()) {
        if (one.inner?.includes(field)) continue;
        const every = isFull ? 1 : (one.oneOf ?? 6);
        const chosen = nastyStrings.filter((_, i) => (i + at) % every === 0);
        const tried: Tried[] = [];
        const further = one.further?.(field, world.word()) ?? [];
        for (const nasty of [...chosen, ...further, tenMegabytes])
          tried.push(await pushThrough(world, command, one, field, nasty));
        wrong.push(...tried.flatMap((t) => t.wrong));
        for (const { outcome } of tried) total[outcome] += 1;
        seen += tried.filter((t) => t.seen).length;
        if (one.shown[field]) expect([field, tried.some((t) => t.seen)]).toEqual([field, true]);
      }
      total.seen += seen;
      expect(wrong.slice(0, 15)).toEqual([]);
    },
    600_000,
  );

  it("most of them were taken", () => {
    console.log(`hostile texts: ${JSON.stringify(total)}`);
    expect(total.done).toBeGreaterThan(isFull ? 8_000 : 800);
    expect(total.seen).toBeGreaterThan(isFull ? 6_000 : 600);
  });
});

describe("the events of all of it", () => {
  it("are sealed, and each leaf is the hash of its event as the database gives it back", async () => {
    await sealAll(world.product);
    const { admin } = world.product;
    const [{ count } = { count: 0 }] = await admin<
      { count: number }[]
    >`select count(*)::int from audit_event`;
    await expectWholeLog(admin, count);
    const leaves = new Set((await eventLeaves(admin)).map(toHex));
    const rows = await admin<RecordRow[]>`select ${admin.unsafe(recordColumns)} from audit_event e`;
    expect(
      rows.filter((row) => !leaves.has(toHex(eventLeaf(eventRecord(row))))).map((row) => row.id),
    ).toEqual([]);
  });

  it("hold no NUL and nothing that is no Unicode, in any column", async () => {
    const rows = await world.product.admin<{ text: string }[]>`select e::text as text from audit_event e`;
    expect(rows.filter(({ text }) => !text.isWellFormed() || text.includes("\0"))).toEqual([]);
    // Postgres keeps such escapes as text where they were sent as text, never as the character.
    const [odd] = await world.product.admin`
      select count(*)::int as n from audit_event where details::text ~ '[^\\\\]\\\\u0000' or changes::text ~ '[^\\\\]\\\\u0000'`;
    expect(odd?.n).toBe(0);
  });

  it.each([csv, json, xlsx, verifiable])("are whole in an export as $id", async (format) => {
    const [row] = await world.product.admin<{ count: number }[]>`select count(*)::int from audit_event`;
    const file = await make(format);
    expect(file.rows).toBe(row?.count);
    expect(tableOf(format, file).rows).toHaveLength(row?.count ?? 0);
  });
});
