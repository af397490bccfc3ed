import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, expect, it } from "vitest";
import { verifyLog } from "@/lib/audit/proof/verify-log";
import { ownTask } from "@/lib/audit/proof/verify-log/build-task";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { adoptOrigin } from "@/lib/features/log-integrity/commands/adopt-origin";
import { setRuntime } from "@/lib/platform/runtime";
import { cleanUp } from "../../../scripts/serve/cleanup";
import { testRequest as request } from "../../support/product";
import { insertEvents, setClock, variedEvents } from "../sealer/events-for-tests";
import { type SigningHarness, signingHarness } from "../sealer/signing-harness";

let log: SigningHarness;
beforeEach(async () => {
  log = await signingHarness();
});
afterEach(() => log.close());

/** As after a start with these sealing keys, the current first. */
async function startWith(sealingKeys: string[]): Promise<void> {
  const { runtime } = log.product;
  setRuntime({ ...runtime, keys: { ...runtime.keys, sealingKeys } });
  await insertEvents(log.admin, [{ action: "audit.key_rotated", model: "AuditLog", action_type: "updated" }]);
  while ((await sealBatch(log.sealer, 5_000)) > 0);
  await log.signed();
}

it("a log that was restored and adopted verifies after its key was rotated and the old one retired", async () => {
  const owner = await log.product.person("owner@halden.example", "owner");
  await log.grow(20);
  await log.signed();
  const restore = await log.backup();
  await log.grow(30);
  await log.signed();
  await restore();
  await log.refused();
  const input = { size: 20, confirmation: "20" };
  expect(await adoptOrigin.execute({ principal: owner, request, input })).toMatchObject({ ok: true });
  while ((await sealBatch(log.sealer, 5_000)) > 0);
  await log.signed();
  expect((await verifyLog(await ownTask(1))).findings).toEqual([]);

  // Whoever asks about a checkpoint that was given up is told so; one that is still part of the log holds.
  const [lost, kept] = await Promise.all(
    [50, 20].map(
      (size) => log.admin`select note from audit_checkpoint where size = ${size} order by created_at limit 1`,
    ),
  );
  const asked = async (note: string) => {
    const task = await ownTask(1);
    return verifyLog({
      ...task,
      outside: [...task.outside, { from: "mine.txt", note, isOfThisLog: true, isGiven: true }],
    });
  };
  expect(await asked(lost?.[0]?.note)).toMatchObject({ findings: [{ kind: "rollback" }], findingCount: 1 });
  expect(await asked(kept?.[0]?.note)).toMatchObject({ findings: [], outside: { "mine.txt": 1 } });

  const [old = ""] = log.product.runtime.keys.sealingKeys;
  const { privateKey } = generateKeyPairSync("ed25519");
  const fresh = privateKey.export({ format: "der", type: "pkcs8" }).toString("base64");
  await startWith([fresh, old]);
  expect((await verifyLog(await ownTask(1))).findings).toEqual([]);
  await startWith([fresh]);
  expect((await verifyLog(await ownTask(1))).findings).toEqual([]);

  // Months later the record of the rotation is past the retention, and gone with all that is as old.
  await log.admin.begin(async (tx) => {
    const at = new Date(Date.now() - 100 * 86_400_000).toISOString();
    await tx`select audit_make_partition(${at}::timestamptz)`;
    await setClock(tx, at);
    await insertEvents(tx, variedEvents(5));
  });
  while ((await sealBatch(log.sealer, 5_000)) > 0);
  await log.signed();
  await cleanUp({ onlyWhenDue: false });
  await log.asOwner(async (tx) => {
    await tx`update audit_checkpoint set created_at = created_at - interval '100 days' where size <= 50`;
    await tx`update audit_event set action = 'x' where action = 'audit.key_rotated'`;
  });
  const later = (await verifyLog(await ownTask(1))).findings;
  expect(later.filter(({ kind }) => kind === "signature")).toEqual([]);
  // A fresh one that somebody else has signed is none of ours.
  await log.asOwner((tx) => tx`update audit_checkpoint set created_at = now()`);
  expect((await verifyLog(await ownTask(1))).findings).toContainEqual(
    expect.objectContaining({ kind: "signature" }),
  );
});
