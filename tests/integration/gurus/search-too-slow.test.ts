import { randomUUID } from "node:crypto";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AnswerView } from "@/app/(app)/gurus/[guru]/answer-view";
import { answerLines, withLine } from "@/app/(app)/gurus/[guru]/read-answer";
import { POST } from "@/app/answers/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import type { Answer } from "@/lib/features/ask/schemas";
import { answerWhole } from "@/lib/features/ask/whole-answer";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { findAnswer } from "@/lib/features/excel-jobs/running/find-answer";
import { answerMessage } from "@/lib/features/integrations/answering/answer-message";
import { keepMessage } from "@/lib/features/integrations/incoming/keep-message";
import { inTransaction } from "@/lib/gate/transaction";
import { mintId } from "@/lib/platform/ids";
import { runWithRequest } from "@/lib/platform/request-context";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { type StandInModel, startStandInModel, writes } from "@/tests/support/stand-in-model";
import { type StandInSlack, slackLogin, startSlack } from "@/tests/support/stand-ins/slack";
import { askV1, jsonOf } from "../api-v1/v1-harness";
import { cookieOf, keyOf } from "../audit-api/api-harness";
import { standInEnv, tie } from "../integrations/integration-world";
import { call, widgetOf } from "../widgets/widget-harness";
import { done, guruOf, textIn } from "./guru-for-tests";

let product: TestProduct;
let model: StandInModel;
let slack: StandInSlack;
let member: UserPrincipal;
let guru: { id: string; slug: string };
let key: string;
let cookie: string;
let widget: string;
let integration: string;

beforeAll(async () => {
  model = await startStandInModel();
  slack = await startSlack();
  product = await createTestProduct({ ...standInEnv, LLM_BASE_URL: model.url, LLM_MODEL: "stand-in" });
  member = await product.person("m.solberg@halden.example");
  guru = await guruOf(member);
  const text = "To roll back the gateway, run fleet rollback.";
  await indexDataSource({ dataSourceId: await textIn(guru.slug, member, "Rollback", text) });
  key = await keyOf(await product.person("owner@halden.example", "owner"));
  cookie = await cookieOf(member);
  widget = (await widgetOf(product, member, guru.slug, "https://docs.example.com")).publicId;
  integration = await tie(member, guru.slug, "SLACK", { baseUrl: slack.url, ...slackLogin });
});
afterAll(async () => {
  await product?.close();
  await Promise.all([model?.close(), slack?.close()]);
});

const signal = new AbortController().signal;
const shown = (answer: Answer) =>
  renderToStaticMarkup(createElement(AnswerView, { answer })).replaceAll("&#x27;", "'");

/** What somebody reads who asks by each of the doors. */
const doors = {
  "the page's form": async (question: string) =>
    shown(done(await askGuru.execute({ principal: member, request, input: { guru: guru.slug, question } }))),
  "the page": async (question: string) => {
    const body = JSON.stringify({ guru: guru.slug, question });
    const sent = new Request("http://localhost/answers", { method: "POST", headers: { cookie }, body });
    const context = { ip: "127.0.0.1", requestId: mintId(), nonce: "", proto: "http" } as const;
    const { body: stream } = await runWithRequest(context, () => POST(sent, { params: Promise.resolve({}) }));
    if (!stream) throw new Error("no body");
    let answer: Answer | null = null;
    for await (const line of answerLines(stream)) answer = withLine(answer, line);
    if (!answer) throw new Error("no answer");
    return shown(answer);
  },
  "the API": async (question: string) => {
    const answer = await jsonOf(askV1(guru.slug, "answer/", { key, body: { question } }));
    expect(answer).toMatchObject({ trust_score: 0, references: [] });
    return String(answer.content);
  },
  "the API, streamed": async (question: string) =>
    (await askV1(guru.slug, "answer/", { key, body: { question, stream: true } })).text(),
  "a widget": async (question: string) => (await call("POST ask", { widget, body: { question } })).text(),
  "a widget, whole": async (question: string) => {
    const answer = await jsonOf(call("POST ask", { widget, body: { question, fetch_existing: true } }));
    expect(answer).toMatchObject({ trust_score: 0, references: [] });
    return String(answer.content);
  },
  "a bot": async (question: string) => {
    const place = { channel: "C0SUPPORT", thread: "1.1" };
    await inTransaction((tx) => keepMessage(tx, integration, { externalId: question, place, question }));
    const [kept] = await product.admin<{ id: string }[]>`
      select id from bot_message where external_id = ${question}`;
    const answering = { ask: answerWhole, draft: draftAnswer };
    await answerMessage({ messageId: kept?.id ?? "" }, answering, signal);
    return String(slack.posts.at(-1)?.text);
  },
} as const;

const askedOf = async (question: string) =>
  (await product.events("guru.asked")).filter((event) => event.details.question === question);

/** Does it while no search comes to its end in time. */
async function whileSlow<T>(work: () => Promise<T>): Promise<T> {
  const { value } = await product.admin.begin(async (tx) => {
    await tx`lock table passage in access exclusive mode`;
    return { value: await work() };
  });
  return value;
}

const questionBy = (door: keyof typeof doors) => `gateway, slowly, by ${door}?`;
const told = new Map<string, string>();
let cell: Awaited<ReturnType<typeof findAnswer>>;
let isModelAsked = false;
// As many at once as there are places for searches, and two of one asker.
beforeAll(async () => {
  const before = model.asked.length;
  const tell = async (door: keyof typeof doors) => told.set(door, await doors[door](questionBy(door)));
  await whileSlow(() =>
    Promise.all([tell("the page's form"), tell("the page"), tell("the API"), tell("the API, streamed")]),
  );
  await whileSlow(async () => {
    const inCell = findAnswer(guru.id, "gateway, in a cell?", draftAnswer, signal);
    await Promise.all([tell("a widget"), tell("a widget, whole"), tell("a bot")]);
    cell = await inCell;
  });
  isModelAsked = model.asked.length > before;
});

it.each(Object.keys(doors) as (keyof typeof doors)[])(
  "whose searches all ran out of time is told so and what to do, and kept as that, by %s",
  async (door) => {
    expect(told.get(door)).toMatch(/search took too long.*Ask again in a while/);
    expect(told.get(door)).not.toMatch(/hold nothing|Nothing in the sources/);
    const question = questionBy(door);
    expect(await askedOf(question)).toMatchObject([
      { outcome: "success", details: { outcome: "search_timed_out", answered: false, references: [] } },
    ]);
    expect(await product.admin`select * from question where text = ${question}`).toMatchObject([
      { outcome: "search_timed_out", answered: "no", model: null, trust_score: 0, asked_by: null },
    ]);
    expect(isModelAsked).toBe(false);
  },
);

it("a cell of a workbook is not left saying that the sources hold nothing", () => {
  expect(cell).toMatchObject({
    state: "failed",
    answer: null,
    note: expect.stringMatching(/search took too long. Make a new job/),
  });
});

it.each([false, true])(
  "is not told to a repeat under the same Idempotency-Key (streamed: %s)",
  async (stream) => {
    const body = { question: `gateway, slowly under a key, ${stream}?`, stream };
    const ask = (idempotencyKey: string) => askV1(guru.slug, "answer/", { key, body, idempotencyKey });
    const idempotencyKey = randomUUID();
    const first = await whileSlow(async () => {
      const answer = await ask(idempotencyKey);
      return { status: answer.status, text: await answer.text() };
    });
    expect(first).toEqual({ status: 200, text: expect.stringContaining("search took too long") });
    expect(await jsonOf(ask(idempotencyKey), 409)).toEqual({
      msg: expect.stringContaining("its answer was not kept"),
    });
    expect(await askedOf(body.question)).toHaveLength(1);
    model.answers(writes("Run it [1]."));
    expect(await (await ask(randomUUID())).text()).toContain("Run it [1].");
  },
);

it("a widget that asks for the sources of it at once starts no second search, and one that asks later does", async () => {
  const question = questionBy("a widget");
  const body = { question, fetch_existing: true };
  const existing = async () => (await jsonOf(call("POST ask", { widget, body }))).content;
  expect(await existing()).toBe(told.get("a widget"));
  expect(await askedOf(question)).toHaveLength(1);
  await product.admin`update question set created_at = created_at - interval '61 seconds' where text = ${question}`;
  model.answers(writes("Run it [1]."));
  expect(await existing()).toBe("Run it [1].");
  expect((await askedOf(question)).map((event) => event.details.outcome)).toEqual([
    "search_timed_out",
    "written",
  ]);
});
