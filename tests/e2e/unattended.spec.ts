import { expect, test } from "@playwright/test";
import { type Admin, connectAdmin } from "./support/roles-database";
import { newDataDir, removeDataDir, startProduct } from "./support/start-product";
import { readLog, signInOwner, unattended, visitor } from "./support/visitor";

/** An event of a hundred days ago and a cleanup last done the day before yesterday, as after a long week off. */
async function makeCleanupOverdue(admin: Admin): Promise<void> {
  await admin`select audit_make_partition(now() - interval '100 days')`;
  await admin`
    insert into audit_event (occurred_at, org_id, action, operation, action_type, model, outcome, actor_type, actor_id,
      target_type, target_id, target_label, version)
    values (now() - interval '100 days', 1, 'user.signed_in', 'LOGIN_SUCCESS', 'access', 'User', 'success', 'anonymous',
      'anonymous', 'user', 'long-ago', 'long ago', '0.0.1')`;
  const unsealed = async () =>
    (await admin`select 1 from audit_outbox where occurred_at < now() - interval '99 days'`).length;
  await expect.poll(unsealed, { timeout: 20_000 }).toBe(0);
  await admin`update audit_config set last_pruned_at = now() - interval '2 days'`;
}

test("the worker runs as a process of its own beside the embedded database, and its end leaves the product running", async () => {
  test.setTimeout(120_000);
  const dataDir = newDataDir();
  const product = await startProduct({ dataDir, env: { ...unattended, GURULOG_WORKER: "false" } });
  try {
    const owner = visitor({ address: product.url });
    expect((await signInOwner(owner)).status).toBe(303);
    await owner.submit("/gurus/new", "Create guru", { name: "Runbook", slug: "runbook" });
    const text = { title: "Deploys", content: "A deploy goes out on Tuesday at nine." };
    await owner.submit("/gurus/runbook/data-sources", "Add a text", text);
    const indexed = () => readLog(owner, "&action=datasource.indexed");
    expect(await indexed()).toEqual([]);

    const worker = await startProduct({
      dataDir,
      env: unattended,
      command: ["npm", "run", "worker"],
      ready: /The worker runs/,
    });
    await expect.poll(async () => (await indexed()).length, { timeout: 30_000 }).toBe(1);
    await worker.stop();
    expect((await indexed())[0]).toMatchObject({ actorType: "system", actorId: "system", ip: null });
    expect((await owner.get("/gurus/runbook/data-sources")).status).toBe(200);
  } finally {
    await product.stop();
    removeDataDir(dataDir);
  }
});

test("an overdue cleanup happens at start and is recorded, also with logging off and while rows are being copied out", async () => {
  test.setTimeout(120_000);
  const dataDir = newDataDir();
  const prunings = async (admin: Admin) =>
    admin`select operation, actor_type, actor_id, ip, details from audit_event where action = 'audit.pruned'`;
  const first = await startProduct({ dataDir, env: { ...unattended, GURULOG_WORKER: "false" } });
  const before = connectAdmin(dataDir);
  await makeCleanupOverdue(before);
  expect(await prunings(before)).toHaveLength(0);
  await before.end();
  await first.stop();

  const off = { SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: "false" };
  const product = await startProduct({ dataDir, env: { ...off, GURULOG_WORKER: "false" } });
  const admin = connectAdmin(dataDir);
  try {
    const reader = await admin.reserve();
    await reader`begin isolation level repeatable read read only`;
    const copy =
      await reader`copy (select * from audit_event, generate_series(1, 40000)) to stdout`.readable();
    copy.once("data", () => copy.pause());
    const worker = await startProduct({
      dataDir,
      env: off,
      command: ["npm", "run", "worker"],
      ready: /The worker runs/,
    });
    try {
      const waiting = async () =>
        (
          await admin`select 1 from pg_stat_activity where application_name = 'gurulog cleanup' and wait_event_type = 'Lock'`
        ).length;
      await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
      expect(await prunings(admin)).toHaveLength(0);
      const owner = visitor({ address: product.url });
      expect((await signInOwner(owner)).status).toBe(303);
      expect((await owner.get("/settings/audit-logs")).status).toBe(200);

      let last = "";
      for await (const chunk of copy) last = String(chunk);
      expect(last).not.toBe("");
      // The driver may have paused its socket at the very end; the commit would have no answer.
      copy._read(0);
      await reader`commit`;
      reader.release();
      await expect.poll(async () => (await prunings(admin)).length, { timeout: 30_000 }).toBe(1);
    } finally {
      await worker.stop();
    }
    const [pruned] = await prunings(admin);
    expect(pruned).toMatchObject({
      operation: "PRUNE_AUDIT_LOGS",
      actor_type: "system",
      actor_id: "system",
      ip: null,
      details: { rowsRemoved: 1 },
    });
    expect(await admin`select 1 from audit_event where target_id = 'long-ago'`).toHaveLength(0);
    // Off means off: the sign-in of above is no event.
    expect(await admin`select 1 from audit_event where action = 'user.signed_in'`).toHaveLength(0);
  } finally {
    await admin.end();
    await product.stop();
    removeDataDir(dataDir);
  }
});
