import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import {
  begin,
  refuses,
  type StandInModel,
  send,
  startStandInModel,
  writes,
} from "@/tests/support/stand-in-model";
import { keyOf } from "../audit-api/api-harness";
import { giveRole, guruOf, textIn } from "../gurus/guru-for-tests";
import { askV1, jsonOf, type V1Asking } from "./v1-harness";

interface V1Answer {
  slug: string;
  content: string;
  question: string;
  date_updated: string;
  trust_score: number;
  references: { link: string | null; icon: null; title: string }[];
  session_id: string;
}

let product: TestProduct;
let model: StandInModel;
let member: UserPrincipal;
let viewer: UserPrincipal;
let guru: { id: string; slug: string };
let key: string;
let viewersKey: string;

beforeAll(async () => {
  model = await startStandInModel();
  product = await createTestProduct({ LLM_BASE_URL: model.url, LLM_MODEL: "stand-in" });
  member = await product.person("m.solberg@halden.example");
  viewer = await product.person("viewer@halden.example");
  guru = await guruOf(member);
  await giveRole(guru.id, viewer, "viewer");
  const text = "To roll back the gateway, run fleet rollback gateway.";
  await indexDataSource({ dataSourceId: await textIn(guru.slug, member, "Rollback", text) });
  key = await keyOf(member);
  viewersKey = await keyOf(viewer, { name: "chat bot" });
});
afterAll(async () => {
  await product?.close();
  await model?.close();
});

const ask = (body: Record<string, unknown>, asking: V1Asking = {}) =>
  askV1(guru.slug, "answer/", { key: viewersKey, body, ...asking });
const asked = async (question: string) =>
  (await product.events("guru.asked")).filter((event) => event.details.question === question);

describe("POST answer/", () => {
  it("gives the whole answer in the fields of the family, kept and recorded once as the key's", async () => {
    model.answers(writes("Run ", "fleet rollback gateway [1]."));
    const question = "How do I roll back the gateway?";
    const answer = await jsonOf<V1Answer>(ask({ question }));
    expect(answer).toEqual({
      slug: expect.stringMatching(/^how-do-i-roll-back-the-gateway-[0-9a-f]{8}$/),
      content: "Run fleet rollback gateway [1].",
      question,
      date_updated: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      trust_score: expect.any(Number),
      references: [{ link: null, icon: null, title: "Rollback" }],
      session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(answer.trust_score).toBeGreaterThan(60);
    const [event, ...more] = await asked(question);
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      operation: "ASK_GURU",
      actor_type: "api_key",
      actor_email: viewer.email,
      ip: "203.0.113.60",
      guru_id: guru.id,
      details: { door: "api", answered: true, outcome: "written", apiKeyName: "chat bot" },
    });
    const [row] = await product.admin`select * from question where text = ${question}`;
    expect(row).toMatchObject({
      door: "api",
      trust_score: answer.trust_score,
      session_id: answer.session_id,
    });
  });

  it("streams the text as it is written", async () => {
    model.answers(writes("Run ", "it [1]."));
    const streamed = await ask({ question: "Roll back the gateway, streamed?", stream: true });
    expect(streamed.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await streamed.text()).toBe("Run it [1].");
    expect((await asked("Roll back the gateway, streamed?")).length).toBe(1);
  });

  it("says in words that nothing was found, with no trust in it, and that no passage answers", async () => {
    const nothing = await jsonOf<V1Answer>(ask({ question: "zzyzx?" }));
    expect(nothing).toMatchObject({ trust_score: 0, references: [] });
    expect(nothing.content).toContain("hold nothing about this");
    model.answers(writes("NO_ANSWER"));
    const none = await jsonOf<V1Answer>(ask({ question: "gateway colour?" }));
    expect(none.trust_score).toBe(0);
    expect(none.content).toContain("do not answer this");
    const streamed = await (await ask({ question: "gateway shape?", stream: true })).text();
    expect(streamed).toContain("do not answer this");
    expect(streamed).toContain("To roll back the gateway");
  });

  it("goes on with a conversation, which the model is told, and with nobody else's", async () => {
    model.answers(writes("Run it [1]."));
    const first = await jsonOf<V1Answer>(ask({ question: "gateway one?" }));
    const second = await jsonOf<V1Answer>(ask({ question: "gateway two?", session_id: first.session_id }));
    expect(second.session_id).toBe(first.session_id);
    const sent = JSON.parse(model.asked.at(-1)?.body.messages?.[1]?.content ?? "");
    expect(sent.earlier).toEqual([{ question: "gateway one?", answer: "Run it [1]." }]);
    for (const session_id of [randomUUID(), "x", first.session_id]) {
      const refused = await jsonOf(ask({ question: "gateway three?", session_id }, { key }), 400);
      expect(Object.keys(refused)).toEqual(["msg"]);
    }
    expect(await asked("gateway three?")).toEqual([]);
  });

  it.each([
    [{}, /question/],
    [{ question: "" }, /question/i],
    [{ question: 7 }, /question/],
    [{ question: "a".repeat(1_001) }, /1,000/],
    [{ question: "x", stream: "true" }, /true or false/],
    [{ question: "x", role: "owner" }, /role/],
  ])("refuses %j with a reason", async (body, reason) => {
    expect((await jsonOf<{ msg: string }>(ask(body), 400)).msg).toMatch(reason);
  });

  it.each(["", "no JSON", "[1]", "null", '"text"'])("refuses the body %j", async (body) => {
    expect(await jsonOf(askV1(guru.slug, "answer/", { key, body }), 400)).toEqual({
      msg: "Send a JSON object as the body.",
    });
  });
});

describe("Idempotency-Key", () => {
  it("answers a repeat with the same words, without asking or recording again, in either form", async () => {
    for (const stream of [false, true]) {
      model.answers(writes(`Once ${stream}.`));
      const body = { question: `gateway once ${stream}?`, stream };
      const idempotencyKey = randomUUID();
      const first = await ask(body, { idempotencyKey });
      const text = await first.text();
      model.answers(writes("Twice."));
      const before = model.asked.length;
      const again = await ask(body, { idempotencyKey });
      expect([again.status, await again.text()]).toEqual([200, text]);
      expect(again.headers.get("idempotent-replayed")).toBe("true");
      expect(again.headers.get("content-type")).toBe(first.headers.get("content-type"));
      expect(model.asked.length).toBe(before);
      expect((await asked(body.question)).length).toBe(1);
    }
  });

  it.each([
    ["written", "gateway", writes("Run ", "it [1].")],
    ["not_answered", "gateway", writes("NO_ANSWER")],
    ["failed", "gateway", refuses(500)],
    ["nothing_found", "zzyzx", refuses(500)],
  ] as const)("holds one text, whole, streamed and given again: %s", async (outcome, word, reply) => {
    model.answers(reply);
    const texts = new Set<string>();
    for (const stream of [false, true]) {
      const body = { question: `${word}, ${outcome} ${stream}?`, stream };
      const idempotencyKey = randomUUID();
      for (const replayed of [null, "true"]) {
        const answer = await ask(body, { idempotencyKey });
        expect(answer.headers.get("idempotent-replayed")).toBe(replayed);
        texts.add(stream ? await answer.text() : (await jsonOf<V1Answer>(answer)).content);
      }
      expect(await asked(body.question)).toMatchObject([{ details: { outcome } }]);
    }
    expect([...texts]).toHaveLength(1);
  });

  it.each([false, true])("keeps the whole answer for whom it was cut off (streamed: %s)", async (stream) => {
    let goOn = () => {};
    const left = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let hasBegun = () => {};
    const begun = new Promise<void>((resolve) => {
      hasBegun = resolve;
    });
    model.answers(async (response) => {
      begin(response);
      send(response, "Run the first half, ");
      hasBegun();
      await left;
      send(response, "and the second [1].");
      send(response, "", "stop");
      response.end("data: [DONE]\n\n");
    });
    const body = { question: `gateway cut off ${stream}?`, stream };
    const idempotencyKey = randomUUID();
    const leaving = new AbortController();
    const answering = ask(body, { idempotencyKey, signal: leaving.signal });
    if (stream) {
      const reader = (await answering).body?.getReader();
      expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("Run the first half, ");
      leaving.abort();
      goOn();
      await reader?.cancel();
    } else {
      await begun;
      leaving.abort();
      goOn();
      await answering;
    }
    const again = await ask(body, { idempotencyKey });
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(await again.text()).toContain("Run the first half, and the second [1].");
    expect(await asked(body.question)).toMatchObject([{ details: { outcome: "written" } }]);
  });

  it("is of one request and one key: another is refused, and others have their own", async () => {
    model.answers(writes("Yes [1]."));
    const idempotencyKey = "order 66 \u00fc";
    await jsonOf(ask({ question: "gateway a?" }, { idempotencyKey }));
    expect((await ask({ question: "gateway b?" }, { idempotencyKey })).status).toBe(409);
    await jsonOf(ask({ question: "gateway b?" }, { idempotencyKey, key }));
    expect((await asked("gateway b?")).length).toBe(1);
  });

  it("tells nothing to whom the guru no longer concerns", async () => {
    model.answers(writes("Yes [1]."));
    const leaving = await product.person("leaving@halden.example");
    await giveRole(guru.id, leaving, "viewer");
    const leavingKey = await keyOf(leaving);
    const idempotencyKey = randomUUID();
    const sent = { idempotencyKey, key: leavingKey };
    await jsonOf(ask({ question: "gateway secret?" }, sent));
    await product.admin`delete from guru_role where account_id = ${leaving.accountId}`;
    expect((await ask({ question: "gateway secret?" }, sent)).status).toBe(404);
  });
});
