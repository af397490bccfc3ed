import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { answerLines } from "@/app/(app)/gurus/[guru]/read-answer";
import { POST } from "@/app/answers/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { currentCookieName, sessionCookieValue, startSession } from "@/lib/access/sessions";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { beginAnswer } from "@/lib/features/ask/commands/begin-answer";
import { longestSilenceMs, plainAnswer } from "@/lib/features/ask/http/plain-answer";
import { aliveEveryMs, answerBody } from "@/lib/features/ask/http/post-answer";
import { longestInOnePieceMs } from "@/lib/features/ask/whole-answer";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { inTransaction } from "@/lib/gate/transaction";
import { runWithRequest } from "@/lib/platform/request-context";
import { parseTrustedProxies } from "@/lib/platform/trusted-proxies";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { begin, type StandInModel, send, startStandInModel } from "@/tests/support/stand-in-model";
import { createFront, type Front } from "../../../scripts/serve/front/create-front";
import { DEFAULT_LIMITS } from "../../../scripts/serve/front/limits";
import { askV1, jsonOf } from "../api-v1/v1-harness";
import { keyOf } from "../audit-api/api-harness";
import { call, widgetOf } from "../widgets/widget-harness";
import { done, guruOf, textIn } from "./guru-for-tests";

let product: TestProduct;
let model: StandInModel;
let member: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  model = await startStandInModel();
  product = await createTestProduct({ LLM_BASE_URL: model.url, LLM_MODEL: "stand-in" });
  member = await product.person("m.solberg@halden.example");
  guru = await guruOf(member);
  const dataSourceId = await textIn(guru.slug, member, "Rollback", "To roll back, run `fleet rollback`.");
  await indexDataSource({ dataSourceId });
});
afterEach(() => void vi.restoreAllMocks());
afterAll(async () => {
  await product?.close();
  await model?.close();
});

const inputOf = (question: string) => ({ guru: guru.slug, question });
const eventsOf = async (question: string) =>
  (await product.events("guru.asked")).filter((e) => e.details.question === question);

/** A front that is patient for `stalledMs`, and answers everything with the body. */
function frontOf(body: ReadableStream<Uint8Array>, stalledMs: number): Front {
  const handle = async (_: unknown, res: ServerResponse) => {
    const reader = body.getReader();
    res.once("close", () => void reader.cancel());
    for (let step = await reader.read(); !step.done; step = await reader.read()) res.write(step.value);
    res.end();
  };
  const trusted = parseTrustedProxies("");
  return createFront({ handle, trusted, port: 0, host: "127.0.0.1", log: () => {}, limits: { stalledMs } });
}

it("a model that thinks for longer than the front waits is waited for", async () => {
  let goOn = () => {};
  const thinking = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  model.answers(async (response) => {
    begin(response);
    await thinking;
    send(response, "Run it [1].");
    send(response, "", "stop");
    response.end("data: [DONE]\n\n");
  });
  const [stalledMs, everyMs] = [1_000, 50];
  const question = "How to roll back after a long thought?";
  const answer = done(await beginAnswer.execute({ principal: member, request, input: inputOf(question) }));
  const by = { principal: member, request };
  const front = frontOf(answerBody(answer, by, new AbortController().signal, everyMs), stalledMs);
  const { port } = await front.listen();
  const { body } = await fetch(`http://127.0.0.1:${port}/`);
  if (!body) throw new Error("no body");
  let empty = 0;
  const counted = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        if (chunk.every((byte) => byte === 10)) empty += chunk.length;
        // The front would have closed the connection by now.
        if (empty * everyMs > 1.5 * stalledMs) goOn();
        controller.enqueue(chunk);
      },
    }),
  );
  const lines = [];
  for await (const line of answerLines(counted)) lines.push(line);
  await front.close();
  expect(lines).toMatchObject([
    { type: "found" },
    { type: "text", text: "Run it [1]." },
    { type: "end", outcome: "written" },
  ]);
  expect(await eventsOf(question)).toMatchObject([{ details: { outcome: "written" } }]);
  expect(2 * aliveEveryMs).toBeLessThan(DEFAULT_LIMITS.stalledMs);
});

/** Lets time limits run a thousand times as fast. @returns them, as they come, in milliseconds */
function fastTime(): number[] {
  const limits: number[] = [];
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => {
    limits.push(ms);
    return timeout(Math.ceil(ms / 1_000));
  });
  return limits;
}

it("an answer in one piece is given up before the front gives up the connection", async () => {
  const limits = fastTime();
  model.answers((response) => begin(response));
  const question = "How to roll back in one piece?";
  const answer = done(await askGuru.execute({ principal: member, request, input: inputOf(question) }));
  expect(answer).toMatchObject({ outcome: "failed", quotes: [{ title: "Rollback" }] });
  expect(answer.note).toMatch(/took too long/);
  // Ten seconds are for the record.
  expect(Math.max(...limits)).toBeLessThan(DEFAULT_LIMITS.stalledMs - 10_000);
  expect(await eventsOf(question)).toMatchObject([{ details: { outcome: "failed", answered: false } }]);
});

const byDoor = {
  "the API": async (question: string) =>
    askV1(guru.slug, "answer/", { key: await keyOf(member), body: { question } }),
  "a widget": async (question: string) => {
    const widget = (await widgetOf(product, member, guru.slug, "https://docs.example.com")).publicId;
    return call("POST ask", { widget, body: { question, fetch_existing: true } });
  },
};

it.each(["the API", "a widget"] as const)(
  "by %s a model that is silent after a slow search is given up as much earlier, in words",
  async (door) => {
    const limits = fastTime();
    model.answers((response) => begin(response));
    const question = `How to roll back by ${door}?`;
    const { answering, tookMs } = await product.admin.begin(async (tx) => {
      await tx`lock table passage in access exclusive mode`;
      const answering = byDoor[door](question);
      const first = await searchInLine();
      const began = performance.now();
      // It is given up, and the next way of searching is begun.
      while ((await searchInLine()) === first);
      return { answering, tookMs: Math.floor(performance.now() - began) };
    });
    const { content } = await jsonOf<{ content: string }>(answering);
    expect(content).toMatch(/took too long.*To roll back/s);
    expect(tookMs).toBeGreaterThan(1_000);
    expect(Math.max(...limits) + tookMs).toBeLessThanOrEqual(longestInOnePieceMs);
    // Ten seconds are for the record.
    expect(longestInOnePieceMs).toBeLessThan(DEFAULT_LIMITS.stalledMs - 10_000);
    expect(await eventsOf(question)).toMatchObject([{ details: { outcome: "failed" } }]);
  },
);

/** When the search that waits for the passages was begun. */
async function searchInLine(): Promise<string> {
  for (;;) {
    const [row] = await product.admin`
      select query_start::text as began from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like '%from passage p%'`;
    if (row) return String(row.began);
  }
}

it("an answer of text alone is given up as slow when the model is silent, and says so", async () => {
  model.answers((response) => {
    begin(response);
    send(response, "Run it [1]. ");
  });
  const question = "How to roll back in silence?";
  const answer = done(await beginAnswer.execute({ principal: member, request, input: inputOf(question) }));
  const by = { principal: member, request };
  const body = plainAnswer(answer, by, new AbortController().signal, {
    contentType: "text/plain",
    began: performance.now(),
    silentMs: 500,
  });
  expect(await body.text()).toMatch(/^Run it \[1\]\. \n\n.*took too long/s);
  expect(await eventsOf(question)).toMatchObject([{ details: { outcome: "failed", answered: false } }]);
  // Ten seconds are for the way in and the record.
  expect(longestSilenceMs).toBeLessThan(DEFAULT_LIMITS.stalledMs - 10_000);
});

it("that the person left before the answer began is recorded at once, though nobody takes its body", async () => {
  const before = model.asked.length;
  const question = "How to roll back and leave?";
  const sid = await inTransaction((tx) => startSession(tx, member.accountId, { ip: null, userAgent: null }));
  const headers = { cookie: `${currentCookieName()}=${await sessionCookieValue(sid)}` };
  const left = new AbortController();
  const body = JSON.stringify(inputOf(question));
  const asked = new Request("http://localhost/answers", {
    method: "POST",
    headers,
    body,
    signal: left.signal,
  });
  const context = { ip: "127.0.0.1", requestId: randomUUID(), nonce: "", proto: "http" } as const;
  const answering = runWithRequest(context, () => POST(asked, { params: Promise.resolve({}) }));
  left.abort();
  expect((await answering).status).toBe(200);
  let row: Record<string, unknown> | undefined;
  while (!row?.outcome) [row] = await product.admin`select * from question where text = ${question}`;
  expect(row).toMatchObject({ outcome: "stopped", answered: "no", answer: null, asked_by: null });
  expect(await eventsOf(question)).toMatchObject([
    { actor_id: member.accountId, ip: "127.0.0.1", details: { outcome: "stopped", answered: false } },
  ]);
  expect(model.asked.length).toBe(before);
});
