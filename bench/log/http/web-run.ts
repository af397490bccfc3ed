import path from "node:path";
import { type BenchProduct, removeDataFolder, startBenchProduct } from "../../seal/bench-product";
import type { BenchOptions } from "../arguments";
import { isWanted } from "../database-run";
import { prepareLog } from "../fill";
import type { Group } from "../group";
import { asBench, settle } from "../load";
import type { Place } from "../place";
import { say, spoken } from "../progress";
import type { RunFile } from "../run-file";
import type { Values } from "../values";
import { ask } from "./client";
import { acts } from "./measures/acts";
import { coldStart } from "./measures/cold-start";
import { webExports } from "./measures/exports";
import { webPages } from "./measures/pages";
import { makeReaders, type Readers, signIn } from "./people";
import { type Server, startServer } from "./server";

/** What a group of measures over HTTP works with. */
export interface WebBench {
  values: Values;
  readers: Readers;
  rows: number;
  check: boolean;
  /** Starts the built product on the log. */
  start(env?: Record<string, string>): Promise<Server>;
  /** The same on a log of its own with the same people and gurus, where nothing is recorded. */
  startUnrecorded(): Promise<Server>;
}

const groups: readonly Group<WebBench>[] = [coldStart, webPages, webExports, acts];

/** Measures over HTTP, against the built product, what the run has not measured yet. The database is free for it then. */
export async function measureWeb(of: {
  self: string;
  product: BenchProduct;
  place: Place;
  run: RunFile;
  options: BenchOptions;
}): Promise<void> {
  const { self, product, place, run, options } = of;
  const left = groups.filter(({ name }) => !run.has(name) && isWanted(name, options));
  if (left.length === 0) return;
  const { values } = run;
  if (!values) throw new Error("nothing was chosen to ask for");
  const readers = await makeReaders(product.runtime);
  await settle(product.runtime);
  await product.close();
  const unrecorded = path.join(place.dataDir, "unrecorded");
  try {
    const bench: WebBench = {
      values,
      readers,
      rows: options.rows,
      check: options.check,
      start: (env) =>
        startServer({ dataDir: place.dataDir, databaseUrl: place.databaseUrl, ...(env ? { env } : {}) }),
      async startUnrecorded() {
        await makeUnrecorded(self, unrecorded);
        return startServer({ dataDir: unrecorded, env: { SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: "false" } });
      },
    };
    await restAfterStart(bench);
    for (const group of left) {
      const { tookMs } = await run.add(group.name, () => group.measure(bench));
      say(`${group.name}: measured in ${spoken(tookMs)}.`);
    }
  } finally {
    removeDataFolder(unrecorded);
  }
}

const lookMs = 2_000;
const verifying = 'class="progress-line"';

/** What a server does once a day after its first start, above all the verification of the whole log, is done first. */
async function restAfterStart({ start, readers }: WebBench): Promise<void> {
  const begun = performance.now();
  const server = await start();
  try {
    const cookie = await signIn(server.url, readers.owner);
    const headers = { cookie };
    let quiet = 0;
    while (quiet < 3) {
      await new Promise((resolve) => setTimeout(resolve, lookMs));
      const page = await ask(server.url, "/settings/log-integrity", { headers, marker: verifying });
      if (page.status !== 200) throw new Error(`the page on the log's integrity answered ${page.status}`);
      quiet = page.markers === 0 ? quiet + 1 : 0;
    }
  } finally {
    await server.stop();
  }
  say(`The daily verification was waited for: ${spoken(performance.now() - begun)}.`);
}

/** A product with the same people and gurus, and an empty log. */
async function makeUnrecorded(self: string, dataDir: string): Promise<void> {
  removeDataFolder(dataDir);
  const product = await startBenchProduct(self, { dataDir });
  try {
    await asBench(product.runtime, (sql) => prepareLog(sql, 10_000));
    await makeReaders(product.runtime);
  } finally {
    await product.close();
  }
}
