import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { POST } from "@/app/exports/route";
import { runWithRequest } from "@/lib/platform/request-context";
import { breakTheLog, byKey, countOf, testRequest } from "@/tests/support/product";
import { start, started } from "./harness";
import { type ExportWorld, exportWorld, small } from "./world";

let world: ExportWorld;
let { product, owner, member, ownerCookie, guruId, exported } = {} as ExportWorld;
beforeAll(async () => {
  world = await exportWorld();
  ({ product, owner, member, ownerCookie, guruId, exported } = world);
});
afterEach(() => world.settle());
afterAll(() => world.product.close());

describe("asking for an export", () => {
  it("records it with filters, format and expected rows before a byte leaves", async () => {
    const { id, fileName, rowsExpected } = await started(owner, {
      format: "json",
      filter: { model: ["Integration"], q: "elsewhere" },
    });
    expect(rowsExpected).toBe(1);
    expect(fileName).toMatch(/^audit_logs_models-1_search-1_\d{10}\.json$/);
    expect((await exported()).at(-1)).toMatchObject({
      operation: "EXPORT_AUDIT_LOGS",
      action_type: "access",
      model: "AuditLog",
      outcome: "success",
      actor_id: owner.accountId,
      target_type: "org",
      target_id: "1",
      target_label: "Halden Works",
      guru_id: null,
      cause: null,
      details: {
        filters: { model: ["Integration"], q: "elsewhere" },
        format: "json",
        expectedRows: 1,
        success: true,
        fileName,
        exportId: id,
      },
    });
  });

  it("is an event of the guru when it is asked for on the guru's page", async () => {
    const { rowsExpected } = await started(member, { scope: { guru: "payments" } });
    expect(rowsExpected).toBe(1);
    expect((await exported()).at(-1)).toMatchObject({
      guru_id: guruId,
      target_type: "guru",
      target_id: guruId,
      target_label: "Payments",
    });
  });

  it("is refused without the permission, which is recorded as a denied access, and makes nothing", async () => {
    const [jobs, events] = [await countOf("export_job"), (await exported()).length];
    expect(await start(member)).toMatchObject({ ok: false, code: "not_found" });
    const viewer = await product.person("viewer@halden.example");
    await product.admin`insert into guru_role (guru_id, account_id, role) values (${guruId}, ${viewer.accountId}, 'viewer')`;
    expect(await start(viewer, { scope: { guru: guruId } })).toMatchObject({ ok: false, code: "forbidden" });
    const stranger = await product.person("stranger@halden.example");
    expect(await start(stranger, { scope: { guru: "payments" } })).toMatchObject({
      ok: false,
      code: "not_found",
    });
    expect(await start(stranger, { scope: { guru: "no-such" } })).toMatchObject({
      ok: false,
      code: "not_found",
    });
    expect(await start(byKey(owner))).toMatchObject({ ok: false, code: "forbidden" });
    const given = await start({ ...owner, mustChangePassword: true });
    expect(given).toMatchObject({ ok: false, code: "not_found" });
    expect(await countOf("export_job")).toBe(jobs);
    expect(await exported()).toHaveLength(events);
    expect((await product.events("access.denied")).length).toBeGreaterThanOrEqual(4);
  });

  it("does not happen when the log takes no event", async () => {
    const jobs = await countOf("export_job");
    const mend = await breakTheLog(product);
    const result = await start(owner);
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await countOf("export_job")).toBe(jobs);
  });

  it.each([
    { format: "exe" },
    { filter: { color: ["red"] } },
    { filter: { since: "yesterday" } },
    { filter: { ip: ["1'2"] } },
    { scope: { guru: "" } },
  ])("refuses the input %j", async (input) => {
    expect(await start(owner, input)).toMatchObject({ ok: false, code: "invalid" });
  });

  it("lets one of several asked for at once pass; the others say whose and since when", async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => start(owner, small)));
    expect(results.filter((r) => r.ok)).toHaveLength(1);
    const busy = results.filter((r) => !r.ok);
    for (const result of busy)
      expect(result).toMatchObject({
        code: "busy",
        message: expect.stringMatching(/owner@halden\.example .*since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/),
      });
    // Another person is not held up by it.
    expect(await start(member, { scope: { guru: "payments" } })).toMatchObject({ ok: true });
  });

  it("is also a POST, which answers 201 with the download's address and 409 to a second one", async () => {
    const post = (body: unknown, cookie = ownerCookie) =>
      runWithRequest(
        { ip: "203.0.113.7", requestId: testRequest.requestId ?? "", nonce: "", proto: "http" },
        () =>
          POST(
            new Request("http://localhost:3000/exports", {
              method: "POST",
              body: JSON.stringify(body),
              headers: { cookie },
            }),
            { params: Promise.resolve({}) },
          ),
      );
    const first = await post({ scope: "global", format: "csv", filter: {} });
    expect(first.status).toBe(201);
    const { id } = (await first.json()) as { id: string };
    expect(first.headers.get("location")).toBe(`/exports/${id}`);
    const second = await post({ scope: "global", format: "csv", filter: {} });
    expect(second.status).toBe(409);
    expect(await second.json()).toMatchObject({
      code: "busy",
      message: expect.stringContaining("owner@halden.example"),
    });
    expect((await post({ scope: "global", format: "csv", filter: {} }, "")).status).toBe(401);
    expect((await post("nonsense")).status).toBe(400);
  });
});
