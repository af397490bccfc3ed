import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import type { Answer } from "@/lib/features/ask/schemas";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import {
  breakTheLog,
  byKey,
  countOf,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { watchStandstills } from "@/tests/support/undisturbed";
import { done, giveRole, guruOf, textIn } from "./guru-for-tests";

let product: TestProduct;
let member: UserPrincipal;
let viewer: UserPrincipal;
let stranger: UserPrincipal;
let guru: { id: string; slug: string };
let rollback: string;

const text = (answer: Answer) => answer.quotes.map((q) => q.segments.map((s) => s.text).join(""));
const ask = async (
  question: string,
  principal: Parameters<typeof askGuru.execute>[0]["principal"] = member,
  into = guru.slug,
) => askGuru.execute({ principal, request, input: { guru: into, question } });

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  viewer = await product.person("viewer@halden.example");
  stranger = await product.person("stranger@halden.example");
  guru = await guruOf(member);
  await giveRole(guru.id, viewer, "viewer");
  rollback = await textIn(
    guru.slug,
    member,
    "Rollback",
    "To roll back the gateway, run `fleet rollback gateway` and watch the dashboard.",
  );
  const deploy = await textIn(
    guru.slug,
    member,
    "Deploying",
    "Deployments to kubernetes go through the release train every Tuesday.",
  );
  const noise = await textIn(guru.slug, member, "Canteen", "The canteen serves soup on Fridays.");
  for (const dataSourceId of [rollback, deploy, noise]) await indexDataSource({ dataSourceId });
  const secret = await guruOf(stranger);
  await indexDataSource({
    dataSourceId: await textIn(secret.slug, stranger, "Secret", "The gateway password is swordfish."),
  });
});
afterAll(() => product.close());

describe("ask-guru", () => {
  it("quotes the best passages with where they stand, and marks the words", async () => {
    const answer = done(await ask("How do I roll back the gateway?"));
    expect(answer.quotes[0]).toMatchObject({
      sourceId: rollback,
      kind: "TEXT",
      title: "Rollback",
      ordinal: 0,
    });
    expect(answer.quotes[0]?.segments.filter((s) => s.hit).map((s) => s.text)).toEqual(
      expect.arrayContaining(["roll", "gateway"]),
    );
    expect(text(answer).join()).not.toContain("canteen");
  });

  it("records ASK_GURU with the beginning of the question, and keeps the whole of it", async () => {
    const question = `gateway ${"and so on ".repeat(60)}`.trim();
    done(await ask(question, byKey(viewer)));
    expect((await product.events("guru.asked")).at(-1)).toMatchObject({
      operation: "ASK_GURU",
      action_type: "access",
      target_type: "guru",
      target_id: guru.id,
      actor_type: "api_key",
      account_id: viewer.accountId,
      guru_slug: guru.slug,
      details: { question: question.slice(0, 200), door: "api", answered: true, references: [rollback] },
    });
    const [kept] =
      await product.admin`select * from question where guru_id = ${guru.id} order by created_at desc limit 1`;
    expect(kept).toMatchObject({
      text: question,
      account_id: viewer.accountId,
      answered: "yes",
      references: [rollback],
    });
  });

  it("finds a passage by some of the words, and by a word spelt wrongly", async () => {
    expect(text(done(await ask("what happens with soup at the weekend")))[0]).toContain("canteen");
    expect(text(done(await ask("kubernets")))[0]).toContain("kubernetes");
    expect(text(done(await ask("gatway rolback")))[0]).toContain("roll back the gateway");
  });

  it("says when nothing is found, and records that too", async () => {
    const answer = done(await ask("zzyzx quux"));
    expect(answer.quotes).toEqual([]);
    expect((await product.events("guru.asked")).at(-1)?.details).toMatchObject({
      answered: false,
      references: [],
    });
  });

  it("never quotes another guru, nor what a newer indexing has replaced", async () => {
    expect(text(done(await ask("swordfish gateway password"))).join()).not.toContain("swordfish");
    const changing = await textIn(guru.slug, member, "Changing", "The mascot is a badger.");
    await indexDataSource({ dataSourceId: changing });
    expect(text(done(await ask("mascot")))).toEqual(["The mascot is a badger."]);
    await textIn(guru.slug, member, "Changing", "The mascot is an otter.");
    expect(text(done(await ask("mascot")))).toEqual(["The mascot is a badger."]);
    await indexDataSource({ dataSourceId: changing });
    expect(text(done(await ask("mascot")))).toEqual(["The mascot is an otter."]);
  });

  it.each([
    ["of signs of the query language", `"unclosed & | ! <-> :* (((' \\ -- ;`],
    ["of stop words", "the of and to"],
    ["of a negation alone", "-gateway"],
    ["of a thousand letters", "a".repeat(1_000)],
    [
      "of a thousand words",
      Array.from({ length: 200 }, (_, n) => `w${n}`)
        .join(" ")
        .slice(0, 1_000),
    ],
    ["with NUL and a lone surrogate", "gate\0way \ud800 \u202E"],
    ["of percent signs and quotes", `%_%''"" $1 \${x} {{7*7}}`],
    ["of an address with ampersands", "https://example.com/?a=1&b=2 | drop"],
    ["with highlight signs", "\uE000gateway\uE001"],
  ])("answers a question %s, quickly, and records it", async (_, question) => {
    const before = (await product.events("guru.asked")).length;
    const standstill = watchStandstills();
    const started = performance.now();
    const result = await ask(question);
    expect(result.ok).toBe(true);
    expect(performance.now() - started - standstill()).toBeLessThan(5_000);
    expect((await product.events("guru.asked")).length).toBe(before + 1);
  });

  it("refuses empty and overlong questions without a record", async () => {
    const before = (await product.events()).length;
    for (const question of ["", "  ", "x".repeat(1_001)])
      expect(await ask(question)).toMatchObject({ ok: false, code: "invalid" });
    expect((await product.events()).length).toBe(before);
  });

  it("is for whoever may see the guru; to others it does not exist", async () => {
    expect(await ask("gateway", viewer)).toMatchObject({ ok: true });
    expect(await ask("gateway", stranger)).toMatchObject({ ok: false, code: "not_found" });
    const open = await guruOf(member, { visibility: "organization" });
    expect(await ask("gateway", stranger, open.slug)).toMatchObject({ ok: true });
    expect((await product.events("access.denied")).at(-1)).toMatchObject({
      actor_id: stranger.accountId,
      details: { permission: "guru:ask" },
    });
  });

  it("gives no answer when the log takes no event", async () => {
    const questions = await countOf("question");
    const mend = await breakTheLog(product);
    const result = await ask("gateway");
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(JSON.stringify(result)).not.toContain("fleet rollback");
    expect(await countOf("question")).toBe(questions);
  });
});
