import { execFileSync, spawn } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readFacts } from "../../../scripts/backup/catalog";
import { bootstrapRoles } from "../../../scripts/serve/bootstrap-roles";
import { loadKeys } from "../../../scripts/serve/keys";
import { migrate } from "../../../scripts/serve/migrate";
import { findFreePort } from "../../../scripts/serve/ports";
import { chooseAccount } from "../../../scripts/serve/postgres/account";
import { insertEvents, variedEvents } from "../sealer/events-for-tests";
import { contentOf, openWorkshop, type Workshop } from "./backup-for-tests";

/** Where Debian keeps an older server, if it is installed. */
const older = ["15", "16", "17"]
  .map((major) => `/usr/lib/postgresql/${major}/bin`)
  .find((bin) => existsSync(bin));

describe.skipIf(older === undefined)("a server of an older major version", () => {
  const account = chooseAccount(null);
  const as = account === null ? {} : { uid: account.uid, gid: account.gid };
  let folder: string;
  let server: ReturnType<typeof spawn>;
  let url: string;
  let workshop: Workshop;

  beforeAll(async () => {
    workshop = openWorkshop();
    folder = mkdtempSync(path.join(tmpdir(), "gurulog-older-"));
    const password = path.join(folder, "password");
    writeFileSync(password, "older");
    if (account !== null) for (const each of [folder, password]) chownSync(each, account.uid, account.gid);
    const cluster = path.join(folder, "cluster");
    const made = [
      "-D",
      cluster,
      "-U",
      "postgres",
      "-A",
      "scram-sha-256",
      "--pwfile",
      password,
      "-E",
      "UTF8",
      "--locale=C",
    ];
    execFileSync(path.join(older ?? "", "initdb"), [...made, "--no-sync"], {
      ...as,
      cwd: folder,
      stdio: "ignore",
    });
    const port = await findFreePort("127.0.0.1");
    const settings = {
      listen_addresses: "127.0.0.1",
      port: String(port),
      unix_socket_directories: "",
      fsync: "off",
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    server = spawn(path.join(older ?? "", "postgres"), ["-D", cluster, ...args], {
      ...as,
      cwd: folder,
      stdio: "ignore",
    });
    url = `postgres://postgres:older@127.0.0.1:${port}/postgres`;
    const sql = postgres(url, { max: 1, onnotice: () => {} });
    await vi.waitFor(() => sql`select 1`, { timeout: 20_000 });
    await sql.end();
  });

  afterAll(async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGINT");
    await ended;
    rmSync(folder, { recursive: true, force: true });
    workshop.close();
  });

  test("is backed up through DATABASE_URL's roles and restored into the embedded one, byte for byte", async () => {
    const keysDir = workshop.newDataDir();
    const keys = loadKeys({ dataDir: keysDir, env: {} });
    const { mode, urls, roles } = await bootstrapRoles({
      adminUrl: url,
      embedded: false,
      keys,
      allowUnsafeFsync: true,
    });
    expect(mode).toBe("enforced");
    await migrate({ maintenanceUrl: urls.maintenance, roles, mode });
    const app = postgres(urls.app, { max: 1, onnotice: () => {} });
    await insertEvents(app, variedEvents(500));
    await app.end();
    // The list of kinds as each start makes it.
    await migrate({ maintenanceUrl: urls.maintenance, roles, mode });

    const before = await contentOf(url);
    const file = await workshop.backUp(urls.maintenance, { role: roles.owner });
    const dataDir = workshop.newDataDir();
    const { manifest } = await workshop.restore(file, dataDir);
    expect(manifest.postgres).toMatch(/^1[567]\./);
    await workshop.onDatabase(dataDir, async (sql, restored) => {
      expect(await contentOf(restored)).toEqual(before);
      expect(Number((await readFacts(sql)).postgres.split(".")[0])).toBeGreaterThanOrEqual(18);
    });
  }, 120_000);
});
