import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { parseEnv } from "@/lib/platform/env";
import { restore } from "../scripts/backup/restore";
import { writeBackup } from "../scripts/backup/write-backup";
import { bootstrapRoles } from "../scripts/serve/bootstrap-roles";
import { loadKeys } from "../scripts/serve/keys";
import { migrate } from "../scripts/serve/migrate";
import { startEmbeddedPostgres } from "../scripts/serve/postgres/start-embedded";

const events = Number(process.env.N ?? 300_000);

/** `npm run bench:backup`: how fast a log of `N` sealed events of 90 days is backed up and restored, on a durable embedded database. */
async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "gurulog-bench-backup-"));
  const dataDir = path.join(folder, "data");
  const homes: string[] = [];
  try {
    const server = await startEmbeddedPostgres({ dataDir, log: console.log });
    homes.push(server.dataPath);
    const keys = loadKeys({ dataDir, env: {} });
    const { urls, roles, mode } = await bootstrapRoles({
      adminUrl: server.superuserUrl,
      embedded: true,
      keys,
    });
    await migrate({ maintenanceUrl: urls.maintenance, roles, mode });
    await fill(server.superuserUrl, urls.sealer);

    const file = path.join(folder, "bench.tar.gz");
    let began = performance.now();
    const { manifest, fileBytes } = await writeBackup({
      url: server.superuserUrl,
      mode,
      product: "0.1.0",
      file,
    });
    report(
      "backup",
      began,
      manifest.tables.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    console.log(`file: ${(fileBytes / 1e6).toFixed(0)} MB`);
    await server.stop();

    began = performance.now();
    const common = { env: parseEnv({}), productDir: path.resolve("."), product: "0.1.0", dataDir };
    const log = (line: string) =>
      console.log(`  ${((performance.now() - began) / 1000).toFixed(1)} s  ${line}`);
    const restored = await restore({ ...common, file, replace: true, log });
    homes.push(restored.home);
    report(
      "restore",
      began,
      manifest.tables.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    console.log(`memory: ${(process.resourceUsage().maxRSS / 1e3).toFixed(0)} MB at most`);
  } finally {
    for (const home of homes)
      for (const left of [home, `${home}.log`]) rmSync(left, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(what: string, began: number, bytes: number): void {
  const seconds = (performance.now() - began) / 1000;
  const perSecond = Math.round(events / seconds).toLocaleString("en");
  console.log(
    `${what}: ${seconds.toFixed(1)} s, ${perSecond} events/s, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s of ${(bytes / 1e6).toFixed(0)} MB of rows`,
  );
}

async function fill(superuserUrl: string, sealerUrl: string): Promise<void> {
  const sql = postgres(superuserUrl, { max: 1, onnotice: () => {} });
  await sql`select audit_make_partition(now() - make_interval(days => d)) from generate_series(0, 91) d`;
  await sql`
    insert into audit_event (occurred_at, org_id, action, operation, action_type, model, outcome, actor_type, actor_id,
      account_id, actor_email, ip, user_agent, target_type, target_id, target_label, changes, version)
    select now() - make_interval(secs => (90 * 86400.0 * i) / ${events}), 1, 'guru.updated', 'UPDATE_GURU', 'updated',
      'GuruType', 'success', 'user', 'person-' || i % 50, md5((i % 50)::text)::uuid, 'person-' || i % 50 || '@halden.example',
      '203.0.113.7', 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', 'guru', md5((i % 200)::text), 'Guru ' || i % 200,
      jsonb_build_array(jsonb_build_object('field', 'name', 'before', md5(i::text), 'after', md5((i + 1)::text))), '0.1.0'
    from generate_series(1, ${events}::int) i`;
  await sql.end();
  const sealer = postgres(sealerUrl, { max: 1, onnotice: () => {} });
  while ((await sealBatch(sealer, 5_000)) > 0);
  await sealer.end();
}

await main();
