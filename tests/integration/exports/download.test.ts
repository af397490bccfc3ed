import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { GET, HEAD } from "@/app/exports/[id]/route";
import { GET as STATUS } from "@/app/exports/[id]/status/route";
import { POST } from "@/app/exports/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { cancelExport } from "@/lib/features/audit-log/commands/cancel-export";
import { closeAbandonedExports } from "@/lib/features/audit-log/export-end";
import { runWithRequest } from "@/lib/platform/request-context";
import { breakTheLog, byKey, countOf, createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { call, cookieOf, copiesRunning, seed, seedMany, start, started, until } from "./harness";
import { readCsv } from "./read-files";

let product: TestProduct;
let owner: UserPrincipal;
let member: UserPrincipal;
let ownerCookie: string;
let memberCookie: string;
let guruId: string;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  member = await product.person("m.solberg@halden.example");
  ownerCookie = await cookieOf(owner);
  memberCookie = await cookieOf(member);
  const [made] = await product.admin<{ id: string }[]>`insert into guru (org_id, slug, name) values (1, 'payments', 'Payments') returning id`;
  guruId = made?.id ?? "";
  await product.admin`insert into guru_role (guru_id, account_id, role) values (${guruId}, ${member.accountId}, 'maintainer')`;
  await seed(product, [
    { label: "in the guru", guru: { id: guruId, slug: "payments", name: "Payments" } },
    { label: "elsewhere", model: "Integration" },
  ]);
  // Enough that no export of them is over before it can be disturbed.
  await seedMany(product, 60_000);
});
afterAll(() => product.close());
afterEach(async () => {
  await until("no query of an export is left", async () => (await copiesRunning(product)) === 0);
  await product.admin`update export_job set state = 'done' where state in ('pending', 'running')`;
});

const exported = () => product.events("audit.exported");
const jobOf = async (id: string) => (await product.admin`select * from export_job where id = ${id}`)[0];
const small = { filter: { model: ["Integration"] } };

describe("asking for an export", () => {
  it("records it with filters, format and expected rows before a byte leaves", async () => {
    const { id, fileName, rowsExpected } = await started(owner, { format: "json", filter: { model: ["Integration"], q: "elsewhere" } });
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
      details: { filters: { model: ["Integration"], q: "elsewhere" }, format: "json", expectedRows: 1, success: true, fileName, exportId: id },
    });
  });

  it("is an event of the guru when it is asked for on the guru's page", async () => {
    const { rowsExpected } = await started(member, { scope: { guru: "payments" } });
    expect(rowsExpected).toBe(1);
    expect((await exported()).at(-1)).toMatchObject({ guru_id: guruId, target_type: "guru", target_id: guruId, target_label: "Payments" });
  });

  it("is refused without the permission, which is recorded as a denied access, and makes nothing", async () => {
    const [jobs, events] = [await countOf("export_job"), (await exported()).length];
    expect(await start(member)).toMatchObject({ ok: false, code: "forbidden" });
    const viewer = await product.person("viewer@halden.example");
    await product.admin`insert into guru_role (guru_id, account_id, role) values (${guruId}, ${viewer.accountId}, 'viewer')`;
    expect(await start(viewer, { scope: { guru: guruId } })).toMatchObject({ ok: false, code: "forbidden" });
    const stranger = await product.person("stranger@halden.example");
    expect(await start(stranger, { scope: { guru: "payments" } })).toMatchObject({ ok: false, code: "not_found" });
    expect(await start(stranger, { scope: { guru: "no-such" } })).toMatchObject({ ok: false, code: "not_found" });
    expect(await start(byKey(owner))).toMatchObject({ ok: false, code: "forbidden" });
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

  it.each([{ format: "exe" }, { filter: { color: ["red"] } }, { filter: { since: "yesterday" } }, { filter: { ip: ["1'2"] } }, { scope: { guru: "" } }])(
    "refuses the input %j",
    async (input) => {
      expect(await start(owner, input)).toMatchObject({ ok: false, code: "invalid" });
    },
  );

  it("lets one of several asked for at once pass; the others say whose and since when", async () => {
    const results = await Promise.all([1, 2, 3, 4].map(() => start(owner, small)));
    expect(results.filter((r) => r.ok)).toHaveLength(1);
    const busy = results.filter((r) => !r.ok);
    for (const result of busy) expect(result).toMatchObject({ code: "busy", message: expect.stringMatching(/owner@halden\.example .*since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/) });
    // Another person is not held up by it.
    expect(await start(member, { scope: { guru: "payments" } })).toMatchObject({ ok: true });
  });

  it("is also a POST, which answers 201 with the download's address and 409 to a second one", async () => {
    const post = (body: unknown, cookie = ownerCookie) =>
      runWithRequest({ ip: "203.0.113.7", requestId: testRequest.requestId ?? "", nonce: "", proto: "http" }, () =>
        POST(new Request("http://localhost:3000/exports", { method: "POST", body: JSON.stringify(body), headers: { cookie } }), { params: Promise.resolve({}) }),
      );
    const first = await post({ scope: "global", format: "csv", filter: {} });
    expect(first.status).toBe(201);
    const { id } = (await first.json()) as { id: string };
    expect(first.headers.get("location")).toBe(`/exports/${id}`);
    const second = await post({ scope: "global", format: "csv", filter: {} });
    expect(second.status).toBe(409);
    expect(await second.json()).toMatchObject({ code: "busy", message: expect.stringContaining("owner@halden.example") });
    expect((await post({ scope: "global", format: "csv", filter: {} }, "")).status).toBe(401);
    expect((await post("nonsense")).status).toBe(400);
  });
});

describe("the download", () => {
  it("is the file under its name, once, and not what was recorded after it was asked for", async () => {
    const { id, fileName, rowsExpected } = await started(owner);
    await seed(product, [{ label: "late" }]);
    await product.admin`insert into audit_event (org_id, action, operation, action_type, model, outcome, actor_type, actor_id, target_type, target_id, target_label, version)
      values (1, 'test.late', 'LATE', 'access', 'User', 'success', 'system', 'system', 'user', 'x', 'recorded after', '0')`;
    const response = await call(GET, id, ownerCookie);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": `attachment; filename="${fileName}"; filename*=UTF-8''${fileName}`,
      "cache-control": "no-store, no-transform",
      "x-content-type-options": "nosniff",
    });
    const text = await response.text();
    const rows = readCsv(text).slice(1);
    expect(rows.some((r) => r[7] === "recorded after" || r[9]?.includes(id))).toBe(false);
    // "late" was put in with an earlier time: it stands for a transaction that commits late.
    expect(rows).toHaveLength(rowsExpected + 1);
    expect(await jobOf(id)).toMatchObject({ state: "done", rows_sent: String(rows.length) });
    expect((await call(GET, id, ownerCookie)).status).toBe(410);
    expect((await exported()).filter((e) => e.details.exportId === id)).toHaveLength(1);
  });

  it("goes to one of several requests", async () => {
    const { id } = await started(owner, small);
    const answers = await Promise.all([1, 2, 3].map(() => call(GET, id, ownerCookie)));
    expect(answers.map((a) => a.status).sort()).toEqual([200, 410, 410]);
    await Promise.all(answers.map((a) => a.text()));
  });

  it("looks like none to anyone else, signed in or not, and stays whole for its person", async () => {
    const { id } = await started(owner, small);
    for (const route of [GET, HEAD, STATUS]) {
      expect((await call(route, id, memberCookie)).status).toBe(404);
      expect((await call(route, id, null)).status).toBe(401);
      expect((await call(route, "0192f0c1-0000-7000-8000-00000000dead", ownerCookie)).status).toBe(404);
      expect((await call(route, "../etc/passwd", ownerCookie)).status).toBe(404);
    }
    expect((await call(GET, id, ownerCookie)).status).toBe(200);
  });

  it("is not used up by HEAD or by a browser that fetches ahead", async () => {
    const { id, fileName } = await started(owner, small);
    const head = await call(HEAD, id, ownerCookie, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.headers.get("content-disposition")).toContain(fileName);
    for (const headers of [{ "sec-purpose": "prefetch" }, { purpose: "prefetch" }, { "next-router-prefetch": "1" }]) {
      expect((await call(GET, id, ownerCookie, { headers })).status).toBe(503);
    }
    const whole = await call(GET, id, ownerCookie);
    expect(whole.status).toBe(200);
    await whole.text();
    expect((await call(HEAD, id, ownerCookie, { method: "HEAD" })).status).toBe(410);
  });

  it("gives no byte once the role is gone, though it was asked for with it", async () => {
    const { id } = await started(member, { scope: { guru: "payments" } });
    await product.admin`delete from guru_role where account_id = ${member.accountId}`;
    const response = await call(GET, id, memberCookie);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain("in the guru");
    expect(await jobOf(id)).toMatchObject({ state: "pending", rows_sent: "0" });
    await product.admin`insert into guru_role (guru_id, account_id, role) values (${guruId}, ${member.accountId}, 'maintainer')`;
  });

  it("reports its progress, which its person can read", async () => {
    const { id, rowsExpected, fileName } = await started(owner);
    const status = async () => (await (await call(STATUS, id, ownerCookie)).json()) as Record<string, unknown>;
    expect(await status()).toMatchObject({ state: "pending", rowsSent: 0, rowsExpected, bytes: 0, fileName });
    const response = await call(GET, id, ownerCookie);
    const reader = response.body?.getReader();
    await reader?.read();
    await until("progress is written", async () => Number((await status()).rowsSent) > 0);
    expect(await status()).toMatchObject({ state: "running" });
    while (!(await reader?.read())?.done);
    expect(await status()).toMatchObject({ state: "done", rowsSent: rowsExpected });
  });
});

describe.each(["csv", "xlsx", "json"])("an export in %s that ends early", (format) => {
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
      details: { success: false, rowsSent: Number(job?.rows_sent), format, exportId: id, message: "the browser left" },
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
    expect(await cancelExport.execute({ principal: owner, request: testRequest, input: { id } })).toMatchObject({ ok: true });
    await until("it is cancelled", async () => (await jobOf(id))?.state === "cancelled");
    await until("the query is gone", async () => (await copiesRunning(product)) === 0);
    const rest = (async () => {
      while (!(await reader?.read())?.done);
    })();
    await expect(rest).rejects.toThrow();
    expect((await exported()).at(-1)).toMatchObject({ outcome: "failure", details: { success: false, exportId: id } });
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
    expect((await exported()).at(-1)).toMatchObject({ outcome: "failure", details: { success: false, exportId: id } });
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
    expect(events[0]).toMatchObject({ cause: first?.id, actor_id: owner.accountId, details: { rowsSent: 0, message: expect.stringContaining("not begun") } });
  });

  it("counts as crashed after a minute without a sign of life, and is closed by the worker with the rows it had sent", async () => {
    const { id } = await started(owner, small);
    const first = (await exported()).at(-1);
    await product.admin`update export_job set state = 'running', rows_sent = 41, started_at = now(), heartbeat_at = now() - interval '61 seconds' where id = ${id}`;
    expect(await (await call(STATUS, id, ownerCookie)).json()).toMatchObject({ state: "failed", rowsSent: 41 });
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

  it("is recorded when it is cancelled before its download began, and cannot be downloaded then", async () => {
    const { id } = await started(owner, small);
    const cancel = () => cancelExport.execute({ principal: owner, request: testRequest, input: { id } });
    expect(await cancel()).toMatchObject({ ok: true });
    expect(await cancel()).toMatchObject({ ok: true });
    expect((await exported()).filter((e) => e.details.exportId === id).map((e) => e.outcome)).toEqual(["success", "failure"]);
    expect((await call(GET, id, ownerCookie)).status).toBe(410);
  });

  it("is cancelled by its own person alone", async () => {
    const { id } = await started(owner, small);
    expect(await cancelExport.execute({ principal: member, request: testRequest, input: { id } })).toMatchObject({ ok: false, code: "not_found" });
    expect(await jobOf(id)).toMatchObject({ state: "pending", cancel_requested: false });
  });
});
