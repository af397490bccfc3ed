import "../node-primitives";
import fc from "fast-check";
import { expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { eventLeaf } from "../entry";
import { AlteredRow, eventRecord } from "../event-record";
import { type Fields, fieldsOf, rowLeaf, rowOf } from "./row-leaf";

const hex = (bytes: number) =>
  fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((b) => Buffer.from(b).toString("hex"));
// No lone surrogate and no NUL: the database takes neither.
const text = fc
  .oneof(fc.constantFrom("", "\\", "\t", '"', "a\\nb", "é", "𝒳", "\u2028"), fc.string({ unit: "grapheme" }))
  .map((t) => t.replaceAll("\0", ""));
const maybe = (arbitrary: fc.Arbitrary<string>) => fc.option(arbitrary, { nil: null });
// As the database writes jsonb: a space after each colon and comma, numbers of any spelling.
const plainJson = fc.constantFrom(
  "[]",
  "{}",
  '{"a": "b\\"}", "z": 17, "aa": [1, null, true]}',
  '[{"field": "x", "after": "1.5e3"}]',
);
const oddJson = fc
  .oneof(
    fc.constantFrom("null", "5", "5.0", "-0", "1e3", '{"a": 5.00000000000000000001}'),
    fc.json({ maxDepth: 3 }),
  )
  .filter((t) => !/\\u0000|\\ud[89a-f]/i.test(t));
const json = fc.oneof({ weight: 8, arbitrary: plainJson }, { weight: 1, arbitrary: oddJson });
const salt = fc.oneof(
  { weight: 30, arbitrary: hex(32) },
  { weight: 1, arbitrary: hex(8) },
  { weight: 1, arbitrary: fc.constant(null) },
);
const nothing = fc.constant(null);

const fields: fc.Arbitrary<Fields> = fc.tuple(
  fc.oneof({ weight: 20, arbitrary: fc.constant("1") }, { weight: 1, arbitrary: fc.constant("2") }),
  fc.uuid(),
  fc.constantFrom("1", "7"),
  maybe(fc.uuid()),
  fc.constant("2026-11-21T19:00:00.123456Z"),
  ...Array.from({ length: 6 }, () => text),
  maybe(fc.uuid()),
  ...Array.from({ length: 3 }, () => text),
  maybe(fc.uuid()),
  text,
  ...Array.from({ length: 5 }, () => maybe(text)),
  text,
  maybe(json),
  json,
  json,
  salt,
  salt,
  fc.oneof({ weight: 30, arbitrary: nothing }, { weight: 1, arbitrary: hex(32) }),
  fc.oneof({ weight: 30, arbitrary: nothing }, { weight: 1, arbitrary: hex(32) }),
);

it("the short way and the long way give the same leaf, and refuse the same rows", () => {
  let whole = 0;
  fc.assert(
    fc.property(fields, (row) => {
      let long: Buffer | null;
      try {
        long = Buffer.from(eventLeaf(eventRecord(rowOf(row))));
        whole += 1;
      } catch (error) {
        if (!(error instanceof AlteredRow)) throw error;
        long = null;
      }
      expect(rowLeaf(row)?.toString("hex")).toBe(long?.toString("hex"));
    }),
    { numRuns: propertyRuns(500) },
  );
  expect(whole).toBeGreaterThan(100);
});

it("a row that lacks what the table asks for is another row, and no error", () => {
  fc.assert(
    fc.property(fields, fc.constantFrom(24, 25), (row, at) => {
      const lacking = row.with(at, null);
      expect(rowLeaf(lacking)?.equals(rowLeaf(row) ?? Buffer.alloc(0)) ?? false).toBe(false);
    }),
    { numRuns: propertyRuns(100) },
  );
});

it("a line of COPY is read as the database meant it", () => {
  const escapes: Record<string, string> = {
    "\\": "\\\\",
    "\t": "\\t",
    "\n": "\\n",
    "\r": "\\r",
    "\b": "\\b",
    "\f": "\\f",
    "\v": "\\v",
  };
  fc.assert(
    fc.property(fc.array(maybe(text), { minLength: 30, maxLength: 30 }), (row) => {
      const line = row
        .map((t) => (t === null ? "\\N" : t.replace(/[\\\t\n\r\b\f\v]/g, (c) => escapes[c] ?? c)))
        .join("\t");
      expect(fieldsOf(line)).toEqual(row);
    }),
    { numRuns: propertyRuns(200) },
  );
});
