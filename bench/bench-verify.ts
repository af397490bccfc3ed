import "@/lib/audit/proof/node-primitives";
import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import path from "node:path";
import { isMainThread } from "node:worker_threads";
import type { VerifyOptions } from "@/lib/audit/proof/verify-log";
import { verifyLog } from "@/lib/audit/proof/verify-log";
import { ownTask } from "@/lib/audit/proof/verify-log/build-task";
import { asOwner } from "@/lib/audit/retention/maintenance-session";
import { root } from "../scripts/serve/root";
import { inThreads, serveSlice } from "../scripts/verify/slice-thread";
import { type BenchProduct, startBenchProduct } from "./seal/bench-product";
import { runSealerProcess } from "./seal/sealer-process";
import { exportAndVerify } from "./seal/verifiable-export";

const events = Number(process.env.N ?? 1_000_000);
const atATime = 50_000;

/** `npm run bench:verify`: how long the verification of `N` sealed events of 80 days takes, in threads and in one, and a verifiable export of them. */
async function main(): Promise<void> {
  const product = await startBenchProduct(process.argv[1] ?? "");
  try {
    const filled = performance.now();
    await fill(product);
    console.log(`recorded ${events} events in ${seconds(filled)} s`);
    const sealed = performance.now();
    await product.sealer(true);
    await product.drained(true);
    await product.sealer(false);
    console.log(`sealed and signed them in ${seconds(sealed)} s`);
    const results = [];
    const threads = {
      slices: Math.min(4, availableParallelism()),
      compare: inThreads(new URL(import.meta.url)),
    };
    for (const [name, options] of [
      ["in threads", threads],
      ["in threads", threads],
      ["in threads", threads],
      ["in one", {}],
    ] as [string, VerifyOptions][]) {
      const load = loadavg()[0];
      const before = process.cpuUsage();
      const { durationMs, findingCount, size } = await verifyLog(await ownTask(1), options);
      if (findingCount > 0 || size < events) throw new Error("the bench's own log does not verify");
      // On a busy machine the time on the clock says little; Postgres's own part comes on top.
      const { user, system } = process.cpuUsage(before);
      const cpuMs = Math.round((user + system) / 1000);
      results.push({ name, durationMs, cpuMs, size, load });
      console.log(
        name,
        `${(durationMs / 1000).toFixed(1)} s`,
        `${(cpuMs / 1000).toFixed(1)} s of processor, load ${load?.toFixed(1)}`,
      );
    }
    const memoryMb = Math.round(process.resourceUsage().maxRSS / 1e3);
    console.log(`memory: ${memoryMb} MB at most`);
    const verifiableExport = await exportAndVerify();
    console.log("as a verifiable export", verifiableExport);
    if (verifiableExport.rows < events) throw new Error("the export lacks events");
    const at = new Date().toISOString();
    const machine = { cpus: cpus().length, model: cpus()[0]?.model };
    const result = {
      at,
      node: process.version,
      postgres: product.postgresVersion,
      machine,
      events,
      results,
      memoryMb,
      verifiableExport,
    };
    const folder = path.join(root, "bench", "results");
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      path.join(folder, `verify-${at.slice(0, 10)}.json`),
      `${JSON.stringify(result, null, 2)}\n`,
    );
  } finally {
    await product.close();
  }
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(0);
}

/** As the owner, who alone may say when an event happened. */
async function fill({ runtime }: BenchProduct): Promise<void> {
  const { urls, roles, mode } = runtime;
  await asOwner(
    { maintenanceUrl: urls.maintenance, roles, mode },
    { name: "gurulog bench", lockTimeoutMs: 10_000 },
    async (sql) => {
      await sql`select audit_make_partition(now() - make_interval(days => d)) from generate_series(0, 81) d`;
      for (let from = 1; from <= events; from += atATime)
        await sql`
        insert into audit_event (occurred_at, org_id, action, operation, action_type, model, outcome, actor_type, actor_id,
          account_id, actor_email, ip, user_agent, target_type, target_id, target_label, changes, details, version)
        select now() - make_interval(secs => 80 * 86400.0 * (${events}::int - i) / ${events}::int), 1, 'guru.updated', 'UPDATE_GURU',
          'updated', 'GuruType', 'success', 'user', md5((i % 50)::text)::uuid, md5((i % 50)::text)::uuid,
          'person-' || i % 50 || '@halden.example', '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
          'guru', md5((i % 200)::text)::uuid, 'Guru ' || i % 200,
          jsonb_build_array(jsonb_build_object('field', 'name', 'before', md5(i::text), 'after', i)),
          jsonb_build_object('requestId', gen_random_uuid()), '0.1.0'
        from generate_series(${from}::int, ${Math.min(events, from + atATime - 1)}::int) i`;
    },
  );
}

if (!isMainThread) await serveSlice();
else if (process.argv[2] === "sealer") runSealerProcess();
else await main();
