import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { ask, keyOf } from "../audit-api/api-harness";
import { filtersOf } from "./filters-of";
import { type LogRow, type ManySidedLog, manySidedLog } from "./many-sided-log";
import {
  asked,
  byApiPages,
  byCursor,
  byJsonExport,
  byKeyset,
  byPage,
  byPlainScan,
  byTable,
  byWholeLog,
  countsShown,
} from "./readers";
import { chosen } from "./reference";

/** Pages of fifty that are walked with all that stands around the rows; longer sets are walked by the rows alone. */
const walkedRows = 200;
const runs = propertyRuns(50) / (process.env.GURULOG_TEST_FULL ? 2 : 1);

describe("any filter", () => {
  let log: ManySidedLog;
  let key: string;
  beforeAll(async () => {
    log = await manySidedLog();
    key = await keyOf(log.owner);
    // The making of the key is an event, too.
    log = await log.again();
  });
  afterAll(() => log.product.close());

  it("the log holds what makes filters hard", () => {
    const kept = log.rows.filter((row) => !row.expired);
    const has = (test: (row: LogRow) => boolean) => kept.filter(test).length;
    expect(kept.length).toBeGreaterThan(1_400);
    expect(log.rows.length - kept.length).toBeGreaterThan(100);
    expect(new Set(kept.map((row) => row.micros)).size).toBeLessThan(kept.length - 300);
    expect(has((row) => row.index === null)).toBeGreaterThan(100);
    expect(has((row) => row.account_id === log.cast.erased && row.actor_type === "user")).toBeGreaterThan(10);
    expect(has((row) => row.target_label === "[erased]")).toBeGreaterThan(3);
    expect(has((row) => log.cast.retired.some(({ id }) => id === row.guru_id))).toBeGreaterThan(50);
    expect(log.byMark.size).toBe(log.rows.length);
  });

  it("chooses the same events, in the same order, for every reader", async () => {
    let nonEmpty = 0;
    let walked = 0;
    let exact = 0;
    await fc.assert(
      fc.asyncProperty(filtersOf(log), fc.integer({ min: 20, max: 100 }), async (given, perPage) => {
        const wanted = chosen(log, given.wanted, given.scope?.id ?? null);
        const ids = wanted.map((row) => row.id);
        if (ids.length > 0) nonEmpty += 1;
        const what = await asked(given);
        const rows = await Promise.all([
          byPlainScan(log, what),
          byKeyset(what, perPage),
          byApiPages(what, perPage),
        ]);
        expect(rows).toEqual([ids, ids, { ids, totals: [ids.length] }]);
        const sealed = wanted.flatMap(({ id, index }) => (index === null ? [] : [{ id, index }]));
        const inOrder = sealed.sort((a, b) => Number(a.index - b.index)).map(({ id }) => id);
        expect({ cursor: await byCursor(what, perPage * 10) }).toEqual({ cursor: inOrder });

        const files = await Promise.all([
          byJsonExport(what),
          byTable(log, what, "csv"),
          byTable(log, what, "xlsx"),
        ]);
        expect({ files }).toEqual({ files: [ids, ids, ids] });
        if (!given.scope) {
          const head = await ask([...given.params, ["page", "1"]], { key, method: "HEAD" });
          expect({ head: head.headers.get("x-total-count") }).toEqual({ head: String(ids.length) });
          const whole = await Promise.all([
            byWholeLog(what, true, "default"),
            byWholeLog(what, false, "full"),
          ]);
          expect({ whole }).toEqual({ whole: [ids, ids] });
        }

        const shown = await countsShown(log, what);
        const atAnyTime = chosen(
          log,
          { ...given.wanted, sinceMs: null, untilMs: null },
          given.scope?.id ?? null,
        );
        if (shown.isWhole) expect(shown.bars).toBe(atAnyTime.length);
        if (shown.total.exact) {
          exact += 1;
          expect(shown).toMatchObject({ total: { count: ids.length }, inRange: ids.length });
        } else expect(shown.total.count).toBeLessThanOrEqual(ids.length);
        if (ids.length <= walkedRows) {
          walked += 1;
          expect(await byPage(log, what)).toEqual({ older: ids, newer: ids });
        }
      }),
      { numRuns: runs },
    );
    // Most filters choose something, or nothing was compared.
    expect(nonEmpty).toBeGreaterThan(runs * 0.6);
    expect(walked).toBeGreaterThan(runs * 0.5);
    expect(exact).toBeGreaterThan(runs * 0.5);
  }, 1_800_000);
});
