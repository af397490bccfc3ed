import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noRequest, systemPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { beginBotAnswer } from "@/lib/features/ask/commands/begin-bot-answer";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import { closeLostAnswers } from "@/lib/features/ask/finish-answer";
import { answerWhole } from "@/lib/features/ask/whole-answer";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { setRuntime } from "@/lib/platform/runtime";
import { byKey, countOf, createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { refuses, type StandInModel, startStandInModel, writes } from "@/tests/support/stand-in-model";
import { done, guruOf, textIn } from "./guru-for-tests";

let product: TestProduct;
let model: StandInModel;
let member: UserPrincipal;
let guru: { id: string; slug: string; name: string };
const bot = { principal: systemPrincipal, request: noRequest };
const signal = new AbortController().signal;

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

const eventsOf = async (question: string) =>
  (await product.events("guru.asked")).filter((event) => event.details.question === question);

describe("a bot's answer", () => {
  it.each(["slack", "discord", "github"] as const)("by %s is System's, recorded once", async (door) => {
    model.answers(writes("Run it [1]."));
    const question = `Roll back the gateway by ${door}?`;
    const answer = done(await answerWhole({ guru: guru.id, question, door, by: bot, signal }));
    expect(answer).toMatchObject({
      text: "Run it [1].",
      content: "Run it [1].",
      outcome: "written",
      model: "stand-in",
      quotes: [
        { title: "Rollback", name: "Rollback", link: null, content: expect.stringContaining("fleet") },
      ],
    });
    expect(answer.confidence).toBeGreaterThan(0);
    const events = await eventsOf(question);
    expect(events).toMatchObject([
      { actor_type: "system", actor_id: "system", actor_email: null, ip: null, details: { door } },
    ]);
  });

  it("is nobody's else to ask for, and only where a guru is", async () => {
    for (const principal of [member, byKey(member)]) {
      const input = { guru: guru.id, question: "gateway?", door: "slack" };
      const refused = await beginBotAnswer.execute({ principal, request: testRequest, input });
      expect(refused).toMatchObject({ ok: false, code: "not_found" });
    }
    const nowhere = "019a0000-0000-7000-8000-000000000000";
    const asked = { question: "gateway?", door: "slack", by: bot, signal } as const;
    expect(await answerWhole({ guru: nowhere, ...asked })).toMatchObject({ ok: false, code: "not_found" });
    expect(await answerWhole({ guru: guru.id, ...asked, door: "ui" })).toMatchObject({ code: "invalid" });
  });

  it("that broke off is recorded as System's by the worker", async () => {
    const input = { guru: guru.id, question: "gateway, broken off?", door: "discord" };
    done(await beginBotAnswer.execute({ ...bot, input }));
    await product.admin`update question set created_at = created_at - interval '11 minutes' where outcome is null`;
    expect(await closeLostAnswers()).toBe(1);
    expect(await eventsOf(input.question)).toMatchObject([
      { actor_type: "system", details: { door: "discord", outcome: "lost" } },
    ]);
  });
});

describe("a draft", () => {
  it("is an answer that leaves no question and no event", async () => {
    model.answers(writes("Run it [1]."));
    const before = [await countOf("question"), (await product.events()).length];
    const draft = await draftAnswer(guru.id, "How do I roll back the gateway?", signal);
    expect(draft).toMatchObject({ text: "Run it [1].", outcome: "written" });
    expect(draft?.confidence).toBeGreaterThan(0);
    expect(await draftAnswer(guru.id, "zzyzx?", signal)).toMatchObject({
      outcome: "nothing_found",
      text: null,
      confidence: 0,
    });
    expect([await countOf("question"), (await product.events()).length]).toEqual(before);
  });

  it("says in words why the model gave none, and ends early when it is to", async () => {
    model.answers(refuses(500));
    const failed = await draftAnswer(guru.id, "gateway?", signal);
    expect(failed).toMatchObject({ outcome: "failed", confidence: 0 });
    expect(failed?.note).toContain("fault of its own");
    expect(await draftAnswer(guru.id, "gateway?", AbortSignal.abort())).toMatchObject({ outcome: "stopped" });
    expect(await draftAnswer("019a0000-0000-7000-8000-000000000000", "gateway?", signal)).toBeNull();
  });

  it("is made of passages where no model is set up", async () => {
    const { LLM_BASE_URL: _, ...env } = product.runtime.env;
    setRuntime({ ...product.runtime, env: { ...env, LLM_BASE_URL: undefined } });
    try {
      const draft = await draftAnswer(guru.id, "roll back the gateway", signal);
      expect(draft).toMatchObject({ outcome: "quoted", text: null, model: null, confidence: 100 });
      expect(draft?.content).toContain("Rollback:\nTo roll back the gateway");
    } finally {
      setRuntime(product.runtime);
    }
  });
});
