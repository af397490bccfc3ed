import { expect, it } from "vitest";
import { verifyLog } from "@/lib/audit/proof/verify-log";
import { ownTask } from "@/lib/audit/proof/verify-log/build-task";
import { signingHarness } from "../sealer/signing-harness";

it("a log of more than ten tiles and more than ten open entries verifies, and a change in it is named", async () => {
  const log = await signingHarness();
  try {
    for (let i = 0; i < 6; i++) await log.grow(1_900);
    await log.signed();
    expect(await verifyLog(await ownTask(1))).toMatchObject({
      size: 11_400,
      events: 11_400,
      checkpointSize: 11_400,
      findings: [],
    });
    const [victim] = await log.admin`select id from audit_event order by seq offset 10500 limit 1`;
    await log.asOwner((tx) => tx`update audit_event set actor_id = 'someone else' where id = ${victim?.id}`);
    const { findings } = await verifyLog(await ownTask(1));
    expect(findings).toEqual([
      { kind: "changed", index: 10_500, id: victim?.id, message: "The event is not what was sealed." },
    ]);
  } finally {
    await log.close();
  }
}, 120_000);
