import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copyRows, openCopy } from "@/lib/audit/query/copy-stream";
import type { Total } from "@/lib/audit/query/counts";
import {
  type AuditFilter,
  emptyFilter,
  filterParams,
  parseFilter,
  repeatableParams,
} from "@/lib/audit/query/filter";
import { compileFilter, literalSql } from "@/lib/audit/query/where";
import { defaultRecordsSelect } from "@/lib/audit/query/whole-log";
import { sql } from "@/lib/db/client";
import { globalAuditPage, guruAuditPage } from "@/lib/features/audit-log/queries";
import { testRequest } from "@/tests/support/product";
import { propertyRuns } from "@/tests/support/property-runs";
import { ask, records } from "./api-harness";
import {
  base,
  emails,
  gurus,
  hostile,
  keyId,
  matches,
  people,
  type Row,
  type VariedLog,
  variedLog,
} from "./varied-log";

let log: VariedLog;
let rows: Row[];
beforeAll(async () => {
  log = await variedLog();
  rows = await log.rows();
});
afterAll(() => log.product.close());

const some = (...values: string[]) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 }) },
  );
const times = fc.option(
  fc.integer({ min: -2_000, max: 42_000 }).map((ms) => new Date(base + ms).toISOString()),
  { nil: undefined, freq: 2 },
);
const filters = fc
  .record({
    guru: some(...gurus.keys(), "none", "gone-snapshot", "unheard-of"),
    model: some("User", "GuruType", "it's", "Nope"),
    actor: some(
      ...people,
      ...emails,
      emails[1]?.toLowerCase() ?? "",
      keyId,
      "system",
      "anonymous",
      "nobody",
      "x@y.example",
    ),
    actionType: some("access", "created", "updated", "deleted"),
    operation: some("UPDATE_GURU", "X'--", "ADD_DATASOURCE"),
    outcome: some("success", "failure", "unknown"),
    action: some("guru.updated", "user.signed_in"),
    target: some("target-1", "target-10", "100%", "a_b\\c", "target"),
    ip: some("203.0.113.1", "2001:db8::7", "198.51.100.1"),
    since: times,
    until: times,
    q: fc.option(
      fc.constantFrom(
        "guru",
        "BOB_%",
        "%",
        "_",
        "\\",
        "object 1",
        "203.0.113.1",
        "target-1",
        "o'brien",
        "$1",
        "🦊",
        "É",
        "none",
        "login",
      ),
      { nil: undefined, freq: 2 },
    ),
  })
  .filter((f) => !f.since || !f.until || f.since < f.until)
  .map((f) => {
    const parsed = parseFilter(new URLSearchParams(filterParams(f as AuditFilter)));
    if (!parsed.ok) throw new Error(parsed.message);
    return parsed.filter;
  });

/** Every row of the page, walked from its newest page by the links it shows. */
async function byPage(filter: AuditFilter, slug?: string): Promise<{ ids: string[]; total: Total }> {
  const ids: string[] = [];
  let older: string | null | undefined;
  for (;;) {
    const call = { principal: log.owner, request: testRequest };
    const input = { filter, older };
    const page = slug
      ? await guruAuditPage.execute({ ...call, input: { ...input, slug } })
      : await globalAuditPage.execute({ ...call, input });
    if (!page.ok) throw new Error(page.message);
    ids.push(...page.value.rows.map((r) => r.id));
    const counts = await page.value.counts;
    if (!counts) throw new Error("not counted");
    const before = ids.length - page.value.rows.length;
    if (counts.first !== null) expect(counts.first).toBe(before + 1);
    const next = page.value.cursors.older;
    if (!next) return { ids, total: counts.total };
    older = new URLSearchParams(next).get("older");
  }
}

describe("one filter", () => {
  it("chooses the same events through page, API, copy and plain reading", async () => {
    let nonEmpty = 0;
    let exact = 0;
    expect(new Set(rows.map((r) => r.micros)).size).toBeLessThan(rows.length - 50);
    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        // Reads of earlier rounds are events of the log, too.
        rows = await log.rows();
        const wanted = rows.filter((row) => matches(row, filter, null)).map((r) => r.id);
        if (wanted.length > 0) nonEmpty += 1;
        const page = await byPage(filter);
        expect(page.ids).toEqual(wanted);
        expect(page.total.count).toBeLessThanOrEqual(wanted.length);
        if (page.total.exact) {
          exact += 1;
          expect(page.total.count).toBe(wanted.length);
        }
        const where = await compileFilter({ orgId: 1, guruScope: null, filter });
        const copy = await openCopy({
          copySql: copyRows(defaultRecordsSelect(await literalSql(sql(), where))),
        });
        const copied = (await new Response(copy.stream).text())
          .split("\n")
          .filter((l) => l !== "")
          .map((l) => JSON.parse(l).id as string);
        expect(copied).toEqual(wanted);
        expect((await records(ask(filterParams(filter), { key: log.key }))).map((r) => r.id)).toEqual(wanted);
      }),
      { numRuns: propertyRuns(60) },
    );
    expect(nonEmpty).toBeGreaterThan(15);
    expect(exact).toBeGreaterThan(15);
  });

  it("stays within a guru on its page", async () => {
    for (const [slug, id] of [...gurus].slice(0, 2)) {
      await fc.assert(
        fc.asyncProperty(filters, async (filter) => {
          // Another guru's slug means nothing there.
          const wanted = rows.filter((row) => matches(row, filter, id)).map((r) => r.id);
          expect((await byPage(filter, slug)).ids).toEqual(wanted);
        }),
        { numRuns: propertyRuns(25) },
      );
    }
    const [, id = ""] = [...gurus][0] ?? [];
    expect((await byPage(emptyFilter, "billing")).ids).toEqual(
      rows.filter((r) => r.guru_id === id).map((r) => r.id),
    );
  });

  it("takes hostile values of every parameter without an error of the database", async () => {
    for (const value of [
      ...hostile,
      "'",
      "''",
      "\\",
      "\\'",
      "{}",
      '{"a"}',
      "NULL",
      "$$",
      "%",
      "null",
      "\u0001",
      "x".repeat(90),
    ]) {
      for (const name of [...repeatableParams, "q"] as const) {
        const answer = await ask(
          [
            [name, value],
            ["page", "1"],
          ],
          { key: log.key },
        );
        expect([name, value, [200, 400].includes(answer.status)]).toEqual([name, value, true]);
        const parsed = parseFilter(new URLSearchParams([[name, value]]));
        if (!parsed.ok) continue;
        const where = await compileFilter({ orgId: 1, guruScope: null, filter: parsed.filter });
        await sql().unsafe(`select count(*) from audit_event e where ${await literalSql(sql(), where)}`);
      }
    }
  });

  it("takes times of other zones, at the grain of a millisecond, both ends inclusive", async () => {
    const [row] = rows.filter((r) => r.target_id.startsWith("target"));
    const ms = Number(BigInt(row?.micros ?? 0) / 1_000n);
    const at = (shift: number) => new Date(ms + shift).toISOString();
    const holds = async (params: [string, string][]) =>
      (await records(ask(params, { key: log.key }))).some((r) => r.id === row?.id);
    expect(
      await holds([
        ["since", at(0)],
        ["until", at(1)],
      ]),
    ).toBe(true);
    expect(
      await holds([
        ["since", at(-1)],
        ["until", at(0)],
      ]),
    ).toBe(true);
    expect(await holds([["since", at(1)]])).toBe(false);
    expect(await holds([["until", at(-1)]])).toBe(false);
    const shifted = new Date(ms + 2 * 3_600_000).toISOString().replace("Z", "+02:00");
    expect(
      await holds([
        ["since", shifted],
        ["until", at(1)],
      ]),
    ).toBe(true);
    expect((await ask(`?since=${shifted}`, { key: log.key })).status).toBe(200);
  });
});
