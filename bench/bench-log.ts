import { fillLog } from "./log/fill";
import { startBenchProduct } from "./seal/bench-product";
import { runSealerProcess } from "./seal/sealer-process";

/** `npm run bench`: the log at the size of a large organization. See bench/README.md. */
async function main(): Promise<void> {
  const rows = Number(/^--rows=(.+)$/.exec(process.argv[2] ?? "")?.[1] ?? 1e6);
  const product = await startBenchProduct(process.argv[1] ?? "", { dataDir: process.env.BENCH_DATA_DIR });
  const begun = performance.now();
  let held = false;
  const at = () => `${((performance.now() - begun) / 1000).toFixed(0)} s`;
  try {
    await fillLog(product.runtime, rows, (p) => console.log(at(), "recorded", p.rows));
    await product.sealer(true);
    for (;;) {
      const [s] = await product.look`select size from audit_head where org_id = 1`;
      console.log(at(), "sealed", s?.size);
      if (process.env.BENCH_HOLD && !held) {
        held = true;
        console.log(JSON.stringify(product.runtime.urls));
      }
      if (Number(s?.size) >= rows) break;
      await new Promise((r) => setTimeout(r, 10_000));
    }
    await product.drained(true);
    if (process.env.BENCH_HOLD) {
      console.log(JSON.stringify(product.runtime.urls));
      await new Promise((resolve) => process.once("SIGTERM", resolve));
    }
  } finally {
    await product.close();
  }
}

if (process.argv[2] === "sealer") runSealerProcess();
else await main();
