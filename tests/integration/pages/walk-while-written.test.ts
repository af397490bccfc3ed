import fc from "fast-check";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AuditFilter, emptyFilter } from "@/lib/audit/query/filter";
import { eventsPage } from "@/lib/audit/query/pages";
import { compileFilter } from "@/lib/audit/query/where";
import { randomFrom } from "@/tests/faults/support/random";
import { propertyRuns } from "@/tests/support/property-runs";
import { account, guru, type WideLog, wideLog } from "./wide-log";

const writers = 4;
let log: WideLog;
beforeAll(async () => {
  log = await wideLog(3_000);
}, 120_000);
afterAll(() => log.close());

const filters: AuditFilter[] = [
  emptyFilter,
  { ...emptyFilter, model: ["GuruType"] },
  { ...emptyFilter, guru: ["guru-0"], actor: [account(0)] },
  { ...emptyFilter, actor: [account(1)], outcome: ["success"] },
  { ...emptyFilter, target: ["1"], actionType: ["access"] },
  { ...emptyFilter, ip: ["10.0.0.0"], actor: ["anonymous"] },
];

function eventOf(random: () => number) {
  const inGuru = random() < 0.6;
  const person = account(Math.floor(random() * 2));
  return {
    org_id: 1,
    guru_id: inGuru ? guru(0) : null,
    guru_slug: inGuru ? "guru-0" : null,
    action: inGuru ? "guru.asked" : "user.performed_code_search",
    operation: inGuru ? "ASK_GURU" : "CODE_SEARCH",
    action_type: "access",
    model: inGuru ? "GuruType" : "CodeSearch",
    outcome: "success",
    actor_type: "user",
    actor_id: person,
    account_id: person,
    ip: "10.0.0.0",
    target_type: "guru",
    target_id: inGuru ? "t" : "1",
    target_label: "label",
    version: "test",
  };
}

/** Records events until told to end, in transactions that take their time and are at times rolled back. */
async function write(seed: number, isOver: () => boolean): Promise<number> {
  const sql = postgres(log.product.database.urls.app, { max: 1, onnotice: () => {} });
  const random = randomFrom(seed);
  let committed = 0;
  try {
    while (!isOver()) {
      const events = Array.from({ length: 1 + Math.floor(random() * 5) }, () => eventOf(random));
      await sql
        .begin(async (tx) => {
          await tx`insert into audit_event ${tx(events)}`;
          await tx`select pg_sleep(${random() * 0.02})`;
          if (random() < 0.2) throw rolledBack;
        })
        .then(
          () => {
            committed += 1;
          },
          (error: unknown) => {
            if (error !== rolledBack) throw error;
          },
        );
    }
  } finally {
    await sql.end({ timeout: 5 });
  }
  return committed;
}
const rolledBack = new Error("rolled back");

it("sees every event committed before exactly once, there and back, while others are written", async () => {
  let over = false;
  const writing = Promise.all(Array.from({ length: writers }, (_, n) => write(n + 1, () => over)));
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...filters),
        fc.array(fc.integer({ min: 20, max: 400 }), { minLength: 3, maxLength: 6 }),
        async (filter, limits) => {
          const where = await compileFilter({ orgId: 1, guruScope: null, filter });
          const before = await log.product.admin.unsafe<{ id: string }[]>(
            `select e.id from audit_event e where ${where.text} order by e.occurred_at desc, e.id desc`,
            where.params,
          );
          const seen: { id: string; micros: string }[] = [];
          for (let step = 0; ; step += 1) {
            const limit = limits[step % limits.length] ?? 50;
            const page = await eventsPage({ where, limit, cursor: seen.at(-1) ?? null, direction: "older" });
            seen.push(...page.rows);
            if (!page.more) break;
          }
          expectOnce(seen, before);
          const back: { id: string; micros: string }[] = [...seen.slice(-1)];
          for (let step = 0; ; step += 1) {
            const limit = limits[(step + 1) % limits.length] ?? 50;
            const page = await eventsPage({ where, limit, cursor: back[0] ?? null, direction: "newer" });
            back.unshift(...page.rows);
            // The writers go on: what is newer than all that stood before is not walked after.
            if (!page.more || before.every(({ id }) => back.some((row) => row.id === id))) break;
          }
          expectOnce(back, before);
        },
      ),
      { numRuns: propertyRuns(6) },
    );
  } finally {
    over = true;
  }
  const committed = await writing;
  expect(committed.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(writers);
}, 120_000);

function expectOnce(seen: { id: string; micros: string }[], before: { id: string }[]): void {
  const ids = seen.map(({ id }) => id);
  const unique = new Set(ids);
  expect(unique.size).toBe(ids.length);
  expect(before.filter(({ id }) => !unique.has(id))).toEqual([]);
  const order = seen.map(({ micros, id }) => `${micros.padStart(20, "0")} ${id}`);
  expect(order).toEqual([...order].sort().reverse());
}
