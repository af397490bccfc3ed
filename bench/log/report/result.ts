import { readdirSync, readFileSync } from "node:fs";
import { cpus, type as osType, release, totalmem } from "node:os";
import path from "node:path";
import type { Loaded } from "../load";
import type { GroupResult } from "../run-file";
import type { Measured } from "../sampling";

/** A run as `bench/results/<date>-<size>.json` keeps it. */
export interface BenchResult {
  format: "gurulog-bench/1";
  /** When it began, RFC 3339. */
  at: string;
  rows: number;
  machine: { cpus: number; model: string; memoryGiB: number; system: string };
  versions: { product: string; node: string; postgres: string };
  loaded: Loaded;
  groups: readonly GroupResult[];
}

export function machineFacts(): BenchResult["machine"] {
  const all = cpus();
  return {
    cpus: all.length,
    model: all[0]?.model ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${osType()} ${release().split("-")[0]}`,
  };
}

/** Everything measured in some groups; empty when one was left out. */
export function measuredIn(result: BenchResult, ...names: string[]): Measured[] {
  return result.groups.filter(({ name }) => names.includes(name)).flatMap(({ measured }) => measured);
}

export function measuredAs(result: BenchResult, id: string): Measured | undefined {
  return result.groups.flatMap(({ measured }) => measured).find((m) => m.id === id);
}

/** The newest result of each size in a folder, smallest first. */
export function newestResults(folder: string): BenchResult[] {
  const newest = new Map<number, BenchResult>();
  for (const name of readdirSync(folder).sort()) {
    if (!/^\d{4}-\d{2}-\d{2}-[\d.]+e\d+\.json$/.test(name)) continue;
    const result = JSON.parse(readFileSync(path.join(folder, name), "utf8")) as BenchResult;
    newest.set(result.rows, result);
  }
  return [...newest.values()].sort((a, b) => a.rows - b.rows);
}
