import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { onGuru } from "@/lib/gate/allow";
import { closeCounters } from "@/lib/gate/counted";
import { query } from "@/lib/gate/query";
import { inTransaction, makeMissingPartition } from "@/lib/gate/transaction";
import { setRuntime } from "@/lib/platform/runtime";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { actWithTwin, doIt, stands } from "./acts-for-tests";

let product: TestProduct;
let member: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("member@halden.example");
});
afterAll(() => product.close());
afterEach(() => setRuntime(product.runtime));

/** As on a server whose look-ahead never ran: the log has no week at all. */
async function dropEveryWeek(): Promise<void> {
  const { admin } = product;
  const weeks = await admin<{ name: string }[]>`select name from audit_partitions()`;
  expect(weeks.length).toBeGreaterThan(0);
  for (const { name } of weeks) await admin`drop table ${admin(name)}`;
}
const weeks = async () => (await product.admin`select from audit_partitions()`).length;

/** The demo's process: works as the maintenance role, with a clock of its own. */
function atTime(time: string): void {
  const { runtime, database } = product;
  setRuntime({
    ...runtime,
    urls: { ...runtime.urls, app: database.urls.maintenance },
    demoClock: () => new Date(time),
  });
}

it("an act whose week is missing makes the week and is done and recorded once", async () => {
  await dropEveryWeek();
  let runs = 0;
  const act = actWithTwin(async () => {
    runs += 1;
  });
  const call = { key: "in a missing week", attemptId: "missing-week" };
  expect((await doIt(act, member, call)).result).toEqual({ ok: true, value: `secret of ${call.key}` });
  expect(runs).toBe(2);
  expect(await stands(call.key)).toBe(true);
  expect(await product.events()).toMatchObject([{ target_id: call.key }]);
  expect(await weeks()).toBe(1);
  expect((await doIt(act, member, call)).result).toHaveProperty("repeated");
});

it("ten acts at once whose week is missing are done and recorded once each", async () => {
  await dropEveryWeek();
  const all = await Promise.all(Array.from({ length: 10 }, () => doIt(actWithTwin(), member)));
  for (const { result } of all) expect(result).toMatchObject({ ok: true });
  expect((await product.events()).map((event) => event.target_id).sort()).toEqual(
    all.map(({ key }) => key).sort(),
  );
});

it("a denied read and the closing of counters make a missing week too", async () => {
  await dropEveryWeek();
  const see = query({ allow: onGuru("guru:see", () => "no-such-guru"), run: async () => null });
  const read = () => see.execute({ principal: member, request, input: null });
  expect(await read()).toMatchObject({ ok: false, code: "not_found" });
  expect(await product.events()).toMatchObject([{ action: "access.denied" }]);
  await product.admin`update audit_counter set count = count + 5, minute = minute - interval '1 hour'`;
  await dropEveryWeek();
  expect(await inTransaction(closeCounters)).toBe(1);
  expect(await product.events()).toMatchObject([{ details: { count: 5 } }]);
});

it("an act of the demo in a past week makes that week", async () => {
  atTime("2024-02-29T12:00:00Z");
  const { key, result } = await doIt(actWithTwin(), member);
  expect(result).toMatchObject({ ok: true });
  const [row] = await product.admin`select occurred_at, details from audit_event where target_id = ${key}`;
  expect(row?.occurred_at.toISOString()).toMatch(/^2024-02-29T12:00:0/);
  expect(row?.details).toMatchObject({ demo: true });
});

it("a time that no week is made for is refused by name, and the act does not happen", async () => {
  atTime("2019-06-01T12:00:00Z");
  await expect(makeMissingPartition()).rejects.toMatchObject({
    cause: {
      code: "22008",
      message: expect.stringContaining("no partition of the audit log is made for 2019-06-01"),
    },
  });
  const { key, result } = await doIt(actWithTwin(), member);
  expect(result).toMatchObject({ ok: false, code: "internal" });
  expect(await stands(key)).toBe(false);
});
