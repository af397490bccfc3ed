import { afterEach, beforeEach, expect, it } from "vitest";
import { verifyLog } from "@/lib/audit/proof/verify-log";
import { ownTask } from "@/lib/audit/proof/verify-log/build-task";
import { type SigningHarness, signingHarness } from "../sealer/signing-harness";

let log: SigningHarness;
beforeEach(async () => {
  log = await signingHarness();
  await log.grow(20);
  await log.signed();
});
afterEach(() => log.close());

it("a log that was given another name, without any checkpoint, is not the one that was signed", async () => {
  await log.asOwner(async (tx) => {
    await tx`update audit_head set origin = 'another'`;
    await tx`delete from audit_checkpoint`;
  });
  const task = await ownTask(1);
  expect((await verifyLog(task)).findings).toMatchObject([{ kind: "rollback" }]);
  // A file that several logs may share says nothing by notes of other names.
  const shared = task.outside.map(({ note }) => ({ from: "the anchor file", note }));
  expect((await verifyLog({ ...task, outside: shared })).findings).toEqual([]);
});

it("a checkpoint of another log beside one of this log says nothing", async () => {
  const task = await ownTask(1);
  const [own] = task.outside;
  const other = { from: "a file", note: String(own?.note).replace(/^.*/, "another"), isOfThisLog: true };
  expect(
    (await verifyLog({ ...task, outside: [{ ...other, note: own?.note ?? "" }, other] })).findings,
  ).toEqual([]);
  expect((await verifyLog({ ...task, outside: [other] })).findings).toMatchObject([{ kind: "signature" }]);
});
