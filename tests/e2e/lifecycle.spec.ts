import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { expect, test } from "@playwright/test";
import { clusterHomeOf } from "./support/roles-database";
import { freePort, newDataDir, removeDataDir, spawnProduct, startProduct } from "./support/start-product";

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A zombie answers signals too; it is gone all the same.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

/** Processes below one, and below those. */
function descendants(pid: number): number[] {
  const rows = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" }).trim().split("\n");
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]);
  const below = (parent: number): number[] =>
    pairs.filter(([, p]) => p === parent).flatMap(([child]) => [child, ...below(child)]);
  return below(pid);
}

const postmasterOf = (dataDir: string) =>
  Number(readFileSync(path.join(clusterHomeOf(dataDir), "cluster", "postmaster.pid"), "utf8").split("\n")[0]);

const health = async (url: string) => (await fetch(`${url}/api/health`)).status;

test("a first start prints address and set-up token, keeps keys.json private, and stops on SIGTERM to npm", async () => {
  const dataDir = newDataDir();
  const port = await freePort();
  const product = await startProduct({ dataDir, port, command: ["npm", "start"] });
  expect(product.url).toBe(`http://localhost:${port}`);
  expect(product.setupToken.length).toBeGreaterThan(20);
  expect(product.output()).toContain(`/onboarding?token=${product.setupToken}`);
  expect(await health(product.url)).toBe(200);
  expect(statSync(path.join(dataDir, "keys.json")).mode & 0o777).toBe(0o600);
  const all = descendants(product.pid);
  expect(all.length).toBeGreaterThan(2);
  await product.stop("SIGTERM");
  await expect.poll(() => all.filter(alive), { timeout: 20_000 }).toEqual([]);
  removeDataDir(dataDir);
});

test("Ctrl-C ends it with code 0 and a second start finds its data", async () => {
  const dataDir = newDataDir();
  const first = await startProduct({ dataDir });
  expect(await first.stop("SIGINT")).toBe(0);
  const second = await startProduct({ dataDir });
  expect(second.setupToken).toBe(first.setupToken);
  expect(await health(second.url)).toBe(200);
  await second.stop();
  removeDataDir(dataDir);
});

test("it recovers after kill -9 of the web process and of Postgres", async () => {
  const dataDir = newDataDir();
  const first = await startProduct({ dataDir });
  await first.stop("SIGKILL");
  const second = await startProduct({ dataDir });
  expect(await health(second.url)).toBe(200);
  const postmaster = postmasterOf(dataDir);
  expect(alive(postmaster)).toBe(true);
  process.kill(postmaster, "SIGKILL");
  await expect.poll(() => alive(postmaster)).toBe(false);
  await expect.poll(() => health(second.url).catch(() => 0), { timeout: 30_000 }).toBe(200);
  expect(postmasterOf(dataDir)).not.toBe(postmaster);
  await second.stop();
  removeDataDir(dataDir);
});

test.describe("a start that cannot be says in one line what to set, and exits with 1", () => {
  const failing = async (env: Record<string, string>, port?: number) => {
    const started = spawnProduct({ env, ...(port === undefined ? {} : { port }) });
    const code = await started.exited;
    removeDataDir(started.dataDir);
    const lines = started
      .output()
      .split("\n")
      .filter((l) => l.startsWith("gurulog:"));
    return { code, lines, output: started.output() };
  };

  test("a taken port", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const port = (server.address() as { port: number }).port;
    const { code, lines } = await failing({}, port);
    server.close();
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringContaining("Set PORT")]);
  });

  test("a pooling proxy without a way past it", async () => {
    const { code, lines } = await failing({
      DATABASE_URL: "postgres://user@127.0.0.1:1/none",
      GURULOG_DATABASE_PREPARE: "false",
    });
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringContaining("DATABASE_DIRECT_URL is missing")]);
  });

  for (const [name, value, says] of [
    ["DATABASE_URL", "postgres://user:hunter2secret@127.0.0.1:1/none", "DATABASE_URL"],
    ["SOURCEBOT_EE_AUDIT_LOGGING_ENABLED", "maybe", "SOURCEBOT_EE_AUDIT_LOGGING_ENABLED"],
    ["GURULOG_TRUSTED_PROXIES", "10.0.0.0/99", "GURULOG_TRUSTED_PROXIES"],
    ["PORT", "-1", "PORT"],
    ["GURULOG_ENCRYPTION_KEY", "short", "GURULOG_ENCRYPTION_KEY"],
    ["GURULOG_DATA_DIR", `${process.cwd()}/package.json`, "GURULOG_DATA_DIR"],
  ] as const) {
    test(`${name}=${value.slice(0, 12)}…`, async () => {
      const { code, lines, output } = await failing({ [name]: value });
      expect(code).toBe(1);
      expect(lines).toEqual([expect.stringContaining(says)]);
      expect(output).not.toContain("hunter2secret");
    });
  }
});
