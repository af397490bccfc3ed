import { monitorEventLoopDelay } from "node:perf_hooks";
import { exportFormat } from "@/lib/audit/export/formats/registry";
import { exportCondition } from "@/lib/audit/export/rows";
import { streamExport } from "@/lib/audit/export/stream";
import { copyRows } from "@/lib/audit/query/copy-stream";
import { objectSql } from "@/lib/audit/query/record-sql";
import { newestFirst } from "@/lib/audit/query/row";
import { compileFilter } from "@/lib/audit/query/where";
import { defaultRecordsSelect, openWholeLog } from "@/lib/audit/query/whole-log";
import { sql } from "@/lib/db/client";
import { figureOf, ratioOf, round } from "../figures";
import type { Group } from "../group";
import { BrokenCase, type Measured, shuffled } from "../sampling";
import { filterOf } from "../values";
import { copyIntoNothing } from "./into-nothing";

const scope = { orgId: 1, guruScope: null };
const mostRows = 1_000_000;
const rounds = { full: 3, check: 1 };

/** One export measured once. */
interface Run {
  rows: number;
  tookMs: number;
  /** Bytes of memory above what the process had before. */
  memory: number;
  /** Event-loop delay, p99 in milliseconds. */
  delayMs: number;
}

/**
 * Exports of a million events (all, where there are fewer) by the product's own functions, beside a COPY sent into nothing
 * by the server: of the CSV's rows, and of the same records as JSON objects that the database builds. What our own
 * statement makes, dropped likewise, is a further figure. Here they run in the bench's process; `http-exports` has them in
 * the web process.
 */
export const exports: Group = {
  name: "exports",
  async measure({ adminUrl, check }) {
    const span = await newestMillion();
    const where = await exportCondition({ orgId: 1, guruId: null, filter: filterOf({}), asOf: span.asOf });
    const wanted = `(${where}) and e.occurred_at >= '${span.since}'`;
    const nothing = await copyIntoNothing(adminUrl);
    const view = { orgId: 1, global: true };
    const dropped = (copySql: string) => timedCopy(() => nothing.run(copySql), span.rows);
    const runs: Record<string, () => Promise<Run>> = {
      csv: () => exported("csv", wanted),
      json: () => exported("json", wanted),
      xlsx: () => exported("xlsx", wanted),
      "api-json": () => wholeLog(span.since, "default", false),
      "api-ndjson": () => wholeLog(span.since, "full", true),
      "raw-csv": () => dropped(exportFormat("csv").copySql(wanted, view)),
      "raw-json": () => dropped(objects("full", wanted)),
      "raw-api": () => dropped(objects("default", wanted)),
      "own-json": () => dropped(exportFormat("json").copySql(wanted, view)),
      "own-api": () => dropped(copyRows(defaultRecordsSelect(wanted))),
      "own-xlsx": () => dropped(exportFormat("xlsx").copySql(wanted, view)),
    };
    const done = new Map<string, Run[]>();
    try {
      for (let round = 0; round < rounds[check ? "check" : "full"]; round += 1)
        for (const [name, run] of shuffled(Object.entries(runs)))
          done.set(name, [...(done.get(name) ?? []), await run()]);
    } finally {
      await nothing.close();
    }
    const of = (id: string, title: string, raw: string, own = raw) =>
      measured({ id, title }, done.get(id) ?? [], done.get(raw) ?? [], done.get(own) ?? []);
    return [
      of("csv", "CSV", "raw-csv"),
      of("json", "JSON", "raw-json", "own-json"),
      of("xlsx", "XLSX", "raw-csv", "own-xlsx"),
      of("api-json", "GET /api/ee/audit, whole", "raw-api", "own-api"),
      of("api-ndjson", "GET /api/ee/audit, whole, view=full, NDJSON", "raw-json", "own-json"),
    ].map((m) => ({ ...m, more: { ...m.more, serverSide: nothing.serverSide ? 1 : 0 } }));
  },
};

/** A COPY of a JSON object a row, as anybody would write it. */
const objects = (view: keyof typeof objectSql, where: string) =>
  `copy (select ${objectSql[view]} from audit_event e where ${where} order by ${newestFirst}) to stdout`;

/** @param own our own statement, dropped by the server */
function measured(named: Pick<Measured, "id" | "title">, ours: Run[], raw: Run[], own: Run[]): Measured {
  const rates = (runs: Run[]) => runs.map(({ rows, tookMs }) => (rows / tookMs) * 1_000);
  return {
    ...named,
    unit: "rows/s",
    ours: figureOf(rates(ours)),
    raw: figureOf(rates(raw)),
    oursByRaw: ratioOf(rates(ours), rates(raw)),
    rows: ours[0]?.rows ?? 0,
    more: {
      ownCopyRowsPerS: round(figureOf(rates(own)).median),
      memoryMiB: round(Math.max(...ours.map((r) => r.memory)) / 2 ** 20),
      delayP99Ms: round(Math.max(...ours.map((r) => r.delayMs))),
    },
  };
}

/** Where the newest million events begin. */
async function newestMillion(): Promise<{ since: string; asOf: string; rows: number }> {
  const [found] = await sql().begin(async (tx) => {
    await tx`set local statement_timeout = 0`;
    return tx<{ since: string; asOf: string; rows: string }[]>`
      with newest as (
        select occurred_at from audit_event where org_id = 1 and occurred_at >= audit_cutoff()
        order by occurred_at desc, id desc limit ${mostRows}
      )
      select min(occurred_at)::text as since, clock_timestamp()::text as "asOf", count(*)::text as rows from newest`;
  });
  if (!found) throw new Error("the log is empty");
  return { ...found, rows: Number(found.rows) };
}

async function exported(id: "csv" | "json" | "xlsx", where: string): Promise<Run> {
  const watch = watched();
  let rows = 0;
  const stream = await streamExport({
    format: exportFormat(id),
    view: { orgId: 1, global: true },
    where,
    fileName: `bench.${id}`,
    facts: { organization: 1, guru: null, filters: {}, exportedAt: new Date().toISOString() },
    report: async () => "go-on",
    async settle(end) {
      if (end.state !== "done") throw new BrokenCase(`${id}: ${end.cause}`);
      rows = end.rows;
    },
  });
  await drained(stream);
  return { ...watch(), rows };
}

async function wholeLog(since: string, view: "default" | "full", isLines: boolean): Promise<Run> {
  const watch = watched();
  const where = await compileFilter({ ...scope, filter: filterOf({}) });
  const copy = await openWholeLog({
    orgId: 1,
    where: {
      ...where,
      text: `(${where.text}) and e.occurred_at >= $${where.params.length + 1}::text::timestamptz`,
      params: [...where.params, since],
    },
    view,
    isLines,
    reader: "bench",
    afterSnapshot: async () => {},
  });
  if (!copy) throw new BrokenCase("the whole log is being read already");
  let rows = 0;
  await drained(copy.stream, (chunk) => {
    for (let at = chunk.indexOf(0x0a); at !== -1; at = chunk.indexOf(0x0a, at + 1)) rows += 1;
  });
  const { outcome } = await copy.done;
  if (outcome !== "whole") throw new BrokenCase(`the whole log: ${outcome}`);
  return { ...watch(), rows };
}

async function timedCopy(copy: () => Promise<void>, rows: number): Promise<Run> {
  const begun = performance.now();
  await copy();
  return { rows, tookMs: performance.now() - begun, memory: 0, delayMs: 0 };
}

async function drained(
  stream: ReadableStream<Uint8Array>,
  each?: (chunk: Uint8Array) => void,
): Promise<void> {
  const reader = stream.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    each?.(value);
  }
}

const resolutionMs = 2;

/** Watches this process until the returned function is called. */
function watched(): () => Omit<Run, "rows"> {
  const before = process.memoryUsage().rss;
  let most = before;
  const memory = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 50);
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  const begun = performance.now();
  return () => {
    const tookMs = performance.now() - begun;
    delay.disable();
    clearInterval(memory);
    // The histogram counts from timer to timer: the timer's own period is no delay.
    return { tookMs, memory: most - before, delayMs: Math.max(0, delay.percentile(99) / 1e6 - resolutionMs) };
  };
}
