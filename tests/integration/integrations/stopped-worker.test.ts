import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { noRequest, systemPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { beginBotAnswer } from "@/lib/features/ask/commands/begin-bot-answer";
import { draftAnswer } from "@/lib/features/ask/draft-answer";
import { closeLostAnswers, keepEnd } from "@/lib/features/ask/finish-answer";
import { answerWhole } from "@/lib/features/ask/whole-answer";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { answerMessage } from "@/lib/features/integrations/answering/answer-message";
import { postSlackWebhook } from "@/lib/features/integrations/http/slack";
import { startWorker, type Worker } from "@/lib/jobs/worker";
import { createTestProduct, testRequest as facts, type TestProduct } from "@/tests/support/product";
import { begin, type StandInModel, send, startStandInModel, writes } from "@/tests/support/stand-in-model";
import {
  type StandInSlack,
  slackBot,
  slackLogin,
  slackSigned,
  startSlack,
} from "@/tests/support/stand-ins/slack";
import { done, guruOf, textIn } from "../gurus/guru-for-tests";
import { until } from "../gurus/worker-harness";
import { listenIn, standInEnv, tie } from "./integration-world";

let product: TestProduct;
let slack: StandInSlack;
let model: StandInModel;
let member: UserPrincipal;
let guru: { id: string; slug: string };
let slackId: string;
let worker: Worker | undefined;

beforeAll(async () => {
  model = await startStandInModel();
  slack = await startSlack();
  product = await createTestProduct({ ...standInEnv, LLM_BASE_URL: model.url, LLM_MODEL: "stand-in" });
  member = await product.person("m.solberg@halden.example");
  guru = await guruOf(member);
  const text = "The gateway is rolled back with the crimson lever.";
  await indexDataSource({ dataSourceId: await textIn(guru.slug, member, "Rollback", text) });
  slackId = await tie(member, guru.slug, "SLACK", { baseUrl: slack.url, ...slackLogin });
  await listenIn(member, guru.slug, slackId, { add: "support", addMode: "auto" });
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});
afterAll(async () => {
  await Promise.all([slack?.close(), model?.close()]);
  await product?.close();
});
beforeEach(async () => {
  await product.admin`delete from bot_message`;
  await product.admin`delete from question`;
  slack.posts.length = 0;
  slack.trouble.length = 0;
  model.asked.length = 0;
  model.answers(writes("Pull the crimson lever [1]."));
});

const question = "How is the gateway rolled back?";
let nth = 0;
/** Somebody writes, and Slack delivers it. @returns the message's id of ours */
async function delivered(): Promise<string> {
  const ts = `17000${String(++nth).padStart(5, "0")}.000100`;
  const event = { type: "message", channel: "C0SUPPORT", user: "U1", text: question, ts };
  const body = JSON.stringify({ type: "event_callback", team_id: slackBot.teamId, event });
  const request = new Request("http://localhost/", { method: "POST", body, headers: slackSigned(body) });
  expect((await postSlackWebhook({ request, params: { id: slackId }, facts })).status).toBe(200);
  const [row] = await product.admin`select id from bot_message where external_id = ${`C0SUPPORT:${ts}`}`;
  return row?.id as string;
}
const start = async () => {
  worker = await startWorker({ databaseUrl: product.runtime.urls.direct });
};
const stop = async () => {
  await worker?.stop();
  worker = undefined;
};
const answer = (messageId: string) =>
  answerMessage({ messageId }, { ask: answerWhole, draft: draftAnswer }, new AbortController().signal);
const messageOf = async (id: string) =>
  (
    await product.admin`
      select state, attempts, extract(epoch from due_at - now())::float as wait from bot_message where id = ${id}`
  )[0];
const isPosted = (id: string) =>
  until("the answer to be posted", async () => (await messageOf(id))?.state === "posted");
const isDue = (id: string) => product.admin`update bot_message set due_at = now() where id = ${id}`;
let before = 0;
const askedSince = async () => (await product.events("guru.asked")).slice(before);
beforeEach(async () => {
  before = (await product.events("guru.asked")).length;
});

/** The model begins, and goes on when it is told to. */
function hanging(): { goOn: () => void } {
  let goOn = () => {};
  model.answers((response) => {
    begin(response);
    send(response, "Pull the ");
    goOn = () => {
      send(response, "blue lever [1].");
      send(response, "", "stop");
      response.end("data: [DONE]\n\n");
    };
  });
  return { goOn: () => goOn() };
}

it("a worker that stops while the answer is written leaves the question to the next: asked, recorded and answered once", async () => {
  hanging();
  const id = await delivered();
  await start();
  await until("the model to be asked", async () => model.asked.length === 1);
  await stop();
  expect(await messageOf(id)).toMatchObject({ state: "waiting", attempts: 0 });
  expect([await askedSince(), slack.posts]).toEqual([[], []]);
  model.answers(writes("Pull the crimson lever [1]."));
  await start();
  await isPosted(id);
  await stop();
  await isDue(id);
  await answer(id);
  expect(slack.posts.map(({ text }) => text)).toEqual([expect.stringContaining("crimson lever [1].")]);
  expect(await askedSince()).toMatchObject([
    {
      operation: "ASK_GURU",
      actor_type: "system",
      guru_id: guru.id,
      details: { question, door: "slack", outcome: "written", answered: true, llm: "stand-in" },
    },
  ]);
  expect(await product.admin`select outcome from question where session_id = ${id}`).toEqual([
    { outcome: "written" },
  ]);
});

it("a worker that stops while it posts does not have the answer posted twice, however late the service is", async () => {
  const id = await delivered();
  slack.trouble.push({ isSilent: true });
  await start();
  const posts = () => slack.asked.filter(({ path }) => path === "/chat.postMessage");
  const sent = posts().length;
  await until("the answer to be sent", async () => posts().length === sent + 1);
  await stop();
  const [late] = posts().slice(-1);
  const left = await messageOf(id);
  expect(left).toMatchObject({ state: "posting", attempts: 0 });
  expect(left?.wait).toBeGreaterThan(50);
  // Only now does Slack put it where it belongs.
  slack.posts.push({ ...JSON.parse(late?.body ?? ""), ts: "1800000000.000100", user: slackBot.userId });
  await start();
  await isDue(id);
  await isPosted(id);
  expect([slack.posts.length, posts().length, (await askedSince()).length]).toEqual([1, sent + 1, 1]);
});

it("a worker that stops lets a post under way end", async () => {
  const id = await delivered();
  let goOn = () => {};
  const held = new Promise<undefined>((resolve) => {
    goOn = () => resolve(undefined);
  });
  slack.trouble.push(() => held);
  const sent = slack.asked.length;
  await start();
  await until("the answer to be sent", async () => slack.asked.length === sent + 1);
  const stopped = stop();
  goOn();
  await stopped;
  expect(await messageOf(id)).toMatchObject({ state: "posted", attempts: 1 });
  expect([slack.posts.length, (await askedSince()).length]).toEqual([1, 1]);
});

const open = async (sessionId: string) =>
  done(
    await beginBotAnswer.execute({
      principal: systemPrincipal,
      request: noRequest,
      input: { guru: guru.id, question, door: "slack", sessionId },
    }),
  );

it("a worker that was killed while the answer was written leaves no second question", async () => {
  const id = await delivered();
  await open(id);
  await answer(id);
  await product.admin`update question set created_at = now() - interval '1 hour'`;
  await closeLostAnswers();
  expect(slack.posts).toHaveLength(1);
  expect(await askedSince()).toMatchObject([{ details: { outcome: "written" } }]);
});

it("a question is not lost while its message waits for the next worker, and is once the message is given up", async () => {
  const [taken, givenUp] = [await delivered(), await delivered()];
  for (const id of [taken, givenUp]) await open(id);
  await product.admin`update question set created_at = now() - interval '1 hour'`;
  expect(await closeLostAnswers()).toBe(0);
  await answer(taken);
  expect(slack.posts.map(({ text }) => text)).toEqual([expect.stringContaining("crimson lever [1].")]);
  await product.admin`update bot_message set state = 'failed', finished_at = now() where id = ${givenUp}`;
  expect(await closeLostAnswers()).toBe(1);
  expect((await askedSince()).map((event) => event.details.outcome)).toEqual(["written", "lost"]);
});

it("a question whose end was recorded is answered all the same, and not asked again", async () => {
  const id = await delivered();
  const { questionId } = await open(id);
  await keepEnd(questionId, { outcome: "failed", text: "", startedMs: null, durationMs: 5 });
  expect(await closeLostAnswers()).toBe(1);
  await answer(id);
  expect(slack.posts.map(({ text }) => text)).toEqual([expect.stringContaining("crimson lever [1].")]);
  expect(await askedSince()).toMatchObject([{ details: { outcome: "failed" } }]);
});

it("a worker that was relieved and writes on posts and records nothing", async () => {
  const slow = hanging();
  const id = await delivered();
  const first = answer(id);
  await until("the model to be asked", async () => model.asked.length === 1);
  model.answers(writes("Pull the crimson lever [1]."));
  await isDue(id);
  await answer(id);
  slow.goOn();
  await first;
  expect(slack.posts.map(({ text }) => text)).toEqual([expect.stringContaining("crimson lever [1].")]);
  expect(await askedSince()).toMatchObject([{ details: { outcome: "written" } }]);
});
