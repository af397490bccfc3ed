import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventsFrom, indexOfEvents } from "@/lib/audit/seal/lookup";
import { createTestDatabase, type TestDatabase } from "../../support/postgres-for-tests";
import { insertEvents, variedEvents } from "./events-for-tests";

interface Plan {
  "Node Type": string;
  "Relation Name"?: string;
  "Index Name"?: string;
  Plans?: Plan[];
}

describe("index ↔ event in a log of 30 million events", () => {
  let database: TestDatabase;
  let admin: postgres.Sql;
  let event: { id: string; occurredAtMicros: string };

  beforeAll(async () => {
    database = await createTestDatabase();
    admin = postgres(database.urls.admin, { max: 1, onnotice: () => {} });
    // The planner goes by the number of rows and their spans; the content of the tiles is left out.
    await admin`alter table audit_tile drop constraint audit_tile_whole`;
    await admin`
      insert into audit_tile (org_id, tile, events, span)
      select 1, n, '', tstzrange(t, t + interval '4 minutes', '[]')
      from generate_series(0, 29999) n, lateral (select now() - interval '90 days' + n * interval '4 minutes' as t) s`;
    const recorded = await insertEvents(admin, variedEvents(900));
    await admin`
      insert into audit_seal_tail (org_id, index, event_id, occurred_at)
      select 1, 30000 * 1024 + row_number() over (order by position) - 1, event_id, occurred_at from audit_outbox`;
    event = { id: recorded[5]?.id ?? "", occurredAtMicros: recorded[5]?.micros ?? "" };
    await admin`analyze`;
  }, 120_000);

  afterAll(async () => {
    await admin.end({ timeout: 5 });
    await database.drop();
  });

  /** The plans of every query that the work sends. */
  async function plansOf(work: (sql: postgres.Sql) => Promise<unknown>): Promise<Plan[]> {
    const seen: { strings: TemplateStringsArray; args: never[] }[] = [];
    const watched = new Proxy(admin, {
      apply: (target, self, [strings, ...args]: [TemplateStringsArray, ...never[]]) => {
        seen.push({ strings, args });
        return Reflect.apply(target as unknown as (...a: unknown[]) => unknown, self, [strings, ...args]);
      },
    });
    await work(watched);
    const explained = seen.map(async ({ strings, args }) => {
      const prefixed = Object.assign([`explain (format json) ${strings[0]}`, ...strings.slice(1)], {
        raw: [...strings.raw],
      });
      const [row] = await admin<{ "QUERY PLAN": [{ Plan: Plan }] }[]>(prefixed, ...args);
      if (!row) throw new Error("no plan");
      return row["QUERY PLAN"][0].Plan;
    });
    return Promise.all(explained);
  }

  const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

  it.each([
    [
      "index of an event",
      (sql: postgres.Sql) => indexOfEvents(sql, 1, [event]),
      ["audit_seal_tail_event", "audit_tile_span"],
    ],
    [
      "events from an index",
      (sql: postgres.Sql) => eventsFrom(sql, 1, 30_000n * 1024n + 3n, 50),
      ["audit_seal_tail_pkey", "audit_tile_pkey"],
    ],
  ])("%s is found by indexes, never by a scan", async (_, work, indexes) => {
    expect(await work(admin)).not.toEqual([]);
    const plans = (await plansOf(work)).flatMap(nodes);
    expect(plans.filter((node) => node["Node Type"] === "Seq Scan")).toEqual([]);
    expect(plans.map((node) => node["Index Name"])).toEqual(expect.arrayContaining(indexes));
  });
});
