import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countPage, exactCount } from "@/lib/audit/query/counts";
import { type AuditFilter, emptyFilter } from "@/lib/audit/query/filter";
import { mostBars } from "@/lib/audit/query/histogram";
import { type Compiled, compileFilter } from "@/lib/audit/query/where";
import { sql } from "@/lib/db/client";
import { propertyRuns } from "@/tests/support/property-runs";
import { type CountedLog, countedLog, gurus, oldestDays, people } from "./counted-log";

const dayMs = 86_400_000;
const inTime = 60_000;
let log: CountedLog;
beforeAll(async () => {
  log = await countedLog();
  await log.record(900, oldestDays, 0);
  await log.sealAll();
  await log.record(60, oldestDays, 0);
});
afterAll(() => log.close());

/** The numbers by reading every event once. */
async function plainly(where: Compiled) {
  const { admin } = log.product;
  const days = await admin.unsafe<{ day: string; type: string; count: string }[]>(
    `select (e.occurred_at at time zone 'UTC')::date::text as day, e.action_type as type, count(*) as count
     from audit_event e where ${where.anyTime.text} group by 1, 2`,
    where.anyTime.params,
  );
  const inRange = await admin.unsafe<{ type: string; micros: string; id: string }[]>(
    `select e.action_type as type, (extract(epoch from e.occurred_at) * 1000000)::bigint::text as micros, e.id::text
     from audit_event e where ${where.text} order by e.occurred_at desc, e.id desc`,
    where.params,
  );
  return { days, inRange };
}

async function assertExact(
  scope: { orgId: number; guruScope: string | null },
  filter: AuditFilter,
  pick: number,
) {
  const where = await compileFilter({ ...scope, filter });
  const wanted = await plainly(where);
  const at = Math.floor(pick * wanted.inRange.length);
  const place = wanted.inRange[at] ?? null;
  const shown = await countPage(scope, where, { newerThan: place, withinMs: inTime });
  const count = (type: string) => wanted.inRange.filter((e) => e.type === type).length;
  expect(shown.total).toEqual({ count: wanted.inRange.length, exact: true });
  expect(shown.histogram.inRange).toEqual({
    access: count("access"),
    created: count("created"),
    updated: count("updated"),
    deleted: count("deleted"),
  });
  expect(shown.newer).toBe(place ? at : null);
  const bars = shown.histogram.days.flatMap(({ day, counts }) =>
    Object.entries(counts).map(([type, n]) => `${day} ${type} ${n}`),
  );
  expect(bars.filter((bar) => !bar.endsWith(" 0")).sort()).toEqual(
    wanted.days.map(({ day, type, count: n }) => `${day} ${type} ${n}`).sort(),
  );
  expect([shown.histogram.exact, shown.histogram.earlier]).toEqual([true, 0]);
  const everything = await plainly(await compileFilter({ ...scope, filter: emptyFilter }));
  expect(shown.kept).toEqual({ count: everything.inRange.length, exact: true });
  const first = Date.parse(shown.histogram.days[0]?.day ?? "");
  expect(shown.histogram.days.map(({ day }) => Date.parse(day))).toEqual(
    shown.histogram.days.map((_, i) => first + i * dayMs),
  );
  const exactly = await sql().begin("isolation level repeatable read read only", (tx) =>
    exactCount(tx, scope, where),
  );
  expect(exactly).toBe(wanted.inRange.length);
  return { isTallied: where.tally !== null, count: wanted.inRange.length };
}

const some = (...values: string[]) =>
  fc.oneof(
    { weight: 7, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }) },
  );
/** Any moment, or the beginning or end of a day. */
const moments = fc.option(
  fc
    .tuple(fc.integer({ min: -oldestDays - 1, max: 1 }), fc.constantFrom(0, -1, 1, dayMs / 3, dayMs / 2))
    .map(([day, ms]) => new Date((Math.floor(Date.now() / dayMs) + day) * dayMs + ms).toISOString()),
  { nil: undefined, freq: 2 },
);
const filters = fc
  .record({
    guru: some(...gurus.map((g) => g.slug), "none", "former"),
    model: some("User", "GuruType", "Nothing"),
    actor: some(...people, "system", "anonymous", "person1@halden.example"),
    actionType: some("access", "created"),
    operation: some("LOGIN_SUCCESS", "ASK_GURU"),
    outcome: some("failure", "success"),
    q: fc.constantFrom(undefined, undefined, undefined, undefined, "object 1"),
    since: moments,
    until: moments,
  })
  .filter(({ since, until }) => !since || !until || since < until)
  .map(
    ({ since, until, q, ...lists }): AuditFilter => ({
      ...emptyFilter,
      ...(lists as Partial<AuditFilter>),
      ...(since ? { since } : {}),
      ...(until ? { until } : {}),
      ...(q ? { q } : {}),
    }),
  );
/** What happens to the log before it is asked. */
const steps = fc.oneof(
  fc.constant({ kind: "nothing" as const }),
  fc.constant({ kind: "seal" as const }),
  fc.constant({ kind: "clean" as const }),
  fc.constant({ kind: "cleanCounts" as const }),
  fc.constantFrom(30, 60, 90, 95, 0, null).map((days) => ({ kind: "keep" as const, days })),
  fc.integer({ min: 0, max: oldestDays }).map((from) => ({ kind: "record" as const, from })),
);

async function take(step: typeof steps extends fc.Arbitrary<infer S> ? S : never): Promise<void> {
  const { admin } = log.product;
  switch (step.kind) {
    case "seal":
      await log.sealer.sealOnce();
      break;
    case "clean":
      await admin`select audit_prune_edge()`;
      break;
    case "cleanCounts":
      // As with days that wait for their archive: the counts go, the events stay.
      await admin`select audit_prune_rollups()`;
      break;
    case "keep":
      await log.keepFor(step.days);
      break;
    case "record":
      await log.record(12, step.from, Math.max(0, step.from - 3));
      break;
    case "nothing":
      break;
  }
}

describe("total, bars, ordinals and the API's total", () => {
  it("equal a plain count of the events at every instant, whatever the filter and the scope", async () => {
    const seen = { tallied: 0, counted: 0, some: 0 };
    await fc.assert(
      fc.asyncProperty(
        steps,
        filters,
        fc.constantFrom(null, ...gurus.map((g) => g.id)),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        async (step, filter, guruScope, pick) => {
          await take(step);
          const found = await assertExact({ orgId: 1, guruScope }, filter, pick);
          seen[found.isTallied ? "tallied" : "counted"] += 1;
          if (found.count > 0) seen.some += 1;
        },
      ),
      { numRuns: propertyRuns(60), endOnFailure: true },
    );
    expect(seen.tallied).toBeGreaterThan(8);
    expect(seen.counted).toBeGreaterThan(8);
    expect(seen.some).toBeGreaterThan(15);
  }, 120_000);

  it("answer a guru beside another dimension, no guru too, from the sealer's counts", async () => {
    const scope = { orgId: 1, guruScope: null };
    for (const guru of [["billing"], ["billing", "gone"], ["none"], ["none", "ops"]])
      for (const other of [
        { model: ["User"] },
        { actor: people.slice(0, 2) },
        { outcome: ["failure"] },
        {},
      ]) {
        const filter = { ...emptyFilter, guru, ...other, actionType: ["access", "deleted"] };
        expect(await assertExact(scope, filter, 0.5)).toMatchObject({ isTallied: true });
      }
  });

  it("do not count a failed sign-in twice that a person and Anonymous share", async () => {
    const filter = { ...emptyFilter, actor: [people[1] ?? "", "anonymous"] };
    expect(await assertExact({ orgId: 1, guruScope: null }, filter, 0.5)).toMatchObject({ isTallied: false });
  });

  it("hold when a longer retention shows events again whose counts are gone", async () => {
    await log.keepFor(30);
    await log.record(40, 70, 40);
    await log.sealAll();
    await log.product.admin`select audit_prune_rollups()`;
    await log.keepFor(90);
    const { count } = await assertExact({ orgId: 1, guruScope: null }, emptyFilter, 0.9);
    expect(count).toBeGreaterThan(40);
    const since = new Date(Date.now() - 55.5 * dayMs).toISOString();
    await assertExact({ orgId: 1, guruScope: null }, { ...emptyFilter, since }, 0.9);
  });
});

describe("a deadline that comes first", () => {
  const scope = { orgId: 1, guruScope: null };
  const counted = (filter: AuditFilter, withinMs: number) =>
    compileFilter({ ...scope, filter }).then((where) =>
      countPage(scope, where, { newerThan: null, withinMs }),
    );
  const slow = { ...emptyFilter, operation: ["ASK_GURU"], outcome: ["success"] };

  it("leaves what was counted until then, newest first, never more than the log has", async () => {
    await log.keepFor(90);
    const { admin } = log.product;
    const [week] = await admin<{ name: string }[]>`
      select name from audit_partitions() where starts <= now() - interval '40 days' order by starts desc limit 1`;
    const all = await counted(slow, inTime);
    // Whoever wants to read the week waits.
    const part = await admin.begin(async (tx) => {
      await tx.unsafe(`lock table ${week?.name} in access exclusive mode`);
      return counted(slow, 4_000);
    });
    expect([part.total.exact, part.histogram.exact]).toEqual([false, false]);
    expect(part.total.count).toBeGreaterThan(0);
    expect(part.total.count).toBeLessThan(all.total.count);
    for (const [i, { day, counts }] of part.histogram.days.entries()) {
      const most = all.histogram.days[i];
      expect(day).toBe(most?.day);
      for (const type of ["access", "created", "updated", "deleted"] as const)
        expect(counts[type]).toBeLessThanOrEqual(most?.counts[type] ?? -1);
    }
    expect(part.histogram.days.at(-1)).toEqual(all.histogram.days.at(-1));
  });

  it("counts the range first: its total is exact before the bars are", async () => {
    const { admin } = log.product;
    const [week] = await admin<{ name: string }[]>`
      select name from audit_partitions() where starts <= now() - interval '70 days' order by starts desc limit 1`;
    const range = {
      since: new Date(Date.now() - 50 * dayMs).toISOString(),
      until: new Date(Date.now() - 45 * dayMs).toISOString(),
    };
    const all = await counted({ ...slow, ...range }, inTime);
    const part = await admin.begin(async (tx) => {
      await tx.unsafe(`lock table ${week?.name} in access exclusive mode`);
      return counted({ ...slow, ...range }, 4_000);
    });
    expect(part.total).toEqual(all.total);
    expect(part.total.exact).toBe(true);
    expect([part.histogram.exact, part.histogram.inRange]).toEqual([false, all.histogram.inRange]);
  });

  it("leaves the connection to others", async () => {
    const part = await counted(slow, 0);
    expect(part.total).toEqual({ count: 0, exact: false });
    expect(part.histogram.days).toHaveLength(91);
    const [held] = await log.product.admin`
      select count(*)::int as n from pg_stat_activity
      where datname = current_database() and application_name = 'gurulog web' and state <> 'idle'`;
    expect(held?.n).toBe(0);
  });
});

describe("the bars", () => {
  const span = async () => {
    const scope = { orgId: 1, guruScope: null };
    const where = await compileFilter({ ...scope, filter: { ...emptyFilter, operation: ["ASK_GURU"] } });
    return (await countPage(scope, where, { newerThan: null, withinMs: inTime })).histogram;
  };
  const today = () => new Date().toISOString().slice(0, 10);

  it("are one for each day kept, today included, those without events too", async () => {
    await log.keepFor(30);
    const { days } = await span();
    expect([days.length, days.at(-1)?.day]).toEqual([31, today()]);
  });

  it("begin with the oldest event where all is kept for ever, and are at most so many, with what they leave out", async () => {
    await log.keepFor(0);
    const before = await span();
    expect(before.days.length).toBeLessThanOrEqual(oldestDays + 2);
    const { admin } = log.product;
    await admin`select audit_make_partition(now() - make_interval(days => d)) from generate_series(499, 500) d`;
    // Of eight in a row one or two are looked for: which, depends on how many were made before.
    await log.record(8, 500, 499);
    const [old] = await admin`
      select count(*)::int as n from audit_event
      where org_id = 1 and operation = 'ASK_GURU' and occurred_at < now() - interval '498 days'`;
    expect(old?.n).toBeGreaterThan(0);
    const after = await span();
    expect([after.days.length, after.days.at(-1)?.day]).toEqual([mostBars, today()]);
    expect(after.earlier).toBe(old?.n);
    const sum = after.days.flatMap(({ counts }) => Object.values(counts)).reduce((a, b) => a + b, 0);
    expect(Object.values(after.inRange).reduce((a, b) => a + b, 0)).toBe(sum + old?.n);
  });
});
