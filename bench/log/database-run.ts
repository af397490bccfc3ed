import { withCredentials } from "../../scripts/serve/database-url";
import { readStored } from "../../scripts/serve/postgres/stored-place";
import type { BenchProduct } from "../seal/bench-product";
import type { BenchOptions } from "./arguments";
import type { DatabaseBench, Group } from "./group";
import { asBench } from "./load";
import { api } from "./measures/api";
import { counts, countsOfCombinations } from "./measures/counts";
import { exports } from "./measures/exports";
import { pairsOfFilters, singleFilters } from "./measures/filters";
import { pages } from "./measures/pages";
import { removal } from "./measures/removal";
import { sealing } from "./measures/sealing";
import { search } from "./measures/search";
import { writes } from "./measures/writes";
import { openPeer } from "./peer";
import type { Place } from "./place";
import { say, spoken } from "./progress";
import type { RunFile } from "./run-file";
import type { Pace } from "./sampling";
import { chooseValues } from "./values";

/** The groups that are measured on the database. What writes comes after all that reads, over HTTP too. */
const groups = {
  readers: [pages, singleFilters, pairsOfFilters, search, counts, countsOfCombinations, api, exports],
  writers: [writes, sealing, removal],
} satisfies Record<string, readonly Group[]>;

const paces: Record<"full" | "check", Pace> = {
  full: { rounds: 25, budgetMs: 1_500, fewest: 3 },
  check: { rounds: 3, budgetMs: 100, fewest: 1 },
};

/** Measures of one part what the run has not measured yet. */
export async function measureDatabase(of: {
  product: BenchProduct;
  place: Place;
  run: RunFile;
  options: BenchOptions;
  part: keyof typeof groups;
}): Promise<void> {
  const { product, place, run, options } = of;
  const left = groups[of.part].filter(({ name }) => !run.has(name) && isWanted(name, options));
  const values = run.values ?? (await asBench(product.runtime, chooseValues));
  run.keepValues(values);
  if (left.length === 0) return;
  const peer = openPeer(product.runtime);
  try {
    const bench: DatabaseBench = {
      product,
      peer,
      values,
      rows: options.rows,
      check: options.check,
      pace: options.check ? paces.check : paces.full,
      adminUrl: adminUrlOf(place, product),
    };
    for (const group of left) {
      await peer.touch();
      const { tookMs } = await run.add(group.name, () => group.measure(bench));
      say(`${group.name}: measured in ${spoken(tookMs)}.`);
    }
  } finally {
    await peer.close();
  }
}

export function isWanted(name: string, { only }: BenchOptions): boolean {
  return only.length === 0 || only.includes(name);
}

function adminUrlOf(place: Place, { runtime }: BenchProduct): string | null {
  if (place.databaseUrl) return place.databaseUrl;
  const stored = readStored(place.dataDir);
  return stored ? withCredentials(runtime.urls.maintenance, "postgres", stored.password) : null;
}
