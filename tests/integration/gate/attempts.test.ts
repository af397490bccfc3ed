import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { anonymousPrincipal } from "@/lib/access/principal";
import { anyone } from "@/lib/gate/allow";
import { refuse } from "@/lib/platform/errors";
import { breakTheLog, byKey, countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
import { actWithTwin, doIt, stands } from "./acts-for-tests";

let product: TestProduct;
let member: UserPrincipal;
let other: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("member@halden.example");
  other = await product.person("other@halden.example");
});
afterAll(() => product.close());

const aCall = () => ({ key: randomUUID(), attemptId: randomUUID() });
const recorded = async (key: string) =>
  (await product.events()).filter((event) => event.target_id === key).length;

it("a repeat does and records nothing, and says where to look", async () => {
  const act = actWithTwin();
  const call = aCall();
  expect((await doIt(act, member, call)).result).toEqual({ ok: true, value: `secret of ${call.key}` });
  for (let i = 0; i < 3; i += 1) {
    const { result } = await doIt(act, member, call);
    expect(result).toEqual({ ok: true, value: null, repeated: true, targetId: `id of ${call.key}` });
  }
  expect(await recorded(call.key)).toBe(1);
});

it("ten at once do and record it once", async () => {
  const act = actWithTwin(async (tx) => {
    await tx.execute("select pg_sleep(0.05)");
  });
  const call = aCall();
  const all = await Promise.all(Array.from({ length: 10 }, () => doIt(act, member, call)));
  expect(all.filter(({ result }) => result.ok && "repeated" in result)).toHaveLength(9);
  expect(all.filter(({ result }) => result.ok && !("repeated" in result))).toHaveLength(1);
  expect(await recorded(call.key)).toBe(1);
});

it("a refused outcome is told again, and recorded once, also to ten at once", async () => {
  const act = actWithTwin(() => Promise.reject(refuse("exists", "It is taken.")));
  const before = (await product.events("api_key.creation_failed")).length;
  const call = aCall();
  const all = await Promise.all(Array.from({ length: 10 }, () => doIt(act, member, call)));
  for (const { result } of all)
    expect(result).toMatchObject({ ok: false, code: "exists", message: "It is taken." });
  expect(await product.events("api_key.creation_failed")).toHaveLength(before + 1);
});

it("who was told to wait sends the same attempt again, which then does it, once", async () => {
  let tries = 0;
  const act = actWithTwin(async () => {
    tries += 1;
    if (tries === 1) throw refuse("throttled", "Wait 7 seconds.", { retryAfterS: 7 });
  });
  const call = aCall();
  expect((await doIt(act, member, call)).result).toMatchObject({
    ok: false,
    code: "throttled",
    retryAfterS: 7,
  });
  expect(await product.admin`select from attempt where attempt_id = ${call.attemptId}`).toHaveLength(0);
  expect(await stands(call.key)).toBe(false);
  expect((await doIt(act, member, call)).result).toEqual({ ok: true, value: `secret of ${call.key}` });
  expect((await doIt(act, member, call)).result).toHaveProperty("repeated");
  expect(await recorded(call.key)).toBe(1);
});

it("of parallel attempts whose first came too early, the next one does it", async () => {
  let tries = 0;
  const act = actWithTwin(async (tx) => {
    tries += 1;
    const isFirst = tries === 1;
    await tx.execute("select pg_sleep(0.05)");
    if (isFirst) throw refuse("throttled", "Wait.", { retryAfterS: 1 });
  });
  const call = aCall();
  const all = await Promise.all(Array.from({ length: 5 }, () => doIt(act, member, call)));
  expect(all.filter(({ result }) => !result.ok)).toHaveLength(1);
  expect(all.filter(({ result }) => result.ok && !("repeated" in result))).toHaveLength(1);
  expect(all.filter(({ result }) => "repeated" in result)).toHaveLength(3);
  expect(await recorded(call.key)).toBe(1);
});

it("another input or another act under the same id is a conflict, and nothing happens", async () => {
  const act = actWithTwin();
  const call = aCall();
  await doIt(act, member, call);
  const before = (await product.events()).length;
  const otherInput = await doIt(act, member, { ...call, key: "other" });
  const otherAct = await doIt(actWithTwin(), member, call);
  for (const { result } of [otherInput, otherAct])
    expect(result).toMatchObject({ ok: false, code: "conflict" });
  expect(await stands("other")).toBe(false);
  expect(await product.events()).toHaveLength(before);
});

it("the same id is each principal's own: another person's, and a key's", async () => {
  const act = actWithTwin();
  const { attemptId } = aCall();
  for (const principal of [member, other, byKey(member)]) {
    expect((await doIt(act, principal, { attemptId })).result).not.toHaveProperty("repeated");
  }
});

it("people who are not signed in have no attempts: each try counts", async () => {
  const act = actWithTwin(() => Promise.reject(refuse("exists", "It is taken.")), anyone);
  const { attemptId } = aCall();
  const attempts = await countOf("attempt");
  // The twin of this act always has a person as actor: recorded by nobody, it is a fault of ours.
  expect((await doIt(act, anonymousPrincipal, { attemptId })).result).toMatchObject({
    ok: false,
    code: "internal",
  });
  expect(await countOf("attempt")).toBe(attempts);
});

it("an attempt that was rolled back may be made again", async () => {
  const act = actWithTwin();
  const call = aCall();
  const mend = await breakTheLog(product);
  expect((await doIt(act, member, call)).result).toMatchObject({ ok: false, code: "internal" });
  await mend();
  expect((await doIt(act, member, call)).result).toEqual({ ok: true, value: `secret of ${call.key}` });
  expect(await recorded(call.key)).toBe(1);
});

it("a repeat that has waited as long as it may is told that the first is under way, and does nothing", async () => {
  let finish = () => {};
  const isFinished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  // The work has begun, so the attempt is claimed: an open transaction alone does not say so.
  let isClaimed = false;
  const act = actWithTwin(() => {
    isClaimed = true;
    return isFinished;
  });
  const call = aCall();
  const first = doIt(act, member, call);
  await expect.poll(() => isClaimed).toBe(true);
  expect((await doIt(act, member, call)).result).toMatchObject({ ok: false, code: "busy" });
  finish();
  expect((await first).result).toMatchObject({ ok: true });
  expect(await recorded(call.key)).toBe(1);
});

it("of parallel attempts whose first is rolled back, the next one does it", async () => {
  let tries = 0;
  const act = actWithTwin(async (tx) => {
    tries += 1;
    await tx.execute("select pg_sleep(0.05)");
    if (tries === 1) await tx.execute("select pg_terminate_backend(pg_backend_pid())");
  });
  const call = aCall();
  const all = await Promise.all(Array.from({ length: 5 }, () => doIt(act, member, call)));
  expect(all.filter(({ result }) => !result.ok)).toHaveLength(1);
  expect(all.filter(({ result }) => result.ok && !("repeated" in result))).toHaveLength(1);
  expect(await recorded(call.key)).toBe(1);
});

it("keeps no value that is shown once, nor an input that could be found by trying", async () => {
  const call = { ...aCall(), key: "1234" };
  const act = actWithTwin();
  await doIt(act, member, call);
  const [kept] =
    await product.admin`select a::text as text, input_digest from attempt a where attempt_id = ${call.attemptId}`;
  expect(kept?.text).toContain("id of 1234");
  expect(kept?.text).not.toContain("secret of");
  const { createHash } = await import("node:crypto");
  const plain = createHash("sha256")
    .update(JSON.stringify([act.name, { key: "1234" }]))
    .digest();
  expect(plain.equals(kept?.input_digest)).toBe(false);
});

it.each([
  ["NUL", "\0a", "\0b"],
  ["lone surrogates", "\ud800", "\ud801"],
  ["ids that differ after 200 characters", `${"x".repeat(300)}1`, `${"x".repeat(300)}2`],
  ["a megabyte", "x".repeat(1_000_000), `${"x".repeat(1_000_000)}y`],
])("odd ids are taken as they are, and no two become one: %s", async (_, one, two) => {
  const act = actWithTwin();
  const first = { key: randomUUID(), attemptId: one };
  expect((await doIt(act, member, first)).result).not.toHaveProperty("repeated");
  expect((await doIt(act, member, first)).result).toHaveProperty("repeated");
  expect((await doIt(act, member, { attemptId: two })).result).toMatchObject({ ok: true });
});
