import { readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { withCredentials } from "../../../scripts/serve/database-url";
import { clusterHomeOf } from "../../e2e/support/roles-database";
import { freePort } from "../../e2e/support/start-product";
import { bundleScript, startScript } from "../../support/child-script";
import { killAllOfPostgres } from "./kills";
import type { Act } from "./ledger";
import type { Plan } from "./plan";
import { randomFrom } from "./random";
import { type Load, startLoad } from "./run-load";
import type { FaultWorld } from "./world";

/** The product itself, but its role commits without waiting for the disk. @returns the ledger */
export async function runAsynchronousCommit(world: FaultWorld, plan: Plan): Promise<Act[]> {
  const random = randomFrom(plan.seed + 2);
  const role = await world.ask(async (sql) => {
    const [found] = await sql<
      { name: string }[]
    >`select rolname as name from pg_roles where rolname like 'gurulog\\_app%'`;
    const name = found?.name ?? "";
    await sql`alter role ${sql(name)} set synchronous_commit = off`;
    // What is connected keeps the setting of before.
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where usename = ${name}`;
    return name;
  });
  await world.healthy();
  const load = await startLoad({ ...world, prefix: "async", seed: plan.seed + 2 });
  // The less the machine does in a second, the less is lost to each blow.
  for (let kill = 0; kill < plan.controlKills * 5; kill++) {
    if (kill >= plan.controlKills && (await lostOf(world, load.acknowledged())) > 0) break;
    await delay(700 + random() * 500);
    // What is acknowledged waits up to 0.6 s for the disk: the blow falls while something does.
    await anotherAcknowledged(load);
    await killAllOfPostgres(world);
    await world.healthy();
  }
  const acts = await load.stop();
  await world.healthy();
  await world.ask((sql) => sql`alter role ${sql(role)} reset synchronous_commit`);
  return acts;
}

/** The control server, which records after the commit. @returns the ledger */
export async function runRecordingAfterwards(world: FaultWorld, plan: Plan): Promise<Act[]> {
  const random = randomFrom(plan.seed + 3);
  const port = await freePort();
  const { rolePasswords } = JSON.parse(readFileSync(path.join(world.dataDir, "keys.json"), "utf8")) as {
    rolePasswords: { app: string };
  };
  const database = readFileSync(
    path.join(clusterHomeOf(world.dataDir), "cluster", "postmaster.pid"),
    "utf8",
  ).split("\n")[3];
  const app = withCredentials(
    `postgres://127.0.0.1:${Number(database)}/gurulog`,
    "gurulog_app",
    rolePasswords.app,
  );
  const account = await world.ask(
    async (sql) => (await sql<{ id: string }[]>`select id from account limit 1`)[0]?.id,
  );
  const { file, remove } = await bundleScript("tests/faults/support/control-server.ts");
  const start = async () => {
    const server = startScript(file, [app, String(port), account ?? ""], {
      NODE_OPTIONS: "--conditions=react-server",
    });
    await server.waitFor((message) => message.ready === true);
    return server;
  };
  let server = await start();
  const load = await startLoad({
    ...world,
    url: `http://127.0.0.1:${port}`,
    prefix: "after",
    seed: plan.seed + 3,
    control: true,
  });
  // A blow loses something only where it falls between two statements of a client's: several times as many.
  for (let kill = 0; kill < plan.controlKills * 3; kill++) {
    await delay(200 + random() * 300);
    await anotherAcknowledged(load);
    server.process.kill("SIGKILL");
    await server.ended;
    server = await start();
  }
  const acts = await load.stop();
  server.process.kill("SIGKILL");
  await server.ended;
  remove();
  return acts;
}

async function lostOf(world: FaultWorld, markers: string[]): Promise<number> {
  const rows = await world.ask(
    (sql) => sql`select unnest(${markers}::text[]) except select user_agent from audit_event`,
  );
  return rows.length;
}

async function anotherAcknowledged(load: Load): Promise<void> {
  const before = load.acknowledged().length;
  const until = Date.now() + 60_000;
  while (load.acknowledged().length === before) {
    if (Date.now() > until) throw new Error("nothing was acknowledged in 60 s");
    await delay(5);
  }
}
