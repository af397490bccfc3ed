import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { verifyLog } from "@/lib/audit/proof/verify-log";
import { ownTask } from "@/lib/audit/proof/verify-log/build-task";
import { asOwner } from "@/lib/audit/retention/maintenance-session";
import { prune } from "@/lib/audit/retention/prune";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { insertEvents, setClock, variedEvents } from "../sealer/events-for-tests";
import { type SigningHarness, signingHarness } from "../sealer/signing-harness";

let log: SigningHarness;
beforeEach(async () => {
  log = await signingHarness();
});
afterEach(() => log.close());

const verify = async () => verifyLog(await ownTask(1));

function maintenance() {
  const { urls, roles, mode } = log.product.runtime;
  return { maintenanceUrl: urls.maintenance, roles, mode };
}

/** Events of some days ago, and of today. */
async function aged(days: number): Promise<void> {
  await asOwner(maintenance(), { name: "test", lockTimeoutMs: 10_000 }, (sql) =>
    sql.begin(async (tx) => {
      const at = new Date(Date.now() - days * 86_400_000).toISOString();
      await tx`select audit_make_partition(${at}::timestamptz)`;
      await setClock(tx, at);
      await insertEvents(tx, variedEvents(30));
    }),
  );
  while ((await sealBatch(log.sealer, 5_000)) > 0);
}

describe("what is lawful is no finding", () => {
  it("events past the retention that the cleanup has removed", async () => {
    await aged(100);
    await log.grow(20);
    await log.signed();
    expect(await verify()).toMatchObject({ events: 50, expired: 0, findings: [] });
    expect(await prune(maintenance())).toMatchObject({ removed: 30 });
    expect(await verify()).toMatchObject({ events: 20, expired: 30, size: 50, findings: [] });
  });

  it("but a younger one that was removed with them is", async () => {
    await aged(100);
    await log.grow(20);
    await log.signed();
    await prune(maintenance());
    const [victim] = await log.admin`select id from audit_event order by seq desc offset 3 limit 1`;
    await log.asOwner((tx) => tx`delete from audit_event where id = ${victim?.id}`);
    expect((await verify()).findings).toMatchObject([{ kind: "removed", index: 46, id: victim?.id }]);
  });

  it("a younger one removed under the cover of a record of a cleanup that nobody sealed is, too", async () => {
    await log.grow(20);
    await log.signed();
    const [victim] = await log.admin`select id from audit_event order by seq offset 5 limit 1`;
    await log.asOwner(async (tx) => {
      await tx`delete from audit_event where id = ${victim?.id}`;
      await insertEvents(tx, [{ action: "audit.pruned", model: "AuditLog", action_type: "deleted" }]);
      await tx`update audit_event set details = jsonb_build_object('cutoff', now()) where action = 'audit.pruned'`;
    });
    const { findings } = await verify();
    expect(findings).toContainEqual(expect.objectContaining({ kind: "removed", index: 5, id: victim?.id }));
  });

  it("events that wait to be sealed, and a log without any", async () => {
    expect(await verify()).toMatchObject({ size: 0, findings: [] });
    await insertEvents(log.admin, variedEvents(7));
    expect(await verify()).toMatchObject({ size: 0, waiting: 7, findings: [] });
  });
});

describe("a log that was set back", () => {
  it("is behind what this machine has signed", async () => {
    await log.grow(20);
    await log.signed();
    const restore = await log.backup();
    await log.grow(30);
    await log.signed();
    await restore();
    expect((await verify()).findings).toMatchObject([{ kind: "rollback", index: 20 }]);
    // Grown past the signed size by other events it is another log.
    await log.grow(40);
    expect((await verify()).findings).toMatchObject([{ kind: "rollback", index: 20 }]);
  });

  it("does not continue a checkpoint that somebody else has kept", async () => {
    await log.grow(20);
    await log.signed();
    const restore = await log.backup();
    await log.grow(30);
    await log.signed();
    const [kept] = await log.admin`select note from audit_checkpoint order by size desc limit 1`;
    await restore();
    const task = await ownTask(1);
    const outside = [{ from: "a checkpoint kept elsewhere", note: String(kept?.note) }];
    expect((await verifyLog({ ...task, outside })).findings).toMatchObject([{ kind: "rollback" }]);
    expect((await verifyLog({ ...task, outside: [] })).findings).toEqual([]);
  });
});

describe("a clock that was wrong for a while", () => {
  it("is no finding, once the retention has taken what followed", async () => {
    await aged(94); // as if the clock had gone six days ahead…
    await aged(100); // …and was set right again
    await log.grow(20);
    await log.signed();
    await log.admin`update audit_config set retention_days = 97`;
    expect(await prune(maintenance())).toMatchObject({ removed: 30 });
    expect((await verify()).findings).toEqual([]);
  });
});
