import fc from "fast-check";
import type postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AuditFilter, emptyFilter } from "@/lib/audit/query/filter";
import { eventsPage } from "@/lib/audit/query/pages";
import { searchPage } from "@/lib/audit/query/search-pages";
import { SearchWalk } from "@/lib/audit/query/search-walk";
import { compileFilter } from "@/lib/audit/query/where";
import type { TestProduct } from "@/tests/support/product";
import { propertyRuns } from "@/tests/support/property-runs";
import { createTestProduct, index, indexesOf, record, type SearchedEvent, weekStart } from "./searched-log";

const labels = [
  "100% of A_B\\c",
  "O'Brien; drop table x;--",
  "Straße ß ẞ",
  "İstanbul Iğdır",
  "ΟΔΥΣΣΕΥΣ σας",
  "Марина Цветаева",
  "東京タワー 🦊",
  "K\u212aelvin",
  "line\nbreak\ttab",
  "a\u0001b",
  "Restore a Backup",
  "WEBSITE - https://docs.halden.example/page-1",
];
const emails = ["Mara.Solberg@Halden.example", "ıda@halden.example", null, "bob_%@halden.example"];
const gurus = [
  ["Billing Docs", "billing-docs"],
  [null, null],
  ["Ünï Müller", "uni-muller"],
] as const;
const targets = [
  "5d925843-5b53-83be-b006-5cd7ffde9516",
  "halden/billing@main:src/İndex.ts",
  "it's \\ a 'quoted' target",
  "t",
  "x".repeat(230),
];
const ips = ["10.17.1.4", "2001:db8::7", null, "203.0.113.9"];

function eventOf(n: number, at: number): SearchedEvent {
  const [guru_name, guru_slug] = gurus[n % gurus.length] ?? [null, null];
  return {
    at,
    actor_email: emails[n % 4] ?? null,
    target_label: labels[(n * 7) % labels.length] ?? "x",
    guru_name,
    guru_slug,
    operation: n % 5 === 0 ? "UPDATE_GURU" : "LOGIN_SUCCESS",
    target_id: targets[(n * 3) % targets.length] ?? "t",
    ip: ips[(n * 5) % 4] ?? null,
    action_type: n % 3 === 0 ? "deleted" : "updated",
  };
}

let product: TestProduct;
const now = Date.now();
/** Three closed weeks, one of which has no index, parts of the open week and what came after them. */
beforeAll(async () => {
  product = await createTestProduct();
  const events: SearchedEvent[] = [];
  for (const [w, weeks] of [4, 3, 2, 1].entries())
    for (let n = 0; n < 40; n += 1)
      events.push(eventOf(n + w, weekStart(weeks) + Math.floor(n / 3) * 11_000_000));
  await record(product, events);
  const open = weekStart(0);
  const span = now - open;
  await record(
    product,
    Array.from({ length: 30 }, (_, n) => eventOf(n, open + Math.floor((span * 0.3 * n) / 30))),
  );
  await index(product, { fewest: 10, settledMs: span * 0.6 });
  await product.admin.unsafe(`drop index ${(await indexesOf(product))[1]?.name}`);
  await record(
    product,
    Array.from({ length: 9 }, (_, n) => eventOf(n, open + Math.floor(span * (0.5 + 0.04 * n)))),
  );
  await index(product, { fewest: 3, settledMs: span * 0.25 });
  await product.admin.unsafe(`drop index ${(await indexesOf(product)).find((i) => i.is_whole)?.name}`);
}, 60_000);
afterAll(() => product.close());

async function compiled(filter: Partial<AuditFilter> & { q: string }) {
  const where = await compileFilter({ orgId: 1, guruScope: null, filter: { ...emptyFilter, ...filter } });
  if (!where.search) throw new Error("no text is searched for");
  return { ...where, search: where.search };
}

describe("a range of time", () => {
  it("is where the search begins: its matches are found by the very first look, at whichever end it starts", async () => {
    const [until, since] = [weekStart(3) - 1, weekStart(2)].map((at) => new Date(at).toISOString());
    for (const [direction, range] of [
      ["older", { until }],
      ["newer", { since }],
    ] as const) {
      const where = await compiled({ q: "halden", ...range });
      const walk = new SearchWalk(
        { where, limit: 5, cursor: null, direction, deadlineMs: 0, alongFilters: async () => ({ rows: [] }) },
        { segments: [] },
      );
      await product.admin.begin((tx) => walk.go(tx));
      expect(walk.found).toHaveLength(6);
      const bound = BigInt(Date.parse(Object.values(range)[0] ?? "")) * 1_000n;
      for (const { micros } of walk.found)
        expect(direction === "older" ? micros < bound + 1_000n : micros >= bound).toBe(true);
    }
  });
});

/** What the search means, in plain SQL over the columns. */
async function plainly(q: string, deletedOnly: boolean): Promise<string[]> {
  const rows = await product.admin<{ id: string }[]>`
    with q as (select lower(${q}) as q)
    select e.id from audit_event e, q
    where e.org_id = 1 and e.occurred_at >= audit_cutoff() and (not ${deletedOnly} or e.action_type = 'deleted') and (
      exists (select from unnest(array[e.actor_email, e.target_label, e.guru_name, e.guru_slug, e.operation]) f
        where position(q.q in lower(f)) > 0)
      or starts_with(lower(e.target_id), q.q) or starts_with(host(e.ip), q.q))
    order by e.occurred_at desc, e.id desc`;
  return rows.map((row) => row.id);
}

/** All of it page by page; a page that was cut goes on where it stopped. */
async function paged(
  where: Awaited<ReturnType<typeof compiled>>,
  options: {
    limit: number;
    direction: "older" | "newer";
    deadlineMs?: number;
    between?: () => Promise<void>;
  },
): Promise<{ ids: string[]; cuts: number }> {
  const ids: string[] = [];
  let cuts = 0;
  let cursor: { micros: string; id: string } | null =
    options.direction === "older"
      ? null
      : { micros: String((weekStart(4) - 1) * 1_000), id: "00000000-0000-0000-0000-000000000000" };
  for (;;) {
    const alongFilters = (db: postgres.TransactionSql, from: typeof cursor, limit: number) =>
      eventsPage({ where, limit, cursor: from, direction: options.direction, db });
    const page = await searchPage({ where, cursor, alongFilters, ...options });
    const rows = options.direction === "older" ? page.rows : page.rows.toReversed();
    ids.push(...rows.map((row) => row.id));
    expect(rows.length).toBeLessThanOrEqual(options.limit);
    if (page.searchedTo) cuts += 1;
    const last = rows.at(-1);
    cursor = page.searchedTo ?? (page.more && last ? { micros: last.micros, id: last.id } : null);
    if (!cursor) return { ids, cuts };
    await options.between?.();
  }
}

const fields = [
  ...labels,
  ...emails,
  ...gurus.flat(),
  ...targets,
  ...ips,
  "UPDATE_GURU",
  "LOGIN_SUCCESS",
].filter((f) => f !== null);
const piece = fc
  .tuple(
    fc.constantFrom(...fields),
    fc.nat(),
    fc.integer({ min: 1, max: 12 }),
    fc.constantFrom("as it is", "upper", "lower"),
  )
  .map(([field, from, length, how]) => {
    const letters = [...field];
    const text = letters.slice(from % letters.length, (from % letters.length) + length).join("");
    return how === "upper" ? text.toUpperCase() : how === "lower" ? text.toLowerCase() : text;
  });
const texts = fc
  .oneof(
    { weight: 6, arbitrary: piece },
    { weight: 1, arbitrary: fc.constantFrom(...targets, ...ips.filter((ip) => ip !== null)) },
    // Across the border of two fields, and texts that nothing holds.
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        "example\u0001WEB",
        "docs\u0001billing",
        "zzqy",
        "%%",
        "\\",
        "'",
        "20",
        "c39f",
        "5b53-83",
      ),
    },
  )
  .map((text) => text.trim())
  .filter((text) => text !== "");

describe("a search page by page", () => {
  it("finds what reading everything finds, whatever of the log is indexed", async () => {
    const kinds = (await indexesOf(product)).map((i) => i.is_whole);
    expect(kinds.filter((whole) => whole).length).toBeGreaterThanOrEqual(2);
    expect(kinds.filter((whole) => !whole).length).toBeGreaterThanOrEqual(1);
    let found = 0;
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.boolean(),
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom("older" as const, "newer" as const),
        async (q, deletedOnly, limit, direction) => {
          const where = await compiled({ q, ...(deletedOnly ? { actionType: ["deleted"] } : {}) });
          const wanted = await plainly(q, deletedOnly);
          const { ids } = await paged(where, { limit, direction, deadlineMs: 10_000 });
          expect([q, direction === "older" ? ids : ids.toReversed()]).toEqual([q, wanted]);
          if (wanted.length > 0) found += 1;
        },
      ),
      { numRuns: propertyRuns(60) },
    );
    expect(found).toBeGreaterThan(propertyRuns(60) / 3);
  }, 120_000);

  it("neither skips nor doubles an event while others are recorded", async () => {
    const where = await compiled({ q: "restore a backup" });
    const before = await plainly("restore a backup", false);
    let n = 0;
    const between = async () => {
      n += 1;
      await record(product, [{ ...eventOf(n, Date.now()), target_label: "Restore a backup" }]);
    };
    const { ids } = await paged(where, { limit: 4, direction: "older", deadlineMs: 10_000, between });
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(before);
    expect(n).toBeGreaterThan(2);
    expect((await plainly("restore a backup", false)).length).toBe(before.length + n);
  }, 60_000);

  it("says where its deadline cut it, and going on there finds the rest", async () => {
    for (const direction of ["older", "newer"] as const) {
      const wanted = await plainly("solberg", false);
      const { ids, cuts } = await paged(await compiled({ q: "solberg" }), {
        limit: 50,
        direction,
        deadlineMs: 1,
      });
      expect(direction === "older" ? ids : ids.toReversed()).toEqual(wanted);
      expect(cuts).toBeGreaterThan(0);
    }
  }, 60_000);
});
