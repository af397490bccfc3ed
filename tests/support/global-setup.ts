import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { bootstrapRoles } from "../../scripts/serve/bootstrap-roles";
import { loadKeys } from "../../scripts/serve/keys";
import { migrate } from "../../scripts/serve/migrate";
import { findOwner } from "../../scripts/serve/postgres/owner";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../scripts/serve/postgres/start-embedded";
import "./test-server";

const prefix = "gurulog-test-";
const template = "gurulog"; // the database that the embedded server makes

/** One real Postgres for the whole run, with the roles and a migrated template that test databases are copied from. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Packages installed by hand, not by our scripts, come with the driver as it is published.
  const { mendPostgresDriver } = await import(path.resolve("scripts/support/mend-postgres-driver.mjs"));
  mendPostgresDriver();
  await removeLeftovers();
  const dataDir = mkdtempSync(path.join(tmpdir(), prefix));
  const server = await startEmbeddedPostgres({ dataDir, log: () => {}, unsafeFast: true });
  try {
    const keys = loadKeys({ dataDir, env: {} });
    const { urls, roles, mode } = await bootstrapRoles({
      adminUrl: server.superuserUrl,
      embedded: true,
      keys,
      allowUnsafeFsync: true,
    });
    await migrate({ maintenanceUrl: urls.maintenance, roles, mode });
    project.provide("testServer", {
      adminUrl: server.superuserUrl.replace(/\/gurulog$/, "/postgres"),
      template,
      roles,
      rolePasswords: keys.rolePasswords,
    });
  } catch (error) {
    await remove(server, dataDir);
    throw error;
  }
  return () => remove(server, dataDir);
}

async function remove(server: EmbeddedPostgres, dataDir: string): Promise<void> {
  await server.stop();
  rmSync(server.dataPath, { recursive: true, force: true });
  rmSync(`${server.dataPath}.log`, { force: true });
  rmSync(dataDir, { recursive: true, force: true });
}

/** A run that was killed left its server running: take it over, stop it and delete its data. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const dataDir = path.join(tmpdir(), name);
    if (!name.startsWith(prefix) || !existsSync(path.join(dataDir, "owner.json"))) continue;
    if (findOwner(dataDir) !== undefined) continue;
    try {
      await remove(await startEmbeddedPostgres({ dataDir, log: () => {}, unsafeFast: true }), dataDir);
    } catch (error) {
      console.warn(`${dataDir} of an earlier run could not be removed: ${String(error)}`);
    }
  }
}
