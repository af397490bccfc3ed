import { sql } from "drizzle-orm";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allEvents } from "@/lib/audit/catalogue/registry";
import { closePools, db } from "@/lib/db/client";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { closeAbandonedExports } from "@/lib/features/audit-log/export-end";
import { createGuru } from "@/lib/features/gurus/commands/create-guru";
import { setRuntime } from "@/lib/platform/runtime";
import { type Filled, fillDemo } from "../../../scripts/demo/fill-demo";
import { StartError } from "../../../scripts/serve/start-error";
import { gurubaseOperations } from "../../fixtures/gurubase-operations";
import { createTestProduct, type EventRow, type TestProduct, testRequest } from "../../support/product";
import { createLogDatabase, type LogDatabase } from "../append-only/databases";

const dayMs = 86_400_000;
const days = 6;
const small = { days, scale: 0.4, seed: 7 };

/** Recorded at a start or by the cleanup: not part of a team's life. */
const notInADemo = [
  "audit.logging_enabled",
  "audit.logging_disabled",
  "audit.retention_changed",
  "audit.pruned",
  "audit.verified",
  "audit.verification_failed",
  "audit.person_erased",
  "audit.key_rotated",
  "audit.origin_adopted",
];

/** The process of the demo runs its commands as maintenance. */
function asTheDemoRuns(product: TestProduct): void {
  const { runtime } = product;
  setRuntime({ ...runtime, urls: { ...runtime.urls, app: runtime.urls.maintenance } });
}

/** Back to the role as which the product runs. */
async function asTheProductRuns(product: TestProduct): Promise<void> {
  await closePools();
  setRuntime(product.runtime);
}

describe("a demo", () => {
  let product: TestProduct;
  let filled: Filled;
  let events: (EventRow & { occurred_at: Date; seq: string })[];
  const shownDays: number[] = [];
  const began = Date.now();

  beforeAll(async () => {
    product = await createTestProduct();
    await product.admin`update organization set name = ''`;
    asTheDemoRuns(product);
    filled = await fillDemo({ ...small, onDay: (day) => shownDays.push(day) });
    events = (await product.events()) as typeof events;
  }, 120_000);
  afterAll(async () => product?.close());

  it("says of each of its events that it is one", () => {
    expect(filled.events).toBe(events.length);
    expect(events.length).toBeGreaterThan(300);
    expect(events.filter(({ details }) => details.demo !== true).map(({ action }) => action)).toEqual([]);
  });

  it("happens in the days before now, weekends aside on each of them, and not at one hour", () => {
    const times = events.map(({ occurred_at }) => occurred_at.getTime());
    expect(Math.min(...times)).toBeGreaterThanOrEqual(began - days * dayMs - 600_000);
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now());
    expect(Math.max(...times)).toBeGreaterThan(Date.now() - dayMs);
    expect(new Set(times.map((at) => Math.floor((at - began) / dayMs))).size).toBeGreaterThanOrEqual(
      days - 3,
    );
    expect(new Set(times.map((at) => new Date(at).getUTCHours())).size).toBeGreaterThan(8);
    expect(shownDays).toEqual([...shownDays].sort((a, b) => a - b));
  });

  it("recorded its events in the order of their times", () => {
    const times = events.map(({ occurred_at }) => occurred_at.getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it("shows every kind of event that a team causes, failures and System among them", () => {
    const seen = new Set(events.map(({ action }) => action));
    const expected = allEvents.map(({ action }) => action).filter((action) => !notInADemo.includes(action));
    expect(expected.filter((action) => !seen.has(action))).toEqual([]);
    expect(events.some(({ actor_type, ip }) => actor_type === "system" && ip === null)).toBe(true);
    expect(events.some(({ actor_type }) => actor_type === "api_key")).toBe(true);
    expect(events.some(({ action, outcome }) => action === "audit.exported" && outcome === "failure")).toBe(
      true,
    );
    expect(
      events.some(({ action, details }) => action === "user.sign_in_failed" && Number(details.count) > 1),
    ).toBe(true);
    expect(events.some(({ action, changes }) => action === "guru.updated" && changes.length > 0)).toBe(true);
  });

  it.each(gurubaseOperations)(
    "has recorded the operation %s, as Gurubase's documentation types it",
    (operation, types) => {
      const recorded = events.filter((event) => event.operation === operation);
      // A sign-in that fails is the one whose act is the failure.
      const outcome = operation === "LOGIN_FAILED" ? "failure" : "success";
      expect(recorded.map((event) => event.outcome)).toContain(outcome);
      expect(recorded.filter((event) => !types.includes(event.action_type))).toEqual([]);
      for (const { actor_type, ip } of recorded) expect(ip === null).toBe(actor_type === "system");
    },
  );

  it("leaves nothing behind for the product to do at another time", async () => {
    const [left] = await product.admin`
      select (select count(*)::int from audit_counter) as counters, (select count(*)::int from audit_outbox) as outbox,
        (select count(*)::int from pgboss.job where state in ('created', 'active', 'retry')) as jobs,
        (select count(*)::int from data_source where status not in ('SUCCESS', 'FAIL'))
          + (select count(*)::int from excel_job where state in ('waiting', 'running')) as sources,
        (select count(*)::int from export_job where state in ('pending', 'running')) as exports`;
    expect(left).toEqual({ counters: 0, outbox: 0, jobs: 0, sources: 0, exports: 0 });
    await asTheProductRuns(product);
    expect(await closeAbandonedExports()).toBe(0);
  });

  it("is counted exactly", async () => {
    const [counted] = await product.admin`
      select sum(count)::int as n from audit_rollup where dimension = 'all' and scope = '00000000-0000-0000-0000-000000000000'`;
    expect(counted?.n).toBe(events.length);
  });

  it("gives whoever filled it a way in, as owner and as maintainer", async () => {
    const { signIn } = await import("@/lib/features/accounts/commands/sign-in");
    const { anonymousPrincipal } = await import("@/lib/access/principal");
    await asTheProductRuns(product);
    for (const { email, password } of [filled.owner, filled.maintainer]) {
      const result = await signIn.execute({
        principal: anonymousPrincipal,
        request: testRequest,
        input: { email, password: password ?? "" },
      });
      expect(result.ok).toBe(true);
    }
  });

  it("marks what is done in it later, too, and can never become a real instance", async () => {
    const later = (await product.events()).slice(events.length);
    expect(later.length).toBeGreaterThan(0);
    expect(later.every(({ details }) => details.demo === true)).toBe(true);
    for (const statement of [
      "update audit_config set demo = false",
      "delete from audit_config",
      "truncate audit_config",
    ]) {
      await expect(product.admin.unsafe(statement)).rejects.toThrow(/is a demo and stays one/);
    }
    const [config] = await product.admin`select demo from audit_config`;
    expect(config?.demo).toBe(true);
  });

  it("is filled once", async () => {
    asTheDemoRuns(product);
    const before = (await product.events()).length;
    await expect(fillDemo(small)).rejects.toThrow(/filled as a demo already/);
    expect((await product.events()).length).toBe(before);
  });
});

describe("an instance that is no fresh one", () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await createTestProduct();
  });
  afterAll(async () => product?.close());

  const stays = async (): Promise<void> => {
    asTheDemoRuns(product);
    const before = (await product.events()).length;
    const attempt = fillDemo(small);
    await expect(attempt).rejects.toBeInstanceOf(StartError);
    await expect(attempt).rejects.toThrow(/holds more than its owner/);
    await asTheProductRuns(product);
    expect((await product.events()).length).toBe(before);
    const [config] = await product.admin`select demo from audit_config`;
    expect(config?.demo).toBe(false);
  };

  it("is not filled when its owner has a key or a guru", async () => {
    const owner = await product.person("owner@real.example", "owner");
    const call = { principal: owner, request: testRequest };
    await createApiKey.execute({ ...call, input: { name: "ci", scopes: [], expiresInDays: null } });
    await stays();
    await product.admin`delete from api_key`;
    await createGuru.execute({ ...call, input: { name: "Real", slug: "real" } });
    await stays();
    await product.admin`delete from guru`;
  });

  it("is not filled when there is anyone beside its owner", async () => {
    await product.person("member@real.example");
    await stays();
  });

  it("is not filled while logging is off", async () => {
    setRuntime({
      ...product.runtime,
      env: { ...product.runtime.env, SOURCEBOT_EE_AUDIT_LOGGING_ENABLED: false },
    });
    await expect(fillDemo(small)).rejects.toThrow(/SOURCEBOT_EE_AUDIT_LOGGING_ENABLED/);
    await asTheProductRuns(product);
  });
});

describe("an instance with its owner alone", () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await createTestProduct();
  });
  afterAll(async () => product?.close());

  it("becomes a demo around that owner, and its registration is closed again afterwards", async () => {
    const owner = await product.person("boss@real.example", "owner");
    asTheDemoRuns(product);
    const filled = await fillDemo({ days: 2, scale: 0.2, seed: 3 });
    expect(filled.owner).toEqual({ email: "boss@real.example", password: null });
    const acts = (await product.events()).filter(({ actor_id }) => actor_id === owner.accountId);
    expect(acts.length).toBeGreaterThan(2);
    const [org] = await product.admin`select name, member_approval_required as closed from organization`;
    expect(org).toEqual({ name: "Halden Works", closed: true });
  }, 60_000);
});

describe("an instance whose one database user owns everything", () => {
  let product: TestProduct;
  let database: LogDatabase;
  beforeAll(async () => {
    product = await createTestProduct();
    database = await createLogDatabase("guard-rail");
  });
  afterAll(async () => {
    await closePools();
    await database?.drop();
    await product?.close();
  });

  it("becomes a demo too", async () => {
    const { urls, roles } = database;
    setRuntime({ ...product.runtime, mode: "guard-rail", roles, urls: { ...urls, direct: urls.app } });
    const filled = await fillDemo({ days: 2, scale: 0.2, seed: 3 });
    const rows = await db().execute<{ minutes: number; unmarked: number }>(sql`
      select (extract(epoch from now() - min(occurred_at)) / 60)::int as minutes,
        count(*) filter (where details ->> 'demo' is distinct from 'true')::int as unmarked from audit_event`);
    expect(filled.events).toBeGreaterThan(100);
    expect(rows[0]?.unmarked).toBe(0);
    expect(rows[0]?.minutes).toBeGreaterThan(30);
    await expect(db().execute(sql`update audit_config set demo = false`)).rejects.toThrow();
  }, 60_000);
});

describe("the clock", () => {
  let product: TestProduct;
  beforeAll(async () => {
    product = await createTestProduct();
  });
  afterAll(async () => product?.close());

  const shown = async (): Promise<Date> =>
    db().transaction(async (tx) => {
      await tx.execute(sql`
        select set_config('gurulog.clock', '2026-01-01T00:00:00Z', true), set_config('gurulog.privileged', 'on', true)`);
      const [row] = await tx.execute<{ at: string }>(sql`select gurulog_now()::text as at`);
      return new Date(row?.at ?? "");
    });

  it("is turned by maintenance and not by the runtime role, whatever it sets", async () => {
    await asTheProductRuns(product);
    expect(Math.abs((await shown()).getTime() - Date.now())).toBeLessThan(60_000);
    asTheDemoRuns(product);
    expect((await shown()).toISOString().slice(0, 10)).toBe("2026-01-01");
  });

  it("is not taken for turned: a demo run as the runtime role fills nothing", async () => {
    await asTheProductRuns(product);
    await expect(fillDemo(small)).rejects.toThrow(/may not turn the clock/);
    expect(await product.events()).toEqual([]);
    const [config] = await product.admin`select demo from audit_config`;
    expect(config?.demo).toBe(false);
  });

  it("and the mark of a demo are out of the runtime role's reach", async () => {
    const app = postgres(product.database.urls.app, { max: 1, onnotice: () => {} });
    try {
      await expect(app`select audit_become_demo()`).rejects.toThrow(/permission denied/);
      await expect(app`update audit_config set demo = true`).rejects.toThrow(/permission denied/);
    } finally {
      await app.end();
    }
  });
});
