import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accessDenied, signedIn, signInFailed } from "@/lib/audit/catalogue/accounts";
import { auditViewed } from "@/lib/audit/catalogue/audit-log";
import { guruUpdated } from "@/lib/audit/catalogue/gurus";
import type { Actor, EventInput } from "./event-input";
import { emailOrNull, storedEvent } from "./shape";

const actor: Actor = {
  type: "user",
  id: "22222222-2222-7222-8222-222222222222",
  email: "ada@halden.example",
  ip: null,
  userAgent: null,
};
const guru = { id: "33333333-3333-7333-8333-333333333333", slug: "docs", name: "Docs" };

function anEvent(more: Partial<EventInput> = {}): EventInput {
  return {
    definition: guruUpdated,
    orgId: 1,
    actor,
    accountId: actor.id,
    guru,
    targetId: guru.id,
    label: "Docs",
    ...more,
  };
}
const stored = (more: Partial<EventInput> = {}) => storedEvent(anEvent(more), "1.0.0");
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

/** A value as it is stored as one side of a change. */
function kept(value: unknown): unknown {
  const [change] = stored({ changes: [{ field: "f", before: null, after: value }] }).changes as {
    after: unknown;
  }[];
  return change?.after;
}

describe("values of changes", () => {
  it.each([
    ["text", "plain", "plain"],
    ["nothing", null, null],
    ["a missing value", undefined, null],
    ["truth", false, false],
    ["a whole number", 42, 42],
    ["the largest exact number", 2 ** 53 - 1, 2 ** 53 - 1],
    ["2^53", 2 ** 53, "9007199254740992"],
    ["a fraction", 0.1, "0.1"],
    ["NaN", Number.NaN, "NaN"],
    ["infinity", Number.NEGATIVE_INFINITY, "-Infinity"],
    ["a bigint", 2n ** 70n, "1180591620717411303424"],
    ["a time", new Date(0), "1970-01-01T00:00:00.000Z"],
    ["no time", new Date(Number.NaN), "Invalid Date"],
    ["a symbol", Symbol("s"), "Symbol(s)"],
    ["NUL", "a\0b", "a\u2400b"],
    ["a lone surrogate", "a\ud800", "a\ufffd"],
    ["bidi and line ends, as received", "\u202Ea\r\nb", "\u202Ea\r\nb"],
    ["a list", [1, undefined, null, "x"], [1, null, null, "x"]],
    ["an object", { "k\0": undefined, "n\0": ["\0"] }, { "n\u2400": ["\u2400"] }],
  ])("%s", (_, value, expected) => {
    expect(kept(value)).toEqual(expected);
  });

  it("-0 is 0 as JSON", () => {
    expect(JSON.stringify(kept(-0))).toBe("0");
  });

  it("`__proto__` is a key like any other, and changes no prototype", () => {
    const value = kept(JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1}'));
    expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":true},"constructor":1}');
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect({}).not.toHaveProperty("polluted");
  });

  it("10,000 levels are cut, not followed", () => {
    const deep = JSON.parse(`${"[".repeat(10_000)}${"]".repeat(10_000)}`);
    const text = JSON.stringify(kept(deep));
    expect(text).toBe(`${"[".repeat(32)}"[too deep]"${"]".repeat(32)}`);
  });

  it("an object that holds itself ends too", () => {
    const self: { self?: unknown } = {};
    self.self = self;
    expect(JSON.stringify(kept(self))).toContain("[too deep]");
  });
});

describe("long values", () => {
  it("stay whole to 10,240 bytes", () => {
    const text = `${"x".repeat(10_238)}é`;
    expect(kept(text)).toBe(text);
    expect(kept(`${text}x`)).not.toBe(`${text}x`);
  });

  it("are their beginning with length and SHA-256 of what was received", () => {
    const text = `\0${"x".repeat(10_000_000)}`;
    expect(kept(text)).toEqual({
      cut: `\u2400${"x".repeat(10_237)}`,
      length: 10_000_001,
      sha256: sha256(text),
    });
  });

  it("of objects are the beginning of their JSON", () => {
    const json = JSON.stringify({ list: Array.from({ length: 5_000 }, (_, i) => i) });
    expect(kept(JSON.parse(json))).toEqual({
      cut: json.slice(0, 10_240),
      length: json.length,
      sha256: sha256(json),
    });
  });

  it("are never cut within a character", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10_230, max: 10_242 }),
        fc.constantFrom("é", "€", "😀", "\ud800", "a\u0301"),
        (length, character) => {
          const text = "x".repeat(length) + character.repeat(20);
          const value = kept(text) as { cut: string };
          expect(text.toWellFormed().startsWith(value.cut)).toBe(true);
          expect(value.cut.isWellFormed()).toBe(true);
          expect(Buffer.byteLength(value.cut)).toBeLessThanOrEqual(10_240);
          expect(Buffer.byteLength(value.cut)).toBeGreaterThan(10_236);
        },
      ),
    );
  });

  it("in details are cut the same way", () => {
    const text = "x".repeat(20_000);
    const event = stored({ definition: auditViewed, details: { filters: { search: text } } });
    expect(event.details).toMatchObject({
      filters: { cut: expect.any(String), sha256: sha256(JSON.stringify({ search: text })) },
    });
  });
});

describe("texts", () => {
  const long = `${"x".repeat(199)}😀${"y".repeat(10_000_000)}`;

  it("are cut without half a character, and cleaned", () => {
    const event = stored({
      label: long,
      targetId: `\0${long}`,
      guru: { id: guru.id, slug: long, name: `\ud800${long}` },
      actor: { ...actor, email: long, userAgent: long },
      metadata: { message: long, api_key: long, emails: `\0${long}` },
      changes: [{ field: long, before: 1, after: 2 }],
    });
    expect(event).toMatchObject({
      target_label: "x".repeat(199),
      guru_slug: "x".repeat(199),
      guru_name: `\ufffd${"x".repeat(199)}`,
    });
    expect(event.target_id.length).toBe(512);
    expect(event.user_agent?.length).toBe(512);
    expect(event.actor_email?.length).toBe(320);
    expect(event.metadata).toMatchObject({ api_key: "x".repeat(199) });
    const text = JSON.stringify(event);
    expect(text.length).toBeLessThan(30_000);
    expect(text).not.toMatch(/\\u0000|\\ud8/i);
  });

  it("a label of 200 characters stays whole", () => {
    expect(stored({ label: "x".repeat(200) }).target_label).toBe("x".repeat(200));
  });

  it("keep what is not text from outside as it is", () => {
    expect(stored({ cause: guru.id, targetType: "guru" })).toMatchObject({
      cause: guru.id,
      target_type: "guru",
      version: "1.0.0",
      metadata: null,
    });
  });
});

describe("what the catalogue says", () => {
  it.each([
    ["an unknown detail", { details: { colour: "red" } }],
    ["an unknown detail named `__proto__`", { details: JSON.parse('{"__proto__": 1}') }],
    ["a detail of another type", { details: { count: "3" } }],
    ["a detail that is missing", { definition: accessDenied, details: { asked: "x" } }],
    ["unknown metadata", { metadata: { colour: "red" } as never }],
    ["a guru's event without the guru", { guru: null }],
    ["an event of no guru with one", { definition: signInFailed }],
    ["System with an address", { actor: { ...actor, type: "system", ip: "203.0.113.7" } as Actor }],
    [
      "a fixed action by a key",
      {
        definition: signedIn,
        guru: null,
        details: { method: "x" },
        actor: { ...actor, type: "api_key" } as Actor,
      },
    ],
    [
      "a fixed action by System",
      {
        definition: signedIn,
        guru: null,
        details: { method: "x" },
        actor: { ...actor, type: "system" } as Actor,
      },
    ],
  ])("is kept to: %s is refused", (_, more: Partial<EventInput>) => {
    expect(() => stored(more)).toThrow();
  });

  it("lets an event that may have a guru have one or none", () => {
    const definition = auditViewed;
    const details = { filters: {} };
    expect([
      stored({ definition, details }).guru_id,
      stored({ definition, details, guru: null }).guru_id,
    ]).toEqual([guru.id, null]);
  });
});

it("an e-mail from a form is kept only when it parses as one", () => {
  expect(
    [
      " ada@halden.example ",
      "hunter2",
      "a@b",
      "",
      `${"x".repeat(400)}@halden.example`,
      "a\0@halden.example",
    ].map(emailOrNull),
  ).toEqual(["ada@halden.example", null, null, null, null, null]);
});
