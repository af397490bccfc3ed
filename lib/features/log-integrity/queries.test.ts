import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSealer } from "@/lib/audit/seal/sealer";
import { clearTrouble, noteTrouble } from "@/lib/audit/trouble";
import { openPool, type Sql } from "@/lib/db/client";
import { insertEvents, variedEvents } from "@/tests/integration/sealer/events-for-tests";
import { byKey, createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { activeAlarms, latestAlarms } from "./alarm-queries";
import { logIntegrity } from "./queries";

let product: TestProduct;
let app: Sql;

beforeEach(async () => {
  product = await createTestProduct();
  app = openPool(product.database.urls.app, 2);
});
afterEach(async () => {
  await app.end({ timeout: 5 });
  await product.close();
});

const ask = (principal: Parameters<typeof logIntegrity.execute>[0]["principal"]) =>
  logIntegrity.execute({ principal, request: testRequest, input: null });

async function state() {
  const answer = await ask(await product.person(`owner${Math.random()}@halden.example`, "auditor"));
  if (!answer.ok) throw new Error(answer.message);
  return answer.value;
}

describe("the state of the log", () => {
  it("is for the owner and the auditor alone", async () => {
    const owner = await product.person("owner@halden.example", "owner");
    const auditor = await product.person("auditor@halden.example", "auditor");
    const member = await product.person("member@halden.example", "member");
    const removed = await product.person("removed@halden.example", null);
    expect(await ask(owner)).toMatchObject({ ok: true, value: { mayAdopt: true } });
    expect(await ask(auditor)).toMatchObject({ ok: true, value: { mayAdopt: false } });
    for (const who of [member, removed, byKey(member)])
      expect(await ask(who)).toMatchObject({ ok: false, code: "not_found" });
    expect(await product.events("access.denied")).not.toHaveLength(0);
  });

  it("counts what is sealed, what waits, and what it takes", async () => {
    await insertEvents(app, variedEvents(7));
    const before = await state();
    expect(before.seal).toMatchObject({ size: 0, unsealed: 7 });
    expect(before.seal.lagS).toBeGreaterThan(0);
    const sealer = createSealer({ sealerUrl: product.database.urls.sealer });
    while ((await sealer.sealOnce()) > 0);
    await sealer.stop();
    const after = await state();
    expect(after.seal).toMatchObject({ size: 7, unsealed: 0 });
    expect(after.size).toMatchObject({
      events: 7,
      bytesPerEvent: null,
      retentionDays: 90,
      lastPrunedAt: null,
    });
    expect(after.size.growth.eventsPerDay).toBe(7);
    expect(after.size.partitionDaysAhead).toBeGreaterThan(27);
    const hoursToCleanup = (after.size.nextPruneAt.getTime() - Date.now()) / 3_600_000;
    expect(hoursToCleanup).toBeGreaterThan(0);
    expect(hoursToCleanup).toBeLessThanOrEqual(24);
    expect(after.size.nextPruneAt.toISOString()).toMatch(/T03:00:00\.000Z$/);
    expect(after.disk).toEqual({ kind: "external" });
    product.runtime.databaseFolder = product.runtime.dataDir;
    expect((await state()).disk).toMatchObject({ kind: "known", space: { free: expect.any(Number) } });
    product.runtime.databaseFolder = "/no such folder";
    expect((await state()).disk).toEqual({ kind: "unreadable" });
  });

  it("names the keys that sign, by the log's origin", async () => {
    const { keys, seal } = await state();
    expect(keys).toHaveLength(1);
    expect(keys[0]?.verifierKey.startsWith(`${seal.origin}+${keys[0]?.id}+`)).toBe(true);
  });

  it("shows the trouble of a place outside beside it", async () => {
    await noteTrouble(app, "archive_unwritable", "EACCES");
    Object.assign(product.runtime.env, { GURULOG_ARCHIVE_DIR: "/srv/archive" });
    expect((await state()).archive).toEqual({ path: "/srv/archive", trouble: "EACCES" });
    await clearTrouble(app, "archive_unwritable");
    expect((await state()).archive).toEqual({ path: "/srv/archive", trouble: null });
  });
});

describe("append-only", () => {
  const failing = async () => {
    const { appendOnly } = await state();
    return { state: appendOnly.state, failing: appendOnly.checks.filter((c) => !c.holds) };
  };

  it("holds by roles, asked of the database", async () => {
    expect(await failing()).toEqual({ state: "enforced", failing: [] });
  });

  it.each([
    ["update", "grant update on audit_event to %app", /no right to update/],
    ["an update of one column", "grant update (target_label) on audit_event to %app", /no right to update/],
    ["a delete on a week", "grant delete on %week to %app", /no right to update/],
    ["the owning role", "grant %owner to %app", /cannot become/],
    ["an event's time", "grant insert (occurred_at) on audit_event to %app", /cannot choose/],
  ])("does not hold once the role is given %s", async (_, statement, says) => {
    const [week] = await product.admin<{ name: string }[]>`select name from audit_partitions() limit 1`;
    const { app: role, owner } = product.runtime.roles;
    await product.admin.unsafe(
      statement
        .replace("%app", role)
        .replace("%owner", owner)
        .replace("%week", week?.name ?? ""),
    );
    const found = await failing();
    expect(found.state).toBe("guard-rail");
    expect(found.failing.map((c) => c.says).join()).toMatch(says);
    if (statement.includes("grant %owner")) await product.admin.unsafe(`revoke ${owner} from ${role}`);
  });

  it.each([
    ["disabled on a week", "alter table %week disable trigger audit_event_no_change"],
    ["dropped from a week", "drop trigger audit_event_no_change on %week"],
    ["disabled on the log", "alter table audit_event disable trigger audit_event_no_change"],
    [
      "left for some changes only",
      "drop trigger audit_event_no_change on %week; create trigger audit_event_no_change before delete on %week for each statement execute function audit_refuse_change()",
    ],
  ])("is broken when its trigger is %s", async (_, statement) => {
    const [week] = await product.admin<{ name: string }[]>`select name from audit_partitions() limit 1`;
    await product.admin.unsafe(statement.replaceAll("%week", week?.name ?? ""));
    const found = await failing();
    expect(found.state).toBe("broken");
    expect(found.failing).toMatchObject([{ says: expect.stringContaining("trigger") }]);
    expect(found.failing[0]?.except).toContain(statement.includes("%week") ? week?.name : "audit_event");
  });
});

describe("alarms", () => {
  it("are told to those who can do something about them", async () => {
    await noteTrouble(app, "disk_low", "1 GiB of 100 GiB are free.");
    const shown = async (role: "owner" | "auditor" | "member" | null) => {
      const principal = await product.person(`${role}@halden.example`, role);
      const answer = await activeAlarms.execute({ principal, request: testRequest, input: null });
      return answer.ok ? answer.value : answer.code;
    };
    const alarm = {
      kind: "disk_low",
      title: expect.any(String),
      text: expect.stringMatching(/^1 GiB of 100 GiB are free\. Free space/),
      since: expect.any(String),
    };
    expect(await shown("owner")).toMatchObject([alarm]);
    expect(await shown("auditor")).toMatchObject([alarm]);
    expect(await shown("member")).toEqual([]);
    expect(await shown(null)).toEqual([]);
  });

  it("of the past stand with what became of telling people", async () => {
    const principal = await product.person("owner@halden.example", "owner");
    await product.admin`
      insert into audit_alarm (kind, detail, raised_at, cleared_at) values
        ('disk_low', 'then', now() - interval '2 hours', now() - interval '1 hour'), ('anchor_unwritable', 'now', now(), null)`;
    await product.admin`
      insert into audit_alarm_message (alarm_id, says, channel, address, delivered_at, last_error)
      select id, 'raised', 'mail', a, case a when 'a@x.example' then now() end, case a when 'b@x.example' then 'refused' end
      from audit_alarm, unnest('{a@x.example,b@x.example}'::text[]) a where kind = 'disk_low'`;
    const answer = await latestAlarms.execute({ principal, request: testRequest, input: null });
    expect(answer).toMatchObject({
      ok: true,
      value: [
        { detail: "now", clearedAt: null, told: [] },
        {
          detail: "then",
          clearedAt: expect.any(Date),
          told: [{ channel: "mail", sent: 1, waiting: 1, givenUp: 0, lastError: "refused" }],
        },
      ],
    });
  });
});
