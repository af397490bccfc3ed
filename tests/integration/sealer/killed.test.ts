import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sealBatch } from "@/lib/audit/seal/seal-batch";
import { createSealer } from "@/lib/audit/seal/sealer";
import { bundleScript, type ChildScript, startScript } from "../../support/child-script";
import { messageProxy } from "../gate/message-proxy";
import { insertEvents, until, variedEvents } from "./events-for-tests";
import { expectWholeLog, sealedOrder } from "./sealed-log";
import { type SigningHarness, signingHarness } from "./signing-harness";

let log: SigningHarness;
let script: Awaited<ReturnType<typeof bundleScript>>;
beforeAll(async () => {
  script = await bundleScript("tests/support/sealer-process.ts");
});
afterAll(() => script.remove());
beforeEach(async () => {
  log = await signingHarness();
});
afterEach(() => log.close());

describe("a sealer's process", () => {
  it("killed at any instant while events arrive leaves a whole log, which another one goes on with", async () => {
    const { urls } = log.product.database;
    const [sealingKey = ""] = log.product.runtime.keys.sealingKeys;
    const start = (): ChildScript =>
      startScript(script.file, [urls.sealer, log.product.runtime.dataDir, sealingKey]);
    let events = 0;
    let isOver = false;
    const sealed = async () => (await sealedOrder(log.admin)).length;
    const writing = (async () => {
      // Never far ahead of the sealer: each kill finds it at work.
      while (!isOver) {
        events += (await insertEvents(log.admin, variedEvents(150, events))).length;
        await until("it is not far behind", async () => isOver || (await sealed()) > events - 1_500, 60_000);
      }
    })();
    let before = 0;
    for (let n = 0; n < 6; n += 1) {
      const child = start();
      await child.waitFor((message) => message.started === true);
      // It is in the midst of its work: each kill falls somewhere else in it.
      await until("it seals", async () => (await sealed()) > before + n * 37, 30_000);
      child.process.kill("SIGKILL");
      await child.ended;
      before = await sealed();
    }
    isOver = true;
    await writing;
    const second = createSealer({
      sealerUrl: urls.sealer,
      intervalMs: 1,
      signing: { dataDir: log.product.runtime.dataDir },
    });
    while ((await second.sealOnce()) > 0);
    expect((await second.signOnce()).get(1)).toMatchObject({ state: "signed", size: events });
    await second.stop();
    await expectWholeLog(log.admin, events);
    expect(log.remembered()).toBe(events);
  }, 120_000);
});

describe("a batch whose COMMIT was sent", () => {
  it("stands when the server got it, though the answer is lost, and not when it did not; none is sealed twice", async () => {
    const proxy = await messageProxy(log.product.database.urls.sealer);
    const connect = () => postgres(proxy.url, { max: 1, onnotice: () => {}, idle_timeout: 1 });
    let events = 0;
    for (const when of ["before it arrives", "after it is done"] as const) {
      // More than a tile, so that the batch has all its statements.
      events += (await insertEvents(log.admin, variedEvents(1_100, events))).length;
      const before = (await sealedOrder(log.admin)).length;
      const sealer = connect();
      proxy.breakAt(/^commit/i, when);
      await expect(sealBatch(sealer, 5_000)).rejects.toThrow();
      await sealer.end({ timeout: 5 });
      const stands = when === "after it is done";
      await until(
        "the server has done it",
        async () => (await sealedOrder(log.admin)).length === (stands ? events : before),
      );
      while ((await sealBatch(log.sealer, 700)) > 0);
      await expectWholeLog(log.admin, events);
    }
    expect(proxy.broken).toBe(2);
    await proxy.close();
  }, 60_000);
});
