import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FacetDimension, facetValues } from "@/lib/audit/query/facet-values";
import { sql } from "@/lib/db/client";
import { propertyRuns } from "@/tests/support/property-runs";
import { insertEvents, setClock } from "../sealer/events-for-tests";
import { type CountedLog, countedLog, gurus, oldestDays } from "./counted-log";

const dayMs = 86_400_000;
const dimensions = ["guru", "model", "user", "operation", "outcome", "actionType"] as const;
const person = (n: number) => `00000000-0000-7000-8000-${String(700 + n).padStart(12, "0")}`;
const email = (n: number) => `crowd-${n}@halden.example`;
const crowd = 25;

let log: CountedLog;
beforeAll(async () => {
  log = await countedLog();
  await log.record(500, oldestDays, 0);
  await recordCrowd(150, 80, 3);
  await log.sealAll();
});
afterAll(() => log.close());

let made = 0;
/** Acts of some of many people, few of each, so that ranks change and people come and go. */
async function recordCrowd(count: number, daysAgo: number, stride: number): Promise<void> {
  await log.product.admin.begin(async (tx) => {
    await setClock(tx, new Date(Date.now() - daysAgo * dayMs).toISOString());
    const events = Array.from({ length: count }, (_, i) => {
      made += stride;
      const n = made % (1 + (i % crowd));
      return {
        actor_type: "user" as const,
        actor_id: person(n),
        account_id: person(n),
        actor_email: email(n),
        operation: `OP_${made % 9}`,
        ...(n % 2 === 0 ? { guru_id: gurus[0]?.id ?? null, guru_name: "Guru billing" } : {}),
      };
    });
    await insertEvents(tx, events);
  });
}

interface Plain {
  guru_id: string | null;
  account_id: string | null;
  actor_type: string;
  actor_email: string | null;
  model: string;
  operation: string;
  outcome: string;
  action_type: string;
}

/** Every value by reading every event once, the most frequent first. */
async function plainly(guruScope: string | null) {
  const events = await log.product.admin<Plain[]>`
    select guru_id, account_id, actor_type, actor_email, model, operation, outcome, action_type from audit_event
    where org_id = 1 and occurred_at >= audit_cutoff() and (${guruScope}::uuid is null or guru_id = ${guruScope})`;
  const counts = new Map<FacetDimension, Map<string, number>>(dimensions.map((d) => [d, new Map()]));
  const names = new Map<string, string>();
  for (const event of events) {
    const isOwn = event.actor_type === "user" || event.actor_type === "api_key";
    const values: [FacetDimension, string | null][] = [
      ["guru", guruScope ? null : (event.guru_id ?? "none")],
      ["model", event.model],
      ["user", event.account_id],
      ["user", isOwn ? null : event.actor_type],
      ["operation", event.operation],
      ["outcome", event.outcome],
      ["actionType", event.action_type],
    ];
    for (const [dimension, value] of values) {
      const of = counts.get(dimension);
      if (of && value !== null) of.set(value, (of.get(value) ?? 0) + 1);
    }
    if (isOwn && event.account_id && event.actor_email) names.set(event.account_id, event.actor_email);
  }
  const ranked = (dimension: FacetDimension) =>
    [...(counts.get(dimension) ?? [])]
      .map(([value, count]) => ({ value, count }))
      .sort((a, b) => b.count - a.count || Buffer.compare(Buffer.from(a.value), Buffer.from(b.value)));
  return { ranked, names };
}

const shownAs = (dimension: FacetDimension, value: string) =>
  (dimension === "guru" && gurus.find((guru) => guru.id === value)?.slug) || value;

async function assertExact(guruScope: string | null, limit: number, also: string[]): Promise<boolean> {
  const scope = { orgId: 1, guruScope };
  const wanted = also.map((value) => ({ dimension: "user" as const, value }));
  const [unsealed] = await log.product.admin<
    { some: boolean }[]
  >`select exists (select from audit_outbox) as some`;
  const { values, left } = await sql().begin("isolation level repeatable read read only", (tx) =>
    facetValues(tx, scope, { limit, dimensions, also: wanted }),
  );
  const { ranked, names } = await plainly(guruScope);
  for (const dimension of dimensions) {
    const all = ranked(dimension);
    const expected = all.filter(
      ({ value }, i) => i < limit || (dimension === "user" && also.includes(value)),
    );
    const found = values.filter((v) => v.dimension === dimension);
    expect([dimension, found.map(({ value, count }) => ({ value, count }))]).toEqual([
      dimension,
      expected.map(({ value, count }) => ({ value: shownAs(dimension, value), count })),
    ]);
    expect([dimension, left.get(dimension) ?? 0]).toEqual([dimension, all.length - expected.length]);
    for (const { value, label } of found)
      if (dimension === "user" && names.has(value)) expect(label).toBe(names.get(value));
  }
  // All values by their labels take the other way, and are the same.
  for (const dimension of ["user", "operation"] as const) {
    const searched = await sql().begin("isolation level repeatable read read only", (tx) =>
      facetValues(tx, scope, { limit, dimensions: [dimension], label: "" }),
    );
    expect(searched.values.map(({ value, count }) => ({ value, count }))).toEqual(
      ranked(dimension).slice(0, limit),
    );
  }
  return unsealed?.some ?? false;
}

const steps = fc.oneof(
  fc.constant({ kind: "nothing" as const }),
  fc.constant({ kind: "seal" as const }),
  fc.constant({ kind: "clean" as const }),
  fc.constant({ kind: "cleanCounts" as const }),
  fc.constantFrom(20, 30, 60, 90, 95, 0, null).map((days) => ({ kind: "keep" as const, days })),
  fc.integer({ min: 0, max: oldestDays }).map((from) => ({ kind: "record" as const, from })),
  fc
    .record({
      daysAgo: fc.integer({ min: 0, max: oldestDays }),
      stride: fc.constantFrom(1, 2, 5, 7, 11),
      count: fc.integer({ min: 1, max: 60 }),
    })
    .map((of) => ({ kind: "crowd" as const, ...of })),
);

async function take(step: typeof steps extends fc.Arbitrary<infer S> ? S : never): Promise<void> {
  const { admin } = log.product;
  if (step.kind === "seal") await log.sealAll();
  if (step.kind === "clean") await admin`select audit_prune_edge()`;
  // As with days that wait for their archive: the counts go, the events stay.
  if (step.kind === "cleanCounts") await admin`select audit_prune_rollups()`;
  if (step.kind === "keep") await log.keepFor(step.days);
  if (step.kind === "record") await log.record(12, step.from, Math.max(0, step.from - 3));
  if (step.kind === "crowd") await recordCrowd(step.count, step.daysAgo, step.stride);
}

describe("values of the dropdowns", () => {
  it("equal a plain count of the events at every instant: values, counts, order and how many are left out", async () => {
    const seen = { fresh: 0, sealed: 0 };
    // The log is sealed as it is made, and a run may leave it fresh from then on.
    const onSealed = Array.from({ length: 6 }, (): [{ kind: "nothing" }, null, number, string[]] => [
      { kind: "nothing" },
      null,
      3,
      [],
    ]);
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.constantFrom(null, null, gurus[0]?.id ?? null, gurus[2]?.id ?? null),
        fc.integer({ min: 1, max: 8 }),
        fc.subarray([person(1), person(7), person(20), "system", "anonymous", "nobody"]),
        async (step, guruScope, limit, also) => {
          await take(step);
          seen[(await assertExact(guruScope, limit, also)) ? "fresh" : "sealed"] += 1;
        },
      ),
      { numRuns: propertyRuns(60), endOnFailure: true, examples: onSealed },
    );
    expect(seen.fresh).toBeGreaterThan(5);
    expect(seen.sealed).toBeGreaterThan(5);
  }, 120_000);

  it("hold while counts behind the cut-off wait for the cleanup, with fresh events or none", async () => {
    await log.keepFor(90);
    await recordCrowd(60, 70, 3);
    await log.sealAll();
    await log.keepFor(30);
    for (const limit of [1, 3, 6, 40]) await assertExact(null, limit, [person(3)]);
    await recordCrowd(9, 1, 5);
    for (const limit of [1, 3, 6, 40]) await assertExact(null, limit, [person(3)]);
    await assertExact(gurus[0]?.id ?? null, 2, []);
  });
});
