import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { GET } from "@/app/exports/[id]/route";
import { GET as STATUS } from "@/app/exports/[id]/status/route";
import { cancelExport } from "@/lib/features/audit-log/commands/cancel-export";
import { closeAbandonedExports } from "@/lib/features/audit-log/export-end";
import { breakTheLog, testRequest } from "@/tests/support/product";
import { call, copiesRunning, start, started, until } from "./harness";
import { sealAll } from "./sealing";
import { type ExportWorld, exportWorld, small } from "./world";

let world: ExportWorld;
let { product, owner, member, ownerCookie, exported, jobOf } = {} as ExportWorld;
beforeAll(async () => {
  world = await exportWorld();
  ({ product, owner, member, ownerCookie, exported, jobOf } = world);
  await sealAll(product);
});
afterEach(() => world.settle());
afterAll(() => world.product.close());

describe.each(["csv", "xlsx", "json", "zip"])("an export in %s that ends early", (format) => {
  it("leaves no query when the browser leaves, and is recorded again with the rows sent", async () => {
    const { id } = await started(owner, { format });
    const first = (await exported()).at(-1);
    const response = await call(GET, id, ownerCookie);
    const reader = response.body?.getReader();
    await reader?.read();
    expect(await copiesRunning(product)).toBe(1);
    await reader?.cancel();
    await until("the query is gone", async () => (await copiesRunning(product)) === 0);
    const job = await jobOf(id);
    expect(job).toMatchObject({ state: "cancelled" });
    const second = (await exported()).at(-1);
    expect(second).toMatchObject({
      outcome: "failure",
      cause: first?.id,
      actor_id: owner.accountId,
      ip: "203.0.113.7",
      details: {
        success: false,
        rowsSent: Number(job?.rows_sent),
        format,
        exportId: id,
        message: "the browser left",
      },
    });
    expect(Number(job?.rows_sent)).toBeLessThan(60_000);
    // And the person may export again at once.
    expect(await start(owner, small)).toMatchObject({ ok: true });
  });

  it("is cut when its person cancels it, so that the file never looks whole", async () => {
    const { id } = await started(owner, { format });
    const response = await call(GET, id, ownerCookie);
    const reader = response.body?.getReader();
    await reader?.read();
    expect(
      await cancelExport.execute({ principal: owner, request: testRequest, input: { id } }),
    ).toMatchObject({ ok: true });
    await until("it is cancelled", async () => (await jobOf(id))?.state === "cancelled");
    await until("the query is gone", async () => (await copiesRunning(product)) === 0);
    const rest = (async () => {
      while (!(await reader?.read())?.done);
    })();
    await expect(rest).rejects.toThrow();
    expect((await exported()).at(-1)).toMatchObject({
      outcome: "failure",
      details: { success: false, exportId: id },
    });
  });

  it("is cut when the database ends the query, and is recorded as failed", async () => {
    const { id } = await started(owner, { format });
    const response = await call(GET, id, ownerCookie);
    const reader = response.body?.getReader();
    await reader?.read();
    await product.admin`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'gurulog export' and datname = current_database()`;
    const rest = (async () => {
      while (!(await reader?.read())?.done);
    })();
    await expect(rest).rejects.toThrow();
    await until("it has failed", async () => (await jobOf(id))?.state === "failed");
    expect((await exported()).at(-1)).toMatchObject({
      outcome: "failure",
      details: { success: false, exportId: id },
    });
  });
});

describe("an export that nobody brings to an end", () => {
  it("is not held against its person for more than a minute when its download never begins", async () => {
    const { id } = await started(owner, small);
    const first = (await exported()).at(-1);
    expect(await start(owner, small)).toMatchObject({ ok: false, code: "busy" });
    await product.admin`update export_job set created_at = created_at - interval '61 seconds' where id = ${id}`;
    expect((await call(GET, id, ownerCookie)).status).toBe(410);
    const { id: next } = await started(owner, small);
    expect(await jobOf(id)).toMatchObject({ state: "failed" });
    const events = (await exported()).slice(-2);
    expect(events.map((e) => [e.outcome, e.details.exportId])).toEqual([
      ["failure", id],
      ["success", next],
    ]);
    expect(events[0]).toMatchObject({
      cause: first?.id,
      actor_id: owner.accountId,
      details: { rowsSent: 0, message: expect.stringContaining("not begun") },
    });
  });

  it("counts as crashed after a minute without a sign of life, and is closed by the worker with the rows it had sent", async () => {
    const { id } = await started(owner, small);
    const first = (await exported()).at(-1);
    await product.admin`update export_job set state = 'running', rows_sent = 41, started_at = now(), heartbeat_at = now() - interval '61 seconds' where id = ${id}`;
    expect(await (await call(STATUS, id, ownerCookie)).json()).toMatchObject({
      state: "failed",
      rowsSent: 41,
    });
    expect(await closeAbandonedExports()).toBe(1);
    expect(await closeAbandonedExports()).toBe(0);
    expect((await exported()).at(-1)).toMatchObject({
      outcome: "failure",
      cause: first?.id,
      actor_type: "user",
      actor_id: owner.accountId,
      actor_email: owner.email,
      ip: null,
      details: { rowsSent: 41, success: false },
    });
  });

  it("is closed and recorded later when its end could not be recorded", async () => {
    const { id } = await started(owner);
    const response = await call(GET, id, ownerCookie);
    const reader = response.body?.getReader();
    await reader?.read();
    const mend = await breakTheLog(product);
    await reader?.cancel();
    await mend();
    // Neither stands without the other: not ended, not recorded.
    expect(await jobOf(id)).toMatchObject({ state: "running" });
    await product.admin`update export_job set heartbeat_at = now() - interval '61 seconds' where id = ${id}`;
    expect(await closeAbandonedExports()).toBe(1);
    expect((await exported()).at(-1)).toMatchObject({ outcome: "failure", details: { exportId: id } });
  });

  it("is recorded when it is cancelled before its download began, and cannot be downloaded then", async () => {
    const { id } = await started(owner, small);
    const cancel = () => cancelExport.execute({ principal: owner, request: testRequest, input: { id } });
    expect(await cancel()).toMatchObject({ ok: true });
    expect(await cancel()).toMatchObject({ ok: true });
    expect((await exported()).filter((e) => e.details.exportId === id).map((e) => e.outcome)).toEqual([
      "success",
      "failure",
    ]);
    expect((await call(GET, id, ownerCookie)).status).toBe(410);
  });

  it("is cancelled by its own person alone", async () => {
    const { id } = await started(owner, small);
    expect(
      await cancelExport.execute({ principal: member, request: testRequest, input: { id } }),
    ).toMatchObject({ ok: false, code: "not_found" });
    expect(await jobOf(id)).toMatchObject({ state: "pending", cancel_requested: false });
  });
});
