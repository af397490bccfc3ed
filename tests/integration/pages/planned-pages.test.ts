import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiPage } from "@/lib/audit/query/api-page";
import { type AuditFilter, emptyFilter, filterParams, parseFilter } from "@/lib/audit/query/filter";
import { eventsPage } from "@/lib/audit/query/pages";
import { sealedPage } from "@/lib/audit/query/sealed-order";
import { type Compiled, compileFilter } from "@/lib/audit/query/where";
import { propertyRuns } from "@/tests/support/property-runs";
import { guru, values, type WideLog, wideLog } from "./wide-log";

interface Key {
  id: string;
  micros: string;
}

let log: WideLog;
beforeAll(async () => {
  log = await wideLog(12_000);
}, 120_000);
afterAll(() => log.close());

/** What the log has, read from one end to the other without any index, newest first. */
async function plainly(where: Compiled): Promise<Key[]> {
  return log.product.admin.begin(async (tx) => {
    await tx`select set_config('enable_indexscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
      set_config('enable_indexonlyscan', 'off', true)`;
    return tx.unsafe<Key[]>(
      `select e.id, (extract(epoch from e.occurred_at) * 1000000)::bigint::text as micros from audit_event e
       where ${where.text} order by e.occurred_at desc, e.id desc`,
      where.params,
    );
  });
}

const someOf = (list: readonly string[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant<string[]>([]) },
    { weight: 1, arbitrary: fc.constantFrom(...list).map((value) => [value]) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...list), { minLength: 2, maxLength: 3 }) },
  );
/** Thousandths of a day ago. */
const day = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 61_000 }) },
);
const filters = fc
  .record({
    ...(Object.fromEntries(Object.entries(values).map(([name, list]) => [name, someOf(list)])) as {
      [K in keyof typeof values]: fc.Arbitrary<string[]>;
    }),
    since: day,
    until: day,
  })
  .map(({ since, until, ...rest }) => {
    const at = (thousandths: number) => new Date(Date.now() - thousandths * 86_400).toISOString();
    const [first, last] = [since, until].filter((d) => d !== undefined).sort((a, b) => b - a);
    const range =
      first === undefined
        ? {}
        : last === undefined || last === first
          ? { since: at(first) }
          : { since: at(first), until: at(last) };
    const parsed = parseFilter(
      new URLSearchParams(filterParams({ ...emptyFilter, ...rest, ...range } as AuditFilter)),
    );
    if (!parsed.ok) throw new Error(parsed.message);
    return parsed.filter;
  });
const scopes = fc.constantFrom(null, null, null, guru(0), guru(7));

describe("a planned read is the plain one", () => {
  it("page by page, older and newer, from any place", async () => {
    let full = 0;
    await fc.assert(
      fc.asyncProperty(
        filters,
        scopes,
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.boolean(),
        async (filter, guruScope, limit, depth, isOlder) => {
          const where = await compileFilter({ orgId: 1, guruScope, filter });
          const all = await plainly(where);
          // A depth of 1 would lie behind the last row.
          const at = Math.min(Math.floor(depth * (all.length + 1)), all.length) - 1;
          const cursor = all[at] ?? null;
          const wanted = isOlder
            ? all.slice(at + 1, at + 1 + limit)
            : cursor
              ? all.slice(Math.max(0, at - limit), at)
              : all.slice(-limit);
          if (!isOlder && !cursor) return;
          const page = await eventsPage({ where, limit, cursor, direction: isOlder ? "older" : "newer" });
          expect(page.rows.map((row) => row.id)).toEqual(wanted.map((key) => key.id));
          expect(page.more).toBe(isOlder ? at + 1 + limit < all.length : at > limit);
          if (wanted.length === limit) full += 1;
        },
      ),
      { numRuns: propertyRuns(60) },
    );
    expect(full).toBeGreaterThan(5);
  });

  it("by page number, with its total", async () => {
    let deep = 0;
    await fc.assert(
      fc.asyncProperty(
        filters,
        fc.integer({ min: 1, max: 100 }),
        fc.double({ min: 0, max: 1.1, noNaN: true }),
        async (filter, limit, depth) => {
          const scope = { orgId: 1, guruScope: null };
          const where = await compileFilter({ ...scope, filter });
          const all = await plainly(where);
          const offset = Math.floor(depth * all.length);
          const page = await apiPage({ ...scope, where, offset, limit });
          expect(page.total).toBe(all.length);
          expect(page.rows.map((row) => row.id)).toEqual(
            all.slice(offset, offset + limit).map((key) => key.id),
          );
          if (where.tally && offset > 100) deep += 1;
        },
      ),
      { numRuns: propertyRuns(40) },
    );
    for (const filter of [emptyFilter, { ...emptyFilter, model: ["GuruType"], guru: ["guru-0"] }]) {
      const scope = { orgId: 1, guruScope: null };
      const where = await compileFilter({ ...scope, filter });
      const all = await plainly(where);
      for (const part of [0, 0.13, 0.5, 0.87, 0.999]) {
        const offset = Math.floor(part * all.length);
        const { rows } = await apiPage({ ...scope, where, offset, limit: 20 });
        expect(rows.map((row) => row.id)).toEqual(all.slice(offset, offset + 20).map((key) => key.id));
        if (where.tally && offset > 100) deep += 1;
      }
    }
    expect(deep).toBeGreaterThan(5);
  });

  it("in the sealed order, with few matches as with many", async () => {
    let leapt = 0;
    for (const filter of [
      { ...emptyFilter, operation: ["GRANT_AUDITOR"] },
      { ...emptyFilter, operation: ["DELETE_GURU"], guru: ["guru-7"] },
      { ...emptyFilter, target: ["target-2990"] },
      { ...emptyFilter, model: ["GuruType"] },
      { ...emptyFilter, actor: ["system"], outcome: ["success"], model: ["User"] },
    ]) {
      const scope = { orgId: 1, guruScope: null };
      const where = await compileFilter({ ...scope, filter });
      const order: { id: string }[] = await log.product.admin.unsafe(
        `select e.id from (
           select tile * 1024 + n as index, encode(substring(events from n::int * 24 + 1 for 16), 'hex')::uuid as id
           from audit_tile cross join generate_series(0, 1023) n where org_id = 1
           union all select index, event_id from audit_seal_tail where org_id = 1
         ) s join audit_event e on e.id = s.id where ${where.text} order by s.index`,
        where.params,
      );
      const read: string[] = [];
      let from = 0n;
      for (let pages = 0; pages < 400; pages += 1) {
        const page = await sealedPage({ ...scope, where, from, limit: 7 });
        if (page.state !== "page") throw new Error(page.state);
        expect(page.next).toBeGreaterThanOrEqual(from);
        read.push(...page.rows.map(({ row }) => row.id));
        if (page.next - from > 2_048n) leapt += 1;
        if (page.rows.length === 0 && page.next === from) break;
        from = page.next;
        if (filter.model.includes("GuruType") && read.length > 200) break;
      }
      const wanted = order.map((key) => key.id);
      expect(read).toEqual(filter.model.includes("GuruType") ? wanted.slice(0, read.length) : wanted);
    }
    expect(leapt).toBeGreaterThan(0);
  }, 120_000);
});
