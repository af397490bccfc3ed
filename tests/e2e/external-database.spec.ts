import { rmSync } from "node:fs";
import { expect, test } from "@playwright/test";
import postgres from "postgres";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../scripts/serve/postgres/start-embedded";
import { newDataDir, removeDataDir, spawnProduct, startProduct } from "./support/start-product";
import { readLog, signInOwner, unattended, type Visitor, visitor } from "./support/visitor";

/** A second Postgres, as a customer brings it: durable, and not under the product's launcher. */
let server: EmbeddedPostgres;
let serverDir = "";
test.beforeAll(async () => {
  serverDir = newDataDir();
  server = await startEmbeddedPostgres({ dataDir: serverDir, log: () => {} });
});
test.afterAll(async () => {
  await server.stop();
  rmSync(server.dataPath, { recursive: true, force: true });
  removeDataDir(serverDir);
});

const password = "a-password-of-the-operator";

/** An empty database of a new user, as a hosting company gives one out. */
async function hostedDatabase(attributes: string): Promise<{ url: string; admin: postgres.Sql }> {
  const name = `hosted_${attributes}`;
  const root = postgres(server.superuserUrl, { max: 1, onnotice: () => {} });
  await root.unsafe(`create role operator_${name} login ${attributes} password '${password}'`);
  await root.unsafe(`create database ${name} owner operator_${name}`);
  await root.end();
  const adminUrl = new URL(server.superuserUrl);
  adminUrl.pathname = `/${name}`;
  const url = new URL(adminUrl);
  url.username = `operator_${name}`;
  url.password = password;
  return { url: url.href, admin: postgres(adminUrl.href, { max: 3, onnotice: () => {} }) };
}

/** An event of a hundred days ago, as if this database were that old, sealed as any other. */
async function anEventLongAgo(admin: postgres.Sql): Promise<void> {
  await admin`select audit_make_partition(now() - interval '100 days')`;
  await admin`
    insert into audit_event (occurred_at, org_id, action, operation, action_type, model, outcome, actor_type, actor_id,
      target_type, target_id, target_label, version)
    values (now() - interval '100 days', 1, 'user.signed_in', 'LOGIN_SUCCESS', 'access', 'User', 'success', 'anonymous',
      'anonymous', 'user', 'long-ago', 'long ago', '0.0.1')`;
  const unsealed = async () =>
    (await admin`select 1 from audit_outbox where occurred_at < now() - interval '99 days'`).length;
  await expect.poll(unsealed, { timeout: 20_000 }).toBe(0);
}

async function addText(owner: Visitor): Promise<void> {
  const made = await owner.submit("/gurus/new", "Create guru", { name: "Runbook", slug: "runbook" });
  expect([made.status, made.headers.get("location")]).toEqual([303, "/gurus/runbook"]);
  const text = { title: "Deploys", content: "A deploy goes out on Tuesday at nine." };
  await owner.submit("/gurus/runbook/data-sources", "Add a text", text);
}

/** A plain DELETE with the very URL that the product was given. */
async function deletesNothing(url: string, says: RegExp): Promise<void> {
  const operator = postgres(url, { max: 1, onnotice: () => {} });
  await expect(operator`delete from audit_event`.then(() => "deleted")).rejects.toThrow(says);
  await operator.end();
}

/** Starts that do not fit the running instance: each ends with one line that says why. */
async function othersMayNotJoin(dataDir: string, env: Record<string, string>): Promise<void> {
  for (const [wrong, variable] of [
    [{ SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: "false" }, "SOURCEBOT_EE_AUDIT_LOGGING_ENABLED is false here"],
    [{ GURULOG_AUDIT_RETENTION_DAYS: "30" }, "GURULOG_AUDIT_RETENTION_DAYS makes 30 days here"],
    [{ GURULOG_TRUSTED_PROXIES: "10.0.0.0/8" }, 'GURULOG_TRUSTED_PROXIES is "10.0.0.0/8" here'],
    [{ GURULOG_DATA_DIR: `${dataDir}-elsewhere` }, "keys.json"],
  ] as const) {
    const second = spawnProduct({ dataDir, env: { ...env, ...wrong } });
    expect(await second.exited).toBe(1);
    const lines = second
      .output()
      .split("\n")
      .filter((line) => line.startsWith("gurulog:"));
    expect(lines).toEqual([expect.stringContaining(variable)]);
    expect(second.output()).not.toContain(password);
  }
}

/** `npm run worker` beside a product without one, while a reader such as an open export keeps the old week in use. */
async function workerCatchesUp(
  owner: Visitor,
  admin: postgres.Sql,
  start: { dataDir: string; env: Record<string, string> },
) {
  // The daily verification falls due with it. It may look at any moment, and an event planted out of time is odd to it.
  const acts = ["audit.pruned", "datasource.indexed", "user.created"];
  const bySystem = async () =>
    (await readLog(owner, "&actor=system"))
      .map((e) => e.action)
      .filter((action) => acts.includes(action))
      .sort();
  const reader = await admin.reserve();
  await reader`begin isolation level repeatable read read only`;
  await reader`select count(*) from audit_event`;
  expect(await bySystem()).toEqual(["user.created"]);
  const worker = await startProduct({
    ...start,
    command: ["npm", "run", "worker"],
    ready: /The worker runs/,
  });
  try {
    await expect.poll(bySystem, { timeout: 30_000 }).toEqual(["datasource.indexed", "user.created"]);
    const waiting = async () =>
      (
        await admin`
          select 1 from pg_stat_activity where application_name = 'gurulog cleanup' and wait_event_type = 'Lock'`
      ).length;
    await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
    expect((await owner.get("/settings/audit-logs")).status).toBe(200);
    await reader`commit`;
    reader.release();
    await expect.poll(bySystem, { timeout: 30_000 }).toEqual(acts);
  } finally {
    await worker.stop();
  }
}

const modes = [
  { may: "createrole", says: /permission denied for table audit_event/ },
  { may: "nocreaterole", says: /the audit log is append-only: DELETE of audit_event is refused/ },
];
for (const { may, says } of modes) {
  test(`DATABASE_URL of a user with ${may}: a plain DELETE is refused, whoever differs may not join, the worker indexes and cleans up`, async () => {
    test.setTimeout(180_000);
    const { url, admin } = await hostedDatabase(may);
    const dataDir = newDataDir();
    const env = { ...unattended, DATABASE_URL: url };
    const product = await startProduct({ dataDir, env: { ...env, GURULOG_WORKER: "false" } });
    try {
      expect((await fetch(`${product.url}/api/health`)).status).toBe(200);
      const owner = visitor({ address: product.url });
      expect((await signInOwner(owner)).status).toBe(303);
      await deletesNothing(url, says);
      await othersMayNotJoin(dataDir, env);
      expect((await owner.get("/gurus")).status).toBe(200);

      await addText(owner);
      await anEventLongAgo(admin);
      await workerCatchesUp(owner, admin, { dataDir, env });
      const [pruned] = await readLog(owner, "&action=audit.pruned");
      expect(pruned).toMatchObject({
        operation: "PRUNE_AUDIT_LOGS",
        actorType: "system",
        ip: null,
        details: { rowsRemoved: 1, cutoff: expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00\.000Z$/) },
      });
      expect(await admin`select 1 from audit_event where target_id = 'long-ago'`).toHaveLength(0);
    } finally {
      await product.stop();
      await admin.end();
      removeDataDir(dataDir);
    }
  });
}
