import { sql } from "drizzle-orm";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { accessDenied, apiKeyRejected, signInFailed } from "@/lib/audit/catalogue/accounts";
import type { EventDefinition } from "@/lib/audit/catalogue/define";
import type { Tx } from "@/lib/db/client";
import { onGuru } from "@/lib/gate/allow";
import { type CountedKind, closeCounters, recordCounted } from "@/lib/gate/counted";
import { eventOf } from "@/lib/gate/facts";
import { query } from "@/lib/gate/query";
import { inTransaction } from "@/lib/gate/transaction";
import { setRuntime } from "@/lib/platform/runtime";
import { countOf, createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { earlyInTheMinute } from "../accounts/accounts-for-tests";

const product: TestProduct = await createTestProduct();
afterAll(() => product.close());

let tried = 0;
beforeEach(async () => {
  await closeAll();
  setRuntime(product.runtime);
});

/** The minute of every counter is over. */
async function closeAll(): Promise<number> {
  await product.admin`update audit_counter set minute = minute - interval '1 hour'`;
  return inTransaction(closeCounters);
}

const definitions: Record<Exclude<CountedKind, "webhook.rejected">, EventDefinition> = {
  throttled: signInFailed,
  "access.denied": accessDenied,
  "api_key.rejected": apiKeyRejected,
};
/** The kinds that belong to no guru; those of webhooks are counted in their own tests. */
type Kind = keyof typeof definitions;

function countOne(tx: Tx, kind: Kind, by: string, target = "", label = "-"): Promise<void> {
  const details = kind === "access.denied" ? { permission: "guru:see", asked: label } : {};
  const event = eventOf(
    definitions[kind],
    { target: { id: "1" }, label, details },
    anonymousPrincipal,
    testRequest,
  );
  return recordCounted(tx, kind, by, target, event);
}
const tryOnce = (kind: Kind, by: string, target?: string, label?: string) =>
  inTransaction((tx) => countOne(tx, kind, by, target, label));

/** Events and counts of one kind since `since`. */
async function triesRecorded(kind: Kind, since: number): Promise<{ single: number; counted: number }> {
  const events = (await product.events(definitions[kind].action)).slice(since);
  const single = events.filter((event) => event.details.count === undefined).length;
  const counted = events.reduce((sum, event) => sum + Number(event.details.count ?? 0), 0);
  return { single, counted };
}
const eventsSoFar = async (kind: Kind) => (await product.events(definitions[kind].action)).length;
const by = () => `test-${++tried}`;

describe("acts of which a stranger can make any number", () => {
  beforeEach(() => earlyInTheMinute(10_000), 20_000);

  it.each(["access.denied", "api_key.rejected"] as const)(
    "%s: the first of a minute is an event at once, the further ones are one with count, span and cause",
    async (kind) => {
      const since = await eventsSoFar(kind);
      const who = by();
      for (let i = 0; i < 4; i += 1) await tryOnce(kind, who);
      const [first, ...more] = (await product.events(definitions[kind].action)).slice(since);
      expect(first?.details).not.toHaveProperty("count");
      expect(more).toEqual([]);
      const [counter] = await product.admin`
        select to_char(first_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as first, to_char(last_at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as last,
          first_at > (select occurred_at from audit_event where id = ${first?.id ?? ""}) as "afterFirst"
        from audit_counter where principal = ${who}`;
      expect(counter?.afterFirst).toBe(true);
      expect(await closeAll()).toBe(1);
      const [, summary, ...none] = (await product.events(definitions[kind].action)).slice(since);
      expect(summary).toMatchObject({
        outcome: "failure",
        cause: first?.id,
        details: { count: 3, firstAt: counter?.first, lastAt: counter?.last },
      });
      expect(none).toEqual([]);
    },
  );

  it("one alone is one event, and its counter leaves none when it closes", async () => {
    const since = await eventsSoFar("access.denied");
    await tryOnce("access.denied", by());
    await closeAll();
    expect(await triesRecorded("access.denied", since)).toEqual({ single: 1, counted: 0 });
    expect(await countOf("audit_counter")).toBe(0);
  });

  it("throttled tries are counted from the first on, and have no cause", async () => {
    const since = await eventsSoFar("throttled");
    const who = by();
    for (let i = 0; i < 3; i += 1) await tryOnce("throttled", who);
    expect(await eventsSoFar("throttled")).toBe(since);
    await closeAll();
    const [summary] = (await product.events("user.sign_in_failed")).slice(since);
    expect(summary).toMatchObject({ cause: null, details: { count: 3 } });
  });

  it("a minute that is not over stays open", async () => {
    await tryOnce("throttled", by());
    expect(await inTransaction(closeCounters)).toBe(0);
    expect(await countOf("audit_counter")).toBe(1);
  });

  it("different targets are told apart, also such as differ only far behind, and no odd one fails", async () => {
    const who = by();
    const long = "x".repeat(500);
    const targets = [
      `${long}1`,
      `${long}2`,
      `${"y".repeat(134)}😀${long}1`,
      `${"y".repeat(134)}😀${long}2`,
      "nul\0",
      "\ud800",
      "a",
      "",
    ];
    const since = await eventsSoFar("access.denied");
    for (const target of targets) await tryOnce("access.denied", who, target, target);
    expect(await triesRecorded("access.denied", since)).toEqual({ single: targets.length, counted: 0 });
    for (const target of targets) await tryOnce("access.denied", who, target, target);
    await closeAll();
    expect(await triesRecorded("access.denied", since)).toEqual({
      single: targets.length,
      counted: targets.length,
    });
  });

  it("a refused transaction takes its count with it", async () => {
    const who = by();
    const since = await eventsSoFar("access.denied");
    const refusedTry = inTransaction(async (tx) => {
      await countOne(tx, "access.denied", who);
      throw new Error("broken off");
    });
    await expect(refusedTry).rejects.toThrow("broken off");
    expect([await countOf("audit_counter"), await eventsSoFar("access.denied")]).toEqual([0, since]);
  });

  it("an event that the catalogue refuses fails at once, not when the minute closes", async () => {
    const fact = { target: { id: "1" }, label: "-", details: { colour: "red" } };
    const event = eventOf(signInFailed, fact, anonymousPrincipal, testRequest);
    await expect(inTransaction((tx) => recordCounted(tx, "throttled", by(), "", event))).rejects.toThrow(
      /colour/,
    );
    expect(await countOf("audit_counter")).toBe(0);
  });
});

describe("events and counts add up to the tries", () => {
  it.each(["throttled", "access.denied"] as const)(
    "of fifty at once, while minutes close: %s",
    async (kind) => {
      const since = await eventsSoFar(kind);
      const who = by();
      let isOver = false;
      const closing = (async () => {
        while (!isOver) await closeAll();
      })();
      await Promise.all(Array.from({ length: 50 }, () => tryOnce(kind, who)));
      isOver = true;
      await closing;
      await closeAll();
      const { single, counted } = await triesRecorded(kind, since);
      expect(single + counted).toBe(50);
      expect(await countOf("audit_counter")).toBe(0);
    },
  );

  it("when sessions are ended in the middle of a try and of the closing", async () => {
    const since = await eventsSoFar("access.denied");
    const who = by();
    const end = (tx: Tx) => tx.execute(sql`select pg_terminate_backend(pg_backend_pid())`);
    let counted = 0;
    for (let i = 0; i < 10; i += 1) {
      const isKilled = i % 3 === 1;
      const attempt = inTransaction(async (tx) => {
        await countOne(tx, "access.denied", who);
        if (isKilled) await end(tx);
      });
      if (isKilled) await expect(attempt).rejects.toThrow();
      else await attempt.then(() => (counted += 1));
    }
    await product.admin`update audit_counter set minute = minute - interval '1 hour'`;
    const killedClosing = inTransaction(async (tx) => {
      await closeCounters(tx);
      await end(tx);
    });
    await expect(killedClosing).rejects.toThrow();
    await closeAll();
    const found = await triesRecorded("access.denied", since);
    expect(counted).toBe(7);
    expect(found.single + found.counted).toBe(counted);
  });
});

describe("with logging off", () => {
  const off = () =>
    setRuntime({
      ...product.runtime,
      env: { ...product.runtime.env, SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: false },
    });

  it("nothing is counted", async () => {
    off();
    await tryOnce("throttled", by());
    expect(await countOf("audit_counter")).toBe(0);
  });

  it("what was counted before waits, and is written when logging is on again", async () => {
    const since = await eventsSoFar("throttled");
    await tryOnce("throttled", by());
    off();
    expect(await closeAll()).toBe(0);
    expect(await countOf("audit_counter")).toBe(1);
    setRuntime(product.runtime);
    expect(await closeAll()).toBe(1);
    expect(await triesRecorded("throttled", since)).toEqual({ single: 0, counted: 1 });
  });
});

it("counters of an event that this version does not know wait, and keep no other from closing", async () => {
  const since = await eventsSoFar("throttled");
  await tryOnce("throttled", by());
  await product.admin`update audit_counter set event = event || '{"action": "from.a_later_version"}'`;
  await tryOnce("throttled", by());
  expect(await closeAll()).toBe(1);
  expect(await triesRecorded("throttled", since)).toEqual({ single: 0, counted: 1 });
  expect(await countOf("audit_counter")).toBe(1);
  await product.admin`delete from audit_counter`;
});

it("denied reads are counted by person and what was asked for", async () => {
  await earlyInTheMinute(10_000);
  const people: UserPrincipal[] = [
    await product.person("a@halden.example"),
    await product.person("b@halden.example"),
  ];
  const since = await eventsSoFar("access.denied");
  const see = query({
    allow: onGuru("guru:see", (input: { guru: string }) => input.guru),
    run: async () => null,
  });
  for (const principal of people) {
    for (const guru of ["one", "one", "two", "%00\0"]) {
      const result = await see.execute({ principal, request: testRequest, input: { guru } });
      expect(result).toMatchObject({ ok: false, code: "not_found" });
    }
  }
  expect(await triesRecorded("access.denied", since)).toEqual({ single: 6, counted: 0 });
  await closeAll();
  expect(await triesRecorded("access.denied", since)).toEqual({ single: 6, counted: 2 });
}, 40_000);
