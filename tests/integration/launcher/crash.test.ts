import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startEmbeddedPostgres } from "../../../scripts/serve/postgres/start-embedded";
import { isAlive } from "../../../scripts/serve/process-identity";
import { bundleScript, type ChildScript, type Message, startScript } from "../../support/child-script";

let script: { file: string; remove: () => void };
let dataDir: string;
let dataPath: string;
const children: ChildScript[] = [];

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), "gurulog-test-crash-"));
  script = await bundleScript("tests/support/embedded-process.ts");
});

afterEach(async () => {
  for (const child of children.splice(0)) {
    child.process.kill("SIGTERM");
    await child.ended;
  }
});

afterAll(async () => {
  const leftover = await startEmbeddedPostgres({ dataDir, log: () => {}, unsafeFast: true });
  await leftover.stop();
  rmSync(dataPath, { recursive: true, force: true });
  rmSync(`${dataPath}.log`, { force: true });
  rmSync(dataDir, { recursive: true, force: true });
  script.remove();
});

async function start(): Promise<{ child: ChildScript; facts: Message; postmaster: number }> {
  const child = startScript(script.file, [dataDir]);
  children.push(child);
  const facts = await child.waitFor((message) => "port" in message);
  dataPath = String(facts.dataPath);
  const pidFile = readFileSync(path.join(dataPath, "cluster", "postmaster.pid"), "utf8");
  return { child, facts, postmaster: Number(pidFile.split("\n")[0]) };
}

async function ask(url: unknown, statement: string): Promise<unknown> {
  const sql = postgres(String(url), { max: 1, onnotice: () => {} });
  try {
    return (await sql.unsafe(statement))[0]?.answer;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

test("a Postgres that outlived kill -9 of its Node is adopted, with its data", async () => {
  const first = await start();
  await ask(first.facts.superuserUrl, "create table kept as select 42 as answer");
  first.child.process.kill("SIGKILL");
  await first.child.ended;
  expect(isAlive(first.postmaster)).toBe(true);

  const second = await start();
  expect(second.facts.adopted).toBe(true);
  expect(second.postmaster).toBe(first.postmaster);
  expect(second.facts.port).toBe(first.facts.port);
  expect(await ask(second.facts.superuserUrl, "select answer from kept")).toBe(42);
});

test("after kill -9 of Postgres it runs again on the same port, with what was committed", async () => {
  const { child, facts, postmaster } = await start();
  await ask(facts.superuserUrl, "create table survives as select 7 as answer");
  process.kill(postmaster, "SIGKILL");
  await child.waitFor((message) => message.log === "The database server runs again.");
  expect(await ask(facts.superuserUrl, "select answer from survives")).toBe(7);
});

test("after kill -9 of both at once the next start recovers", async () => {
  const { child, facts, postmaster } = await start();
  await ask(facts.superuserUrl, "create table both_killed as select 9 as answer");
  child.process.kill("SIGKILL");
  process.kill(postmaster, "SIGKILL");
  await child.ended;

  const next = await start();
  expect(next.facts.adopted).toBe(false);
  expect(await ask(next.facts.superuserUrl, "select answer from both_killed")).toBe(9);
});

test("a second launcher on the same data folder is refused, and the first goes on", async () => {
  const { child, facts } = await start();
  const second = startScript(script.file, [dataDir]);
  const { error } = await second.waitFor((message) => "error" in message);
  expect(error).toMatch(new RegExp(`in use by process ${child.process.pid}\\. .*GURULOG_DATA_DIR`));
  expect(await second.ended).toBe(1);
  expect(await ask(facts.superuserUrl, "select 1 as answer")).toBe(1);
});

test("another command of ours may join the running server, and leaves it running", async () => {
  const { facts } = await start();
  const joined = await startEmbeddedPostgres({ dataDir, log: () => {}, joinRunning: true });
  expect(joined).toMatchObject({ joined: true, port: facts.port });
  await joined.stop();
  expect(await ask(facts.superuserUrl, "select 1 as answer")).toBe(1);
});

test("SIGTERM stops in order, the last started first, and Postgres with it; the exit code is 0", async () => {
  const { child, postmaster } = await start();
  child.process.kill("SIGTERM");
  expect(await child.ended).toBe(0);
  expect(isAlive(postmaster)).toBe(false);
  const logged = child.messages
    .map((message) => message.log)
    .filter((line) => line === "first" || line === "last");
  expect(logged).toEqual(["last", "first"]);
});

test("when npm is killed, its orphaned script stops in order all the same", async () => {
  const wrapper = path.join(dataDir, "wrapper.mjs");
  const command = JSON.stringify([script.file, dataDir]);
  writeFileSync(
    wrapper,
    `import { spawn } from "node:child_process"; spawn(process.execPath, ${command}, { stdio: "inherit" });`,
  );
  const npm = startScript(wrapper, [], { npm_lifecycle_event: "start" });
  await npm.waitFor((message) => "port" in message);
  npm.process.kill("SIGKILL");
  await npm.waitFor((message) => message.log === "Stopping (npm has ended)…");
  await npm.waitFor((message) => message.log === "Stopped.");
});

test("a process id that was reused by another program is not taken for Postgres", async () => {
  const { child } = await start();
  child.process.kill("SIGTERM");
  await child.ended;
  const pidFile = path.join(dataPath, "cluster", "postmaster.pid");
  writeFileSync(pidFile, `${process.pid}\n${dataPath}/cluster\n1700000000\n5432\n\n127.0.0.1\n\nready   \n`);
  const { facts } = await start();
  expect(facts.adopted).toBe(false);
});

test("a cluster of another major version is refused and left as it is", async () => {
  const { child } = await start();
  child.process.kill("SIGTERM");
  await child.ended;
  const versionFile = path.join(dataPath, "cluster", "PG_VERSION");
  const made = readFileSync(versionFile, "utf8");
  writeFileSync(versionFile, "13\n");
  try {
    const refused = startEmbeddedPostgres({ dataDir, log: () => {} });
    await expect(refused).rejects.toThrow(/made by Postgres 13, and this release brings Postgres 18/);
  } finally {
    writeFileSync(versionFile, made);
  }
});
