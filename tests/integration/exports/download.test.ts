import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { GET, HEAD } from "@/app/exports/[id]/route";
import { GET as STATUS } from "@/app/exports/[id]/status/route";
import { call, seed, started, until } from "./harness";
import { readCsv } from "./read-files";
import { type ExportWorld, exportWorld, small } from "./world";

let world: ExportWorld;
let { product, owner, member, ownerCookie, memberCookie, guruId, exported, jobOf } = {} as ExportWorld;
beforeAll(async () => {
  world = await exportWorld();
  ({ product, owner, member, ownerCookie, memberCookie, guruId, exported, jobOf } = world);
});
afterEach(() => world.settle());
afterAll(() => world.product.close());

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
    expect(rows).toHaveLength((rowsExpected ?? 0) + 1);
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
    const own = await call(GET, id, ownerCookie);
    expect(own.status).toBe(200);
    expect(readCsv(await own.text())).toHaveLength(2);
  });

  it("is not used up by HEAD or by a browser that fetches ahead", async () => {
    const { id, fileName } = await started(owner, small);
    const head = await call(HEAD, id, ownerCookie, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.headers.get("content-disposition")).toContain(fileName);
    const ahead: Record<string, string>[] = [
      { "sec-purpose": "prefetch" },
      { purpose: "prefetch" },
      { "x-purpose": "preview" },
      { "x-moz": "prefetch" },
      { "next-router-prefetch": "1" },
    ];
    for (const headers of ahead) {
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
    const status = async () =>
      (await (await call(STATUS, id, ownerCookie)).json()) as Record<string, unknown>;
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
