import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { createSealer, type Sealer } from "@/lib/audit/seal/sealer";
import { setRuntime } from "@/lib/platform/runtime";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { type ApiRecord, ask, keyOf, records } from "./api-harness";

let product: TestProduct;
let sealer: Sealer;
let owner: UserPrincipal;
let key: string;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  key = await keyOf(owner);
  sealer = createSealer({ sealerUrl: product.database.urls.sealer });
});
afterAll(async () => {
  await sealer.stop();
  await product.close();
});

async function sealAll(): Promise<void> {
  while ((await sealer.sealOnce()) > 0);
}

const cursorOf = (answer: Response) => answer.headers.get("x-next-cursor") ?? "";

/** Follows the log from a cursor until the answer is shorter than asked. */
async function follow(
  from: string,
  perPage: number,
  further = "",
): Promise<{ list: ApiRecord[]; cursor: string; pages: number }> {
  const list: ApiRecord[] = [];
  let cursor = from;
  for (let pages = 1; ; pages += 1) {
    const answer = await ask(`?after=${cursor}&perPage=${perPage}${further}`, { key });
    const page = await records(answer);
    list.push(...page);
    cursor = cursorOf(answer);
    if (page.length < perPage) return { list, cursor, pages };
  }
}

async function sealedIds(): Promise<string[]> {
  const whole = (await records(ask("?view=full", { key }))).filter((r) => r.sequence !== null);
  return whole.sort((a, b) => Number(a.sequence) - Number(b.sequence)).map((r) => r.id);
}

describe("after=", () => {
  it("gives every sealed event once, ascending in sealed order, at any page size", async () => {
    await insertEvents(product.admin, variedEvents(2_500));
    await sealAll();
    const wanted = await sealedIds();
    expect(wanted.length).toBeGreaterThan(2_500);
    for (const perPage of [7_000, 1_000, 1_024, 333]) {
      const { list, pages } = await follow("", perPage);
      expect(list.slice(0, wanted.length).map((r) => r.id)).toEqual(wanted);
      expect(pages).toBeGreaterThan(Math.floor(wanted.length / perPage));
    }
    const all = await records(ask("?after=", { key }));
    expect(all.length).toBe(1_000);
  });

  it("hands out a cursor on the last page too, from which a poller resumes with what came since", async () => {
    const { cursor } = await follow("", 5_000);
    expect(await records(ask(`?after=${cursor}`, { key }))).toEqual([]);
    const made = await insertEvents(product.admin, variedEvents(3));
    // Not sealed yet: not there, and not lost either.
    expect(cursorOf(await ask(`?after=${cursor}`, { key }))).toBe(cursor);
    await sealAll();
    const { list } = await follow(cursor, 2);
    expect(list.map((r) => r.id)).toEqual(expect.arrayContaining(made.map((m) => m.id)));
  });

  it("never lets an event whose transaction commits late land behind a cursor already handed out", async () => {
    await sealAll();
    const { cursor } = await follow("", 10_000);
    let lateId = "";
    let letCommit = () => {};
    const mayCommit = new Promise<void>((resolve) => {
      letCommit = resolve;
    });
    let inserted = () => {};
    const isInserted = new Promise<void>((resolve) => {
      inserted = resolve;
    });
    const late = product.admin.begin(async (tx) => {
      lateId = (await insertEvents(tx, [{ target_label: "late" }]))[0]?.id ?? "";
      inserted();
      await mayCommit;
    });
    await isInserted;
    const [early] = await insertEvents(product.admin, [{ target_label: "early" }]);
    await sealAll();
    const first = await follow(cursor, 100);
    expect(first.list.map((r) => r.id)).toContain(early?.id);
    expect(first.list.map((r) => r.id)).not.toContain(lateId);
    letCommit();
    await late;
    await sealAll();
    const second = await follow(first.cursor, 100);
    expect(second.list.map((r) => r.id)).toContain(lateId);
  });

  it("misses and doubles nothing while eight writers write and the sealer seals", async () => {
    const { cursor: start } = await follow("", 10_000);
    sealer.start();
    const before = Date.now();
    let isWriting = true;
    const writers = Promise.all(
      Array.from({ length: 8 }, async (_, w) => {
        const ids: string[] = [];
        for (let i = 0; i < 30; i += 1)
          ids.push(...(await insertEvents(product.admin, variedEvents(3, w + i))).map((e) => e.id));
        return ids;
      }),
    ).then((lists) => {
      isWriting = false;
      return lists.flat();
    });
    const seen: string[] = [];
    let cursor = start;
    let written: string[] | undefined;
    while (Date.now() - before < 20_000) {
      const wasWriting = isWriting;
      const step = await follow(cursor, 50);
      seen.push(...step.list.map((r) => r.id));
      cursor = step.cursor;
      if (wasWriting) continue;
      written = await writers;
      if (written.every((id) => seen.includes(id))) break;
    }
    expect(written).toHaveLength(8 * 30 * 3);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(written ?? ["nothing was written"]));
  });

  it("filters without leaving the order, to the end of the log", async () => {
    const wanted = (await follow("", 10_000)).list
      .filter((r) => r.actorType === "anonymous")
      .map((r) => r.id);
    const { list } = await follow("", 10, "&actor=anonymous");
    expect(list.map((r) => r.id).slice(0, wanted.length)).toEqual(wanted);
    expect(wanted.length).toBeGreaterThan(50);
  });

  it("records one audit.fetch per key in ten minutes, at the first read of the window", async () => {
    const fresh = await keyOf(owner);
    const fetches = async () => (await product.events("audit.fetch")).length;
    const before = await fetches();
    await Promise.all(Array.from({ length: 6 }, () => ask("?after=&perPage=5", { key: fresh })));
    expect(await fetches()).toBe(before + 1);
    expect((await product.events("audit.fetch")).at(-1)).toMatchObject({ details: { mode: "cursor" } });
    await product.admin`update read_window set started_at = started_at - interval '10 minutes'`;
    await ask("?after=&perPage=5", { key: fresh });
    await ask("?after=&perPage=5", { key: fresh });
    expect(await fetches()).toBe(before + 2);
    expect((await ask("?page=1", { key: fresh })).status).toBe(200);
    expect(await fetches()).toBe(before + 3);
  });

  it("answers 410 CURSOR_EXPIRED with the oldest valid cursor to one behind the retention", async () => {
    const database = await createTestProduct();
    try {
      const own = createSealer({ sealerUrl: database.database.urls.sealer });
      await database.admin.begin(async (tx) => {
        await tx`select audit_make_partition(now() - interval '40 days')`;
        await tx`select set_config('gurulog.clock', ${new Date(Date.now() - 40 * 86_400_000).toISOString()}, true)`;
        await insertEvents(tx, variedEvents(1_100));
      });
      const reader = await keyOf(await database.person("owner@halden.example", "owner"));
      while ((await own.sealOnce()) > 0);
      const first = await ask("?after=&perPage=3", { key: reader });
      const old = cursorOf(first);
      expect(await (await ask(`?after=${old}`, { key: reader })).json()).toHaveLength(1_000);
      expect((await records(first)).length).toBe(3);
      await insertEvents(database.admin, variedEvents(10));
      while ((await own.sealOnce()) > 0);
      await database.admin`update audit_config set retention_days = 30`;
      const expired = await ask(`?after=${old}`, { key: reader });
      expect(expired.status).toBe(410);
      expect(await expired.json()).toMatchObject({ statusCode: 410, errorCode: "CURSOR_EXPIRED" });
      const oldest = cursorOf(expired);
      const fromOldest = await records(ask(`?after=${oldest}`, { key: reader }));
      expect(fromOldest.map((r) => r.id)).toEqual(
        (await records(ask("?after=", { key: reader }))).map((r) => r.id),
      );
      expect(fromOldest.length).toBeGreaterThanOrEqual(10);
      await own.stop();
    } finally {
      await database.close();
      setRuntime(product.runtime);
    }
  });
});
