import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { createSealer, type Sealer } from "@/lib/audit/seal/sealer";
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
  await insertEvents(product.admin, variedEvents(300));
});
afterAll(async () => {
  await sealer.stop();
  await product.close();
});

async function sealAll(): Promise<void> {
  while ((await sealer.sealOnce()) > 0);
}

/** Ids as they stand in the database, newest first. */
async function idsInOrder(orgId = 1): Promise<string[]> {
  const rows = await product.admin<{ id: string }[]>`
    select id from audit_event where org_id = ${orgId} and occurred_at >= audit_cutoff() order by occurred_at desc, id desc`;
  return rows.map((r) => r.id);
}

const ids = (list: ApiRecord[]) => list.map((r) => r.id);
const tenKeys =
  "id timestamp action actorId actorType targetId targetType sourcebotVersion metadata orgId".split(" ");
const fullKeys = [
  ...tenKeys,
  ..."operation actionType model actorEmail ip guru objectLabel outcome changes details cause sequence".split(
    " ",
  ),
];

describe("the whole log", () => {
  it("is every event, newest first, in exactly the ten keys, without the read's own event", async () => {
    const before = await idsInOrder();
    const answer = await ask("", { key });
    expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
    const list = await records(answer);
    expect(ids(list)).toEqual(before);
    for (const record of list) expect(Object.keys(record)).toEqual(tenKeys);
    expect((await idsInOrder()).length).toBe(before.length + 1);
  });

  it("is recorded before its first byte leaves", async () => {
    const before = (await product.events("audit.fetch")).length;
    const answer = await ask("", { key });
    expect((await product.events("audit.fetch")).length).toBe(before + 1);
    await answer.text();
    const [event] = (await product.events("audit.fetch")).slice(-1);
    expect(event).toMatchObject({
      actor_type: "api_key",
      target_id: "1",
      details: { mode: "all", view: "default", filters: {} },
    });
  });

  it("is an empty array when nothing matches", async () => {
    expect(await (await ask("?operation=NOTHING", { key })).text()).toBe("[]");
    expect(
      await (await ask("?operation=NOTHING", { key, headers: { accept: "application/x-ndjson" } })).text(),
    ).toBe("");
    expect(await records(ask("?operation=NOTHING&page=1", { key }))).toEqual([]);
  });

  it("is one event a line as NDJSON, in every mode", async () => {
    for (const query of ["", "?page=1", "?after=", "?view=full"]) {
      const answer = await ask(query, { key, headers: { accept: "application/x-ndjson" } });
      expect(answer.headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
      const text = await answer.text();
      if (query === "?after=") continue;
      const lines = text.trimEnd().split("\n");
      expect(lines.length).toBeGreaterThan(10);
      for (const line of lines)
        expect(Object.keys(JSON.parse(line)).length).toBe(query === "?view=full" ? fullKeys.length : 10);
    }
  });

  it("holds no event of another organization, and none that is past the retention", async () => {
    const [old] = await product.admin.begin(async (tx) => {
      await tx`select set_config('gurulog.clock', ${new Date(Date.now() - 100 * 86_400_000).toISOString()}, true)`;
      await tx`select audit_make_partition(now() - interval '100 days')`;
      return insertEvents(tx, [{ target_label: "old" }]);
    });
    const [foreign] = await insertEvents(product.admin, [{ org_id: 2, target_label: "foreign" }]);
    await sealAll();
    for (const query of [
      "",
      "?view=full",
      "?page=1&perPage=100",
      "?after=&perPage=10000",
      `?q=foreign`,
      "?q=old",
    ]) {
      const text = await (await ask(query, { key })).text();
      expect(text).not.toContain(foreign?.id);
      expect(text).not.toContain(old?.id);
    }
  });

  it("is read once at a time by a key; another key may read meanwhile", async () => {
    await insertEvents(
      product.admin,
      Array.from({ length: 3_000 }, () => ({
        target_label: "x",
        metadata: { message: "y".repeat(2_000) },
      })) as never,
    );
    const first = await ask("", { key });
    const reader = first.body?.getReader();
    await reader?.read();
    const second = await ask("", { key });
    expect(second.status).toBe(429);
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await second.json()).toMatchObject({ statusCode: 429, errorCode: "TOO_MANY_REQUESTS" });
    const other = await ask("", { key: await keyOf(owner) });
    expect(other.status).toBe(200);
    await other.body?.cancel();
    await reader?.cancel();
    const end = Date.now() + 15_000;
    for (;;) {
      const again = await ask("", { key });
      if (again.status === 200) {
        expect((await records(again)).length).toBeGreaterThan(3_000);
        break;
      }
      if (Date.now() > end) throw new Error("the key stays locked");
    }
  });

  it("is cut so that it is no valid JSON when it fails midway", async () => {
    const answer = await ask("", { key });
    const reader = answer.body?.getReader();
    const parts: Buffer[] = [];
    const first = await reader?.read();
    if (first?.value) parts.push(Buffer.from(first.value));
    await product.admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gurulog export' and datname = current_database()`;
    await expect(
      (async () => {
        for (;;) {
          const next = await reader?.read();
          if (!next || next.done) return;
          parts.push(Buffer.from(next.value));
        }
      })(),
    ).rejects.toThrow();
    const text = Buffer.concat(parts).toString();
    expect(text.startsWith("[{")).toBe(true);
    expect(() => JSON.parse(text)).toThrow();
  });

  it("ends its query when the client leaves", async () => {
    const leaving = new AbortController();
    const answer = await ask("", { key, signal: leaving.signal });
    await answer.body?.getReader().read();
    leaving.abort();
    const end = Date.now() + 15_000;
    for (;;) {
      const [left] =
        await product.admin`select 1 from pg_stat_activity where application_name = 'gurulog export' and datname = current_database()`;
      if (!left) break;
      if (Date.now() > end) throw new Error("the query is still there");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
});

describe("view=full", () => {
  it("adds exactly the further keys, alike in every mode, with the sealed index once sealed", async () => {
    await sealAll();
    const [unsealed] = await insertEvents(product.admin, [
      {
        target_label: "not sealed yet",
        metadata: { message: 'é\u2028"\\' },
        changes: [{ field: "__proto__", before: null, after: { "\u0001": 1 } }],
      } as never,
    ]);
    const whole = await records(ask("?view=full", { key }));
    for (const record of whole) expect(Object.keys(record)).toEqual(fullKeys);
    expect(whole[0]).toMatchObject({ id: unsealed?.id, sequence: null });
    const sealed = new Map(whole.filter((r) => r.sequence !== null).map((r) => [r.id, r]));
    expect(sealed.size).toBeGreaterThan(1_024);
    const paged: ApiRecord[] = [];
    for (let page = 1; paged.length < 300; page += 1)
      paged.push(...(await records(ask(`?view=full&page=${page}&perPage=100`, { key }))));
    for (const record of paged) {
      const same = whole.find((r) => r.id === record.id);
      if (same) expect({ ...record, sequence: same.sequence }).toEqual(same);
    }
    const followed = await records(ask("?view=full&after=&perPage=10000", { key }));
    expect(followed.length).toBeGreaterThanOrEqual(sealed.size);
    for (const record of followed) {
      const same = sealed.get(record.id);
      if (same) expect(record).toEqual(same);
    }
  });
});

describe("page and perPage", () => {
  it("walk through the whole log with an exact total and links that keep the other parameters", async () => {
    const query = "?model=User&outcome=success&perPage=37";
    const wanted = await records(ask("?model=User&outcome=success", { key }));
    const seen: string[] = [];
    let next: string | undefined = `${query}&page=1`;
    while (next) {
      const answer: Response = await ask(next, { key });
      expect(answer.headers.get("x-total-count")).toBe(String(wanted.length));
      const links = new Map(
        [...(answer.headers.get("link") ?? "").matchAll(/<([^>]+)>; rel="(\w+)"/g)].map((m) => [m[2], m[1]]),
      );
      for (const link of links.values()) {
        const params = new URL(link ?? "").searchParams;
        expect([params.get("model"), params.get("outcome"), params.get("perPage")]).toEqual([
          "User",
          "success",
          "37",
        ]);
      }
      seen.push(...ids(await records(answer)));
      const target = links.get("next");
      next = target ? new URL(target).search : undefined;
    }
    expect(seen).toEqual(ids(wanted));
    expect(seen.length).toBeGreaterThan(37);
  });

  it("default to 50, give no Link when there is one page, and nothing beyond the last", async () => {
    expect((await records(ask("?page=1", { key }))).length).toBe(50);
    const one = await ask("?page=1&perPage=100&q=not+sealed+yet", { key });
    expect([one.headers.get("link"), one.headers.get("x-total-count")]).toEqual([null, "1"]);
    expect(await records(ask("?page=900000000&perPage=100", { key }))).toEqual([]);
  });

  it("give the exact total whether the sealer's counts answer or not, sealed or not", async () => {
    const states = [
      async () => {},
      sealAll,
      async () => void (await insertEvents(product.admin, variedEvents(40))),
    ];
    for (const prepare of states) {
      await prepare();
      for (const query of [
        "",
        "&model=User",
        "&actionType=created",
        "&guru=none",
        "&actor=system",
        "&actor=anonymous",
        "&operation=ASK_GURU&actionType=deleted",
        "&model=User&outcome=failure",
        "&actor=00000000-0000-7000-8000-000000000020",
        "&actor=00000000-0000-7000-8000-000000000020&actor=anonymous",
      ]) {
        // The whole read records an event, so the total is asked first.
        const total = (await ask(`?page=1&perPage=1${query}`, { key })).headers.get("x-total-count");
        const list = await records(ask(`?${query.slice(1)}`, { key }));
        const own = list.filter((r) => r.action === "audit.fetch").length;
        const earlier = query === "" || query.startsWith("&guru") || query.startsWith("&actionType") ? 1 : 0;
        expect([query, Number(total)]).toEqual([query, list.length - (own > 0 ? earlier : 0)]);
      }
    }
  });
});

describe("X-Total-Count", () => {
  it("agrees with the Link header's last page", async () => {
    const answer = await ask("?page=2&perPage=10", { key });
    const total = Number(answer.headers.get("x-total-count"));
    const last = /<[^>]*[?&]page=(\d+)[^>]*>; rel="last"/.exec(answer.headers.get("link") ?? "")?.[1];
    expect(Number(last)).toBe(Math.ceil(total / 10));
    for (const rel of ["first", "prev", "next", "last"])
      expect(answer.headers.get("link")).toContain(`rel="${rel}"`);
  });
});
