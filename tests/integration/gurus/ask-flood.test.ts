import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { principalKey, type UserPrincipal } from "@/lib/access/principal";
import { readDb } from "@/lib/db/client";
import { beginAnswer } from "@/lib/features/ask/commands/begin-answer";
import { searchGuru } from "@/lib/features/ask/commands/search-guru";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { setRuntime } from "@/lib/platform/runtime";
import { byKey, createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { type StandInModel, startStandInModel } from "@/tests/support/stand-in-model";
import { watchStandstills } from "@/tests/support/undisturbed";
import { giveRole, guruOf, textIn } from "./guru-for-tests";

let product: TestProduct;
let model: StandInModel;
let member: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  model = await startStandInModel();
  product = await createTestProduct({ LLM_BASE_URL: model.url, LLM_MODEL: "stand-in" });
  member = await product.person("m.solberg@halden.example");
  guru = await guruOf(member);
  const text = "To roll back the gateway, run fleet rollback.";
  await indexDataSource({ dataSourceId: await textIn(guru.slug, member, "Rollback", text) });
});
afterAll(async () => {
  await product?.close();
  await model?.close();
});
beforeEach(() => {
  const env = { ...product.runtime.env, GURULOG_ANSWERS_PER_MINUTE: 0 };
  setRuntime({ ...product.runtime, env });
});

const acts = { asks: beginAnswer, searches: searchGuru };

const waitingForPassages = async () => {
  const [row] = await product.admin`
    select count(*)::int as n from pg_locks where not granted and relation = 'passage'::regclass
      and database = (select oid from pg_database where datname = current_database())`;
  return Number(row?.n);
};

/** People who may ask the guru. */
async function viewers(many: number): Promise<UserPrincipal[]> {
  const people = Array.from({ length: many }, () => product.person(`${randomUUID()}@halden.example`));
  const made = await Promise.all(people);
  for (const one of made) await giveRole(guru.id, one, "viewer");
  return made;
}

it.each(["asks", "searches"] as const)(
  "fifty %s at once, slow as they are, leave connections to everybody else, and each is told in words",
  async (what) => {
    const input = { guru: guru.slug, question: "How to roll back the gateway?" };
    const people = await viewers(25);
    const asking = await product.admin.begin(async (tx) => {
      await tx`lock table passage in access exclusive mode`;
      const all = Promise.all(
        [...people, ...people].map((one) => acts[what].execute({ principal: byKey(one), request, input })),
      );
      // As many as may have gone in and wait for the passages.
      while ((await waitingForPassages()) < 4);
      const standstill = watchStandstills();
      const began = performance.now();
      await readDb().execute("select 1");
      expect(performance.now() - began - standstill()).toBeLessThan(1_000);
      expect(await waitingForPassages()).toBeLessThanOrEqual(4);
      return { results: await all };
    });
    const found = asking.results.filter((result) => result.ok);
    for (const result of asking.results)
      if (!result.ok)
        expect(result).toMatchObject({
          code: "throttled",
          message: expect.stringMatching(/Ask again/),
          retryAfterS: 10,
        });
    if (what === "searches") {
      // Nobody could look, so nobody is told that there is nothing.
      expect(found).toEqual([]);
      expect(await product.events("guru.searched")).toEqual([]);
    } else {
      expect(found.length).toBeGreaterThanOrEqual(4);
      for (const result of found) expect(result).toMatchObject({ value: { outcome: "search_timed_out" } });
    }
  },
  60_000,
);

it("twenty searches that one key has hang keep nobody else from asking", async () => {
  const [asker] = await viewers(1);
  if (!asker) throw new Error("nobody");
  const principal = byKey(member);
  const attemptId = randomUUID();
  const input = { guru: guru.slug, question: "gateway" };
  const searching = await product.admin.begin(async (tx) => {
    // As if it were under way elsewhere: each of them waits for its end.
    await tx`insert into attempt (principal, attempt_id, command, input_digest, outcome)
      values (${principalKey(principal)}, ${attemptId}, 'search-guru', decode('00', 'hex'), '')`;
    const all = Promise.all(
      Array.from({ length: 20 }, () => searchGuru.execute({ principal, request, input, attemptId })),
    );
    const hanging = async () => {
      const [row] = await product.admin`
        select count(*)::int as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query ilike 'insert into "attempt"%'`;
      return Number(row?.n);
    };
    while ((await hanging()) < 2);
    const question = "gateway, while others search?";
    const answer = await beginAnswer.execute({
      principal: asker,
      request,
      input: { guru: guru.slug, question },
    });
    expect(answer).toMatchObject({ ok: true, value: { quotes: [{ title: "Rollback" }] } });
    expect(await hanging()).toBe(2);
    return { all };
  });
  for (const result of await searching.all) expect(result.ok).toBe(false);
});

it("whose place is not to be had in time is told in words, and the next question is asked as ever", async () => {
  const ask = (question: string) =>
    beginAnswer.execute({ principal: member, request, input: { guru: guru.slug, question } });
  await product.admin.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext(${`gurulog.ask ${member.accountId}`}))`;
    expect(await ask("gateway, held up?")).toMatchObject({ ok: false, code: "throttled", retryAfterS: 10 });
    // One that finds nothing costs no model, and so waits for no place.
    expect(await ask("zzyzx?")).toMatchObject({ ok: true, value: { outcome: "nothing_found" } });
  });
  expect(await ask("gateway, at last?")).toMatchObject({ ok: true, value: { outcome: null } });
});
