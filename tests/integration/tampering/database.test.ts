import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { columnEdits, rowTamperings, uncoveredColumns } from "./database-tamperings";
import { Random, tries } from "./random";
import { shortcoming, type TamperedLog, type Tampering, tamperedLog } from "./tampered-log";
import { treeTamperings } from "./tree-tamperings";

let log: TamperedLog;
beforeAll(async () => {
  log = await tamperedLog();
});
afterAll(() => log.close());

const seed = Number(process.env.GURULOG_TEST_SEED ?? 20_261_122);

/** Runs a table of ways over and over. @returns what was missed or misnamed, in words */
async function run(ways: Tampering[], times: number): Promise<string[]> {
  const wrong: string[] = [];
  for (let i = 0; i < times; i++) {
    const way = ways[i % ways.length] as Tampering;
    const { expected, findings } = await log.attempt(way);
    const why = shortcoming(expected, findings);
    if (why) wrong.push(`${way.name} (try ${i}, seed ${seed}) ${why}`);
  }
  return wrong;
}

describe("a log in the database that was tampered with does not verify, and the event is named", () => {
  it("an untouched log verifies", async () => {
    expect(await log.verify()).toEqual([]);
  });

  it("whatever column of an event is changed; each is covered but the one that nobody reads", async () => {
    const ways = await columnEdits(log.admin, new Random(seed));
    const [all] = await log.admin<{ columns: number }[]>`
      select count(*)::int as columns from information_schema.columns where table_schema = 'public' and table_name = 'audit_event'`;
    expect(ways.length + uncoveredColumns.length).toBe(all?.columns);
    expect(await run(ways, Math.max(ways.length, tries(0, 400)))).toEqual([]);
  }, 600_000);

  it("rows deleted, added, swapped; keys, hashes, nodes, head and checkpoints edited; the newest cut off", async () => {
    const random = new Random(seed + 1);
    const ways = [...rowTamperings(random), ...treeTamperings(random)];
    expect(await run(ways, Math.max(ways.length, tries(0, 400)))).toEqual([]);
  }, 600_000);

  it("and verifies again once all is put back", async () => {
    expect(await log.verify()).toEqual([]);
  });
});
