import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import path from "node:path";
import { recordEvents } from "@/lib/audit/record/record";
import { eventsFrom } from "@/lib/audit/seal/lookup";
import { inTransaction } from "@/lib/gate/transaction";
import { root } from "../scripts/serve/root";
import { actsAtPace, actsInTurn, eventOfAct, makeAccounts } from "./seal/acts";
import { type BenchProduct, startBenchProduct } from "./seal/bench-product";
import { runSealerProcess } from "./seal/sealer-process";
import { bootstrapMedian, median, quantile, spread } from "./seal/statistics";

const pace = { perSecond: 500, seconds: 60 };
const slices = { pairs: 24, ms: 2_000, writers: 4, perSecond: 200 };
const backlogEvents = 100_000;

/** `npm run bench:seal`: how far signatures lag behind, what sealing costs an act, and how fast a backlog is sealed. */
async function main(): Promise<void> {
  const product = await startBenchProduct(process.argv[1] ?? "");
  try {
    await makeAccounts();
    await product.sealer(true);
    await actsInTurn(slices.writers, 3_000);
    await product.drained(true);
    const began = loadavg().map((n) => Number(n.toFixed(2)));
    const lag = await measureLag(product);
    console.log("lag", lag);
    const cost = {
      throughputInTurn: await measureCost(product, "in turn"),
      latencyAtPace: await measureCost(product, "at pace"),
    };
    console.log("cost", cost);
    const backlog = await measureBacklog(product);
    console.log("backlog", backlog);
    const at = new Date().toISOString();
    const machine = {
      cpus: cpus().length,
      model: cpus()[0]?.model,
      loadAtBegin: began,
      loadAtEnd: loadavg(),
    };
    const result = {
      at,
      node: process.version,
      postgres: product.postgresVersion,
      machine,
      pace,
      lag,
      slices,
      cost,
      backlog,
    };
    const folder = path.join(root, "bench", "results");
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `seal-${at.slice(0, 10)}.json`), `${JSON.stringify(result, null, 2)}\n`);
  } finally {
    await product.close();
  }
}

/** From an event's recording until a checkpoint over it is seen from outside; all by the database's clock. */
async function measureLag(product: BenchProduct) {
  const { look } = product;
  const [before] = await look`select size::int as size from audit_head where org_id = 1`;
  const seen: { size: number; micros: number }[] = [];
  let going = true;
  const watching = (async () => {
    while (going) {
      const [row] = await look`
        select c.size::int as size, (extract(epoch from clock_timestamp()) * 1000000)::bigint as micros
        from audit_head h join audit_checkpoint c on c.org_id = h.org_id and c.origin = h.origin
        where h.org_id = 1 order by c.size desc limit 1`;
      if (row && row.size !== seen.at(-1)?.size) seen.push({ size: row.size, micros: Number(row.micros) });
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  const begun = performance.now();
  const latency = await actsAtPace(pace.perSecond, pace.seconds * 1000);
  const tookS = (performance.now() - begun) / 1000;
  await product.drained(true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  going = false;
  await watching;
  const from = Number(before?.size);
  const keys = await eventsFrom(look, 1, BigInt(from), latency.length);
  let at = 0;
  const lags = keys.map((key) => {
    while ((seen[at]?.size ?? Number.POSITIVE_INFINITY) <= Number(key.index)) at += 1;
    return ((seen[at]?.micros ?? Number.NaN) - Number(key.occurredAtMicros)) / 1000;
  });
  return {
    acts: latency.length,
    actsPerSecond: latency.length / tookS,
    checkpoints: seen.length,
    sealLagMs: spread(lags),
    actLatencyMs: spread(latency),
  };
}

/** Slices with the sealer on and off in turn, in pairs of random order. An on-slice seals its own acts alone. */
async function measureCost(product: BenchProduct, how: "in turn" | "at pace") {
  const ratios: number[] = [];
  const all = { on: [] as number[], off: [] as number[] };
  const figure = (took: number[]): number => (how === "in turn" ? took.length : median(took));
  for (let pair = 0; pair < slices.pairs; pair += 1) {
    const order = Math.random() < 0.5 ? [true, false] : [false, true];
    const figures = { on: 0, off: 0 };
    for (const on of order) {
      await product.sealer(true);
      await product.drained(true);
      if (!on) await product.sealer(false);
      const took =
        how === "in turn"
          ? await actsInTurn(slices.writers, slices.ms)
          : await actsAtPace(slices.perSecond, slices.ms);
      figures[on ? "on" : "off"] = figure(took);
      all[on ? "on" : "off"].push(figure(took));
      if (on) await product.sealer(false);
    }
    ratios.push(figures.on / figures.off);
  }
  await product.sealer(true);
  await product.drained(true);
  const unit = how === "in turn" ? 1000 / slices.ms : 1;
  return {
    of: how === "in turn" ? "acts per second" : "median latency of a slice, ms",
    on: median(all.on) * unit,
    off: median(all.off) * unit,
    ratioOnToOff: bootstrapMedian(ratios),
    ratioSpread: [0.1, 0.9].map((q) =>
      quantile(
        [...ratios].sort((a, b) => a - b),
        q,
      ),
    ),
  };
}

async function measureBacklog(product: BenchProduct) {
  await product.sealer(false);
  for (let n = 0; n < backlogEvents; n += 500) {
    const events = Array.from({ length: 500 }, (_, i) => eventOfAct(n + i));
    await inTransaction((tx) => recordEvents(tx, events));
  }
  const begun = performance.now();
  await product.sealer(true);
  await product.drained();
  const sealedS = (performance.now() - begun) / 1000;
  await product.drained(true);
  const signedS = (performance.now() - begun) / 1000;
  return {
    events: backlogEvents,
    sealedS,
    signedS,
    sealedPerSecond: backlogEvents / sealedS,
    signedPerSecond: backlogEvents / signedS,
  };
}

if (process.argv[2] === "sealer") runSealerProcess();
else
  await main().catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
