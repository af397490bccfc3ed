import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recount } from "@/lib/audit/seal/recount";
import { type ActFinding, checkActs, checkOrder } from "./checks/acts";
import { type LogState, readLogState } from "./checks/read-state";
import { checkRows } from "./checks/rows";
import { checkTree, verifyAsTheProductDoes } from "./checks/tree";
import { runAsynchronousCommit, runRecordingAfterwards } from "./support/controls";
import { ioErrorKinds } from "./support/io-errors";
import { kinds } from "./support/ledger";
import { plan } from "./support/plan";
import { actsInWords, tally } from "./support/report";
import { atRest, type FaultRun, runFaults } from "./support/run-faults";
import { type FaultWorld, makeFaultWorld } from "./support/world";

let world: FaultWorld;
let run: FaultRun;
let log: LogState;
const told: string[] = [];
const tell = (line: string) => told.push(line);

/** The database at one instant. */
const read = <T>(work: (sql: Parameters<typeof readLogState>[0]) => Promise<T>): Promise<T> =>
  world.ask((sql) => sql.begin("isolation level repeatable read", work) as Promise<T>);

beforeAll(async () => {
  world = await makeFaultWorld(plan.clients);
  const begun = Date.now();
  run = await runFaults(world, plan);
  log = await read(readLogState);
  tell(`seed ${plan.seed}, ${Math.round((Date.now() - begun) / 1000)} s, ${actsInWords(run.acts)}`);
  tell(`${run.kills.length} kills: ${tally(run.kills)}`);
  tell(`I/O errors injected: ${JSON.stringify(run.ioErrors)}`);
  tell(
    `${log.events.length} events, ${log.size} sealed; ${run.seen.length} checkpoints seen: ${tally(run.seen.map((s) => s.from))}`,
  );
}, 2_400_000);

afterAll(async () => {
  console.log(told.map((line) => `faults: ${line}`).join("\n"));
  await world?.close();
}, 60_000);

describe("through kills and I/O errors under load", () => {
  it("was under load, and the faults were real", () => {
    expect(run.kills).toHaveLength(plan.kills);
    expect(run.acts.filter((act) => act.outcome === "done").length).toBeGreaterThan(plan.kills * 10);
    expect(new Set(run.acts.map((act) => act.kind)).size).toBeGreaterThan(7);
    expect(run.acts.filter((act) => act.outcome !== "done").length).toBeGreaterThan(0);
    if (!process.env.GURULOG_TEST_FULL) return;
    expect(new Set(run.acts.filter((act) => act.outcome === "done").map((act) => act.kind)).size).toBe(
      kinds.length,
    );
    expect(Object.values(run.ioErrors).filter((count) => count > 0)).toHaveLength(ioErrorKinds.length);
  });

  it("every acknowledged act has exactly one event, a refused one none, an unanswered one at most one", () => {
    const found = checkActs(run.acts, log);
    tell(`acknowledged acts lost or doubled: ${found.length}`);
    expect(
      found.slice(0, 20).map((f) => ({ ...f, act: run.acts.find((a) => a.marker === f.marker) })),
    ).toEqual([]);
  });

  it("every event's act is in the data, and every act in the data has its event", async () => {
    const found = await read(async (sql) => checkRows(sql, run.acts, await readLogState(sql)));
    tell(`acts without event or events without act: ${found.length}`);
    expect(found.slice(0, 20)).toEqual([]);
  });

  it("everything is sealed, once, in an order that keeps what was acknowledged before", () => {
    expect(log.unsealed).toEqual([]);
    expect(log.sealedTwice).toEqual([]);
    expect(log.missing).toEqual([]);
    expect(log.size).toBe(log.events.length);
    expect(checkOrder(run.acts, log).slice(0, 20)).toEqual([]);
  });

  it("rollups and facets are exact", async () => {
    expect(await read((sql) => recount(sql))).toEqual([]);
  });

  it("the tree is that of the events and begins with every checkpoint that was seen", async () => {
    expect(run.forks).toEqual([]);
    expect(run.seen.length).toBeGreaterThan(plan.kills / 2);
    expect((await read((sql) => checkTree(sql, log, run.seen))).slice(0, 20)).toEqual([]);
  });

  it("the product's own verification, given all signed checkpoints that were seen, finds nothing", async () => {
    expect(run.notes.length).toBeGreaterThan(1);
    const report = await verifyAsTheProductDoes(world.dataDir, run.notes);
    tell(
      `verified: ${report.events} events, ${report.checkpoints} stored checkpoints, ${run.notes.length} seen; findings: ${report.findingCount}`,
    );
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ findingCount: 0, waiting: 0 });
    expect(report.events).toBeGreaterThanOrEqual(log.events.length);
  });
});

describe("the harness sees losses where there are some", () => {
  const lost = (found: ActFinding[]) => found.filter((f) => f.what === "acknowledged, no event").length;

  it("with asynchronous commit acknowledged acts are lost", async () => {
    const acts = await runAsynchronousCommit(world, plan);
    await atRest(world);
    const found = checkActs(acts, await read(readLogState));
    tell(`control, asynchronous commit: ${actsInWords(acts)}; lost: ${lost(found)}`);
    expect(lost(found)).toBeGreaterThan(0);
  }, 300_000);

  it("with a record written after the commit acts are left without one", async () => {
    const acts = await runRecordingAfterwards(world, plan);
    await atRest(world);
    const markers = new Set(acts.map((act) => act.marker));
    const found = await read(async (sql) => {
      const state = await readLogState(sql);
      const recorded = new Set(state.events.map((event) => event.targetId));
      const rows = await sql<{ id: string; name: string }[]>`select id, name from api_key`;
      return {
        half: rows.filter((row) => markers.has(row.name) && !recorded.has(row.id)).length,
        rows: await checkRows(sql, acts, state),
      };
    });
    tell(`control, recording after the commit: ${actsInWords(acts)}; acts without event: ${found.half}`);
    expect(found.half).toBeGreaterThan(0);
    expect(found.rows.filter((row) => row.endsWith("an act without its event")).length).toBeGreaterThan(0);
  }, 120_000);
});
