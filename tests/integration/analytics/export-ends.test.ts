import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { sendAnalytics } from "@/lib/features/analytics/export/send-analytics";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";

let product: TestProduct;
let maintainer: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  maintainer = await product.person("m.solberg@halden.example");
  guru = await guruOf(maintainer);
});
afterAll(() => product?.close());
let before = 0;
beforeEach(async () => {
  await product.admin`truncate question, question_source`;
  before = (await product.events("analytics.exported")).length;
});
const newEvents = async () => (await product.events("analytics.exported")).slice(before);
const input = () => ({ guru: guru.slug, format: "json", interval: "7d" });
const send = (idleMs?: number, principal = maintainer) =>
  sendAnalytics({ principal, request, input: input() }, idleMs);
const bytesOf = async (body: ReadableStream<Uint8Array>) =>
  new Uint8Array(await new Response(body).arrayBuffer());

afterEach(async () => {
  await vi.waitFor(
    async () => {
      const [open] = await product.admin`
        select count(*)::int as n from pg_stat_activity where datname = current_database() and application_name = 'gurulog export'`;
      expect(open?.n).toBe(0);
    },
    { timeout: 15_000 },
  );
});
const many = () => product.admin`
  insert into question (guru_id, door, text, answered, "references", duration_ms, outcome, created_at)
  select ${guru.id}, 'ui', repeat('x', 900), 'yes', '[]', 1, 'quoted', gurulog_now() - i * interval '1 second'
  from generate_series(1, 4000) i`;

it("an export that ends early has a second event, failed, with the rows sent and the first as its cause, and frees its place", async () => {
  await many();
  const { body } = done(await send());
  const reader = body.getReader();
  expect((await reader.read()).done).toBe(false);
  expect(await send()).toMatchObject({ ok: false, code: "busy" });
  await reader.cancel();
  const [first, second, ...more] = await newEvents();
  expect(more).toEqual([]);
  expect(second).toMatchObject({
    outcome: "failure",
    cause: first?.id,
    account_id: maintainer.accountId,
    details: { success: false, message: "the reader left", exportId: first?.details.exportId },
  });
  expect(Number(second?.details.rowsSent)).toBeLessThan(4_000);
  await bytesOf(done(await send()).body);
});

it("ends as left by its reader who leaves while more of it is being made", async () => {
  await many();
  await done(await send()).body.cancel();
  expect((await newEvents()).map((event) => event.details.message)).toEqual([undefined, "the reader left"]);
});

it("is one at a time a person over all instances, and others have their own", async () => {
  await many();
  const other = await product.person(`${crypto.randomUUID()}@halden.example`);
  await giveRole(guru.id, other, "maintainer");
  const reader = done(await send()).body.getReader();
  await reader.read();
  // Another process knows nothing of what this one sends.
  Reflect.deleteProperty(globalThis, Symbol.for("gurulog.analytics-exports"));
  expect(await send()).toMatchObject({ ok: false, code: "busy" });
  expect(await newEvents()).toHaveLength(1);
  await bytesOf(done(await send(undefined, other)).body);
  await reader.cancel();
  await bytesOf(done(await send()).body);
});

it("under way makes no refusal of another a matter of waiting: forbidden, unknown and wrong are said and recorded as ever", async () => {
  await many();
  const others = await guruOf(await product.person(`${crypto.randomUUID()}@halden.example`));
  await giveRole(others.id, maintainer, "viewer");
  const reader = done(await send()).body.getReader();
  await reader.read();
  const ask = (more: object) =>
    sendAnalytics({ principal: maintainer, request, input: { ...input(), ...more } });
  expect(await ask({ guru: others.slug })).toMatchObject({ ok: false, code: "forbidden" });
  expect(await ask({ guru: "none-of-ours" })).toMatchObject({ ok: false, code: "not_found" });
  expect(await ask({ format: "pdf" })).toMatchObject({
    ok: false,
    code: "invalid",
    fieldErrors: { format: ["Choose xlsx, csv or json."] },
  });
  expect(await ask({})).toMatchObject({ ok: false, code: "busy" });
  await reader.cancel();
  expect(await product.events("access.denied")).toMatchObject([
    { account_id: maintainer.accountId, details: { asked: others.slug, reason: "forbidden" } },
    { account_id: maintainer.accountId, details: { asked: "none-of-ours", reason: "not_found" } },
  ]);
});

it("ends when nobody takes what it has", async () => {
  await many();
  const { body } = done(await send(20));
  await vi.waitFor(async () => expect(await newEvents()).toHaveLength(2), { timeout: 15_000 });
  expect((await newEvents())[1]?.details.message).toBe("nobody read it");
  await expect(bytesOf(body)).rejects.toThrow("nobody read");
});

it("is cut where the database fails it, so that it never looks whole", async () => {
  await many();
  const { body } = done(await send());
  const reader = body.getReader();
  await reader.read();
  await product.admin`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name = 'gurulog export'`;
  const drained = (async () => {
    while (!(await reader.read()).done);
  })();
  await expect(drained).rejects.toThrow();
  expect((await newEvents())[1]).toMatchObject({
    outcome: "failure",
    details: { message: "the file could not be made" },
  });
});
