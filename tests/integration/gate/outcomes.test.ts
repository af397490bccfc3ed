import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { db } from "@/lib/db/client";
import { Denial } from "@/lib/gate/allow";
import { refuse } from "@/lib/platform/errors";
import {
  breakTheLog,
  createTestProduct,
  type EventRow,
  type TestProduct,
  testRequest,
} from "@/tests/support/product";
import { guruOf } from "../gurus/guru-for-tests";
import {
  actOfThree,
  actOnGuru,
  actOnGuruWithTwin,
  actWithTwin,
  type Deed,
  doIt,
  stands,
} from "./acts-for-tests";

let product: TestProduct;
let owner: UserPrincipal;
let member: UserPrincipal;
let stranger: UserPrincipal;
let former: UserPrincipal;
let guru: { id: string; slug: string; name: string };

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  member = await product.person("member@halden.example");
  stranger = await product.person("stranger@halden.example");
  former = await product.person("former@halden.example", null);
  guru = await guruOf(member);
});
afterAll(() => product.close());

/** What `work` leaves in the log. */
async function recordedBy(work: () => Promise<unknown>): Promise<EventRow[]> {
  const before = new Set((await product.events()).map((event) => event.id));
  await work();
  return (await product.events()).filter((event) => !before.has(event.id));
}

describe("success", () => {
  it("commits the act with its event", async () => {
    let did: Awaited<ReturnType<typeof doIt<string>>> | undefined;
    const events = await recordedBy(async () => {
      did = await doIt(actWithTwin(), member);
    });
    expect(did?.result).toEqual({ ok: true, value: `secret of ${did?.key}` });
    expect(await stands(did?.key ?? "")).toBe(true);
    expect(events).toMatchObject([
      { action: "api_key.created", outcome: "success", target_id: did?.key, ip: "203.0.113.7" },
    ]);
  });

  it("records an act of several events with the first as cause of the others", async () => {
    const events = await recordedBy(() => doIt(actOfThree(guru.id), member));
    expect(events.map((event) => event.cause)).toEqual([null, events[0]?.id, events[0]?.id]);
  });
});

describe("refusal", () => {
  const taken = () => Promise.reject(refuse("exists", "It is taken.", { fieldErrors: { name: ["Taken."] } }));

  it("takes the work back and commits the failed twin with the reason", async () => {
    const did = await doIt(actWithTwin(taken), member);
    expect(did.result).toEqual({
      ok: false,
      code: "exists",
      message: "It is taken.",
      fieldErrors: { name: ["Taken."] },
    });
    expect(await stands(did.key)).toBe(false);
    const events = await product.events("api_key.creation_failed");
    expect(events.at(-1)).toMatchObject({
      outcome: "failure",
      actor_id: member.accountId,
      target_type: "org",
      details: { reason: "exists" },
      metadata: { message: "It is taken." },
    });
  });

  it("keeps the guru that the permission check found in the failed twin", async () => {
    const events = await recordedBy(() => doIt(actOnGuruWithTwin(guru.slug, taken), member));
    expect(events).toMatchObject([
      { action: "datasource.index_failed", guru_id: guru.id, details: { reason: "exists" } },
    ]);
  });

  it("without a twin takes the work back and leaves no event", async () => {
    let did: Awaited<ReturnType<typeof doIt<string>>> | undefined;
    const events = await recordedBy(async () => {
      did = await doIt(actOnGuru(guru.id, taken), member);
    });
    expect(did?.result).toMatchObject({ ok: false, code: "exists" });
    expect(await stands(did?.key ?? "")).toBe(false);
    expect(events).toEqual([]);
  });
});

describe("denial", () => {
  it("with a twin is the failed twin, forbidden", async () => {
    const events = await recordedBy(() => doIt(actWithTwin(), former));
    expect(events).toMatchObject([
      { action: "api_key.creation_failed", outcome: "failure", details: { reason: "forbidden" } },
    ]);
  });

  it("without a twin is ACCESS_DENIED with what was asked for, and nothing of the act's own name", async () => {
    let did: Awaited<ReturnType<typeof doIt<string>>> | undefined;
    const events = await recordedBy(async () => {
      did = await doIt(actOnGuru(guru.id), stranger);
    });
    expect(did?.result).toMatchObject({ ok: false, code: "not_found" });
    expect(await stands(did?.key ?? "")).toBe(false);
    const details = { permission: "guru:update", asked: guru.slug, reason: "not_found" };
    expect(events).toMatchObject([{ operation: "ACCESS_DENIED", actor_id: stranger.accountId, details }]);
  });

  it("is ACCESS_DENIED also where the twin would need a guru that there is not", async () => {
    const events = await recordedBy(() =>
      doIt(
        actOnGuruWithTwin("no-such-guru", async () => null),
        member,
      ),
    );
    expect(events).toMatchObject([
      { action: "access.denied", guru_id: null, details: { asked: "no-such-guru" } },
    ]);
  });

  it("thrown by the work itself is a denial all the same", async () => {
    const deed = () => Promise.reject(new Denial("guru:update", "something", "forbidden"));
    const events = await recordedBy(() => doIt(actOnGuru(guru.id, deed), member));
    expect(events).toMatchObject([{ action: "access.denied", details: { asked: "something" } }]);
  });

  it.each(["with", "without"])("of somebody who is not signed in leaves nothing, %s a twin", async (kind) => {
    const act = kind === "with" ? actWithTwin() : actOnGuru(guru.id);
    const events = await recordedBy(async () => {
      expect((await doIt(act, anonymousPrincipal)).result).toMatchObject({
        ok: false,
        code: "unauthenticated",
      });
    });
    expect(events).toEqual([]);
  });
});

describe("an unexpected error", () => {
  const faults: Record<string, Deed> = {
    "of the code": () => Promise.reject(new TypeError("x is not a function")),
    "of the database": (tx) => tx.execute(sql`select 1 / 0`),
    "that the code swallowed": async (tx) => {
      await tx.execute(sql`select 1 / 0`).catch(() => null);
    },
    "of the database, swallowed, and then another statement": async (tx) => {
      await tx.execute(sql`select 1 / 0`).catch(() => null);
      await tx.execute(sql`select 1`);
    },
    "a statement that takes too long": async (tx) => {
      await tx.execute(sql`set local statement_timeout = 20`);
      await tx.execute(sql`select pg_sleep(5)`);
    },
  };

  it.each(Object.entries(faults))(
    "%s is the failed twin, internal, and takes the work back",
    async (_, deed) => {
      let did: Awaited<ReturnType<typeof doIt<string>>> | undefined;
      const events = await recordedBy(async () => {
        did = await doIt(actWithTwin(deed), member);
      });
      expect(did?.result).toMatchObject({ ok: false, code: "internal" });
      expect(did?.result.ok === false && did.result.message).toContain(testRequest.requestId);
      expect(await stands(did?.key ?? "")).toBe(false);
      expect(events).toMatchObject([{ action: "api_key.creation_failed", details: { reason: "internal" } }]);
      expect(JSON.stringify(events)).not.toMatch(/zero|function|timeout/);
    },
  );

  it("of the permission check is the failed twin too", async () => {
    const allow = async () => {
      await db().execute(sql`select 1`);
      throw new Error("the check broke");
    };
    const events = await recordedBy(() => doIt(actWithTwin(undefined, allow), member));
    expect(events).toMatchObject([{ action: "api_key.creation_failed", details: { reason: "internal" } }]);
  });

  it("in a query of the permission check is the failed twin too", async () => {
    const act = actWithTwin(undefined, async ({ db: inside }) => {
      await inside.execute(sql`select 1 / 0`);
      return null;
    });
    const events = await recordedBy(() => doIt(act, member));
    expect(events).toMatchObject([{ action: "api_key.creation_failed", details: { reason: "internal" } }]);
  });
});

describe("a log that takes no event", () => {
  it("lets no act happen", async () => {
    const mend = await breakTheLog(product);
    const did = await doIt(actWithTwin(), member);
    await mend();
    expect(did.result).toMatchObject({ ok: false, code: "internal" });
    expect(await stands(did.key)).toBe(false);
  });

  it("turns a refusal that cannot be recorded into an internal error", async () => {
    const deed = () => Promise.reject(refuse("exists", "It is taken."));
    const mend = await breakTheLog(product);
    const events = await recordedBy(async () => {
      expect((await doIt(actWithTwin(deed), member)).result).toMatchObject({ ok: false, code: "internal" });
      expect((await doIt(actOnGuru(guru.id), owner)).result).toMatchObject({ ok: false, code: "internal" });
    });
    await mend();
    expect(events).toEqual([]);
  });

  it("turns a denial that cannot be recorded into an internal error", async () => {
    const other = await guruOf(owner);
    const mend = await breakTheLog(product);
    const did = await doIt(actOnGuru(other.id), stranger);
    await mend();
    expect(did.result).toMatchObject({ ok: false, code: "internal" });
    // Nothing was counted either: the next try is the first.
    expect(await recordedBy(() => doIt(actOnGuru(other.id), stranger))).toHaveLength(1);
  });
});
