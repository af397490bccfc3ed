import { randomUUID } from "node:crypto";
import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { POST } from "@/app/answers/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { currentCookieName, sessionCookieValue, startSession } from "@/lib/access/sessions";
import type { AnswerLine } from "@/lib/features/ask/schemas";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { inTransaction } from "@/lib/gate/transaction";
import { parseTrustedProxies } from "@/lib/platform/trusted-proxies";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { begin, type StandInModel, send, startStandInModel, writes } from "@/tests/support/stand-in-model";
import { createFront, type Front } from "../../../scripts/serve/front/create-front";
import { giveRole, guruOf, textIn } from "./guru-for-tests";

let product: TestProduct;
let model: StandInModel;
let member: UserPrincipal;
let viewer: UserPrincipal;
let guru: { id: string; slug: string };
let front: Front;
let port: number;
let cookie: string;

beforeAll(async () => {
  model = await startStandInModel();
  product = await createTestProduct({ LLM_BASE_URL: model.url, LLM_MODEL: "stand-in" });
  member = await product.person("m.solberg@halden.example");
  viewer = await product.person("viewer@halden.example");
  guru = await guruOf(member);
  await giveRole(guru.id, viewer, "viewer");
  const dataSourceId = await textIn(
    guru.slug,
    member,
    "Rollback",
    "To roll back the gateway, run `fleet rollback`.",
  );
  await indexDataSource({ dataSourceId });
  cookie = await cookieOf(viewer);
  front = createFront({
    handle: byRoute,
    trusted: parseTrustedProxies(""),
    port: 0,
    host: "127.0.0.1",
    log: () => {},
  });
  port = (await front.listen()).port;
});
afterAll(async () => {
  await front?.close();
  await product?.close();
  await model?.close();
});

async function cookieOf(person: UserPrincipal): Promise<string> {
  const sid = await inTransaction((tx) => startSession(tx, person.accountId, { ip: null, userAgent: null }));
  return `${currentCookieName()}=${await sessionCookieValue(sid)}`;
}

/** Stands in for Next: the route as it is, its body sent on as it comes, and left when the person leaves. */
async function byRoute(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(req.headers))
    if (typeof value === "string") headers.set(name, value);
  const body = Readable.toWeb(req) as unknown as ReadableStream;
  const left = new AbortController();
  const init = { method: "POST", headers, body, duplex: "half", signal: left.signal } as RequestInit;
  const answer = await POST(new Request(`http://localhost${req.url}`, init), { params: Promise.resolve({}) });
  res.writeHead(answer.status, Object.fromEntries(answer.headers));
  const reader = answer.body?.getReader();
  res.once("close", () => {
    left.abort();
    void reader?.cancel();
  });
  for (;;) {
    const step = await reader?.read();
    if (!step || step.done) break;
    res.write(step.value);
  }
  res.end();
}

interface Asked {
  status: number;
  type: string;
  /** The lines, as they come. */
  lines: AsyncGenerator<AnswerLine>;
  leave(): void;
}

function ask(
  question = "How do I roll back?",
  sent: { cookie?: string | null; attempt?: string; body?: string } = {},
) {
  const used = sent.cookie === undefined ? cookie : sent.cookie;
  const headers: Record<string, string> = {
    origin: `http://127.0.0.1:${port}`,
    "content-type": "application/json",
    ...(used ? { cookie: used } : {}),
    ...(sent.attempt ? { "idempotency-key": sent.attempt } : {}),
  };
  return new Promise<Asked>((resolve, reject) => {
    const req = httpRequest({ host: "127.0.0.1", port, path: "/answers", method: "POST", headers }, (res) => {
      res.on("error", () => {});
      resolve({
        status: res.statusCode ?? 0,
        type: res.headers["content-type"] ?? "",
        lines: linesOf(res),
        leave: () => req.destroy(),
      });
    });
    req.on("error", reject);
    req.end(sent.body ?? JSON.stringify({ guru: guru.slug, question }));
  });
}

async function* linesOf(res: IncomingMessage): AsyncGenerator<AnswerLine> {
  let rest = "";
  for await (const part of res) {
    const lines = (rest + String(part)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as AnswerLine;
  }
}

async function all(asked: Asked): Promise<AnswerLine[]> {
  const lines: AnswerLine[] = [];
  for await (const line of asked.lines) lines.push(line);
  return lines;
}

const events = () => product.events("guru.asked");
/** Waits until the question is over, however long its end takes. */
async function ended(questionId: string) {
  for (;;) {
    const [row] = await product.admin`select * from question where id = ${questionId}`;
    if (row?.outcome) return row;
  }
}

it("sends each piece on when the model has written it, and records when it is whole", async () => {
  let goOn = () => {};
  const waiting = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  model.answers(async (response) => {
    begin(response);
    send(response, "Run fleet ");
    await waiting;
    send(response, "rollback [1].");
    send(response, "", "stop");
    response.end("data: [DONE]\n\n");
  });
  const before = (await events()).length;
  const asked = await ask();
  expect([asked.status, asked.type]).toEqual([200, "application/x-ndjson; charset=utf-8"]);
  const { value: found } = await asked.lines.next();
  expect(found).toMatchObject({ type: "found", answer: { outcome: null, quotes: [{ title: "Rollback" }] } });
  expect((await asked.lines.next()).value).toEqual({ type: "text", text: "Run fleet " });
  // The model has not ended, and nothing is recorded yet.
  expect((await events()).length).toBe(before);
  goOn();
  const rest = await all(asked);
  expect(rest).toMatchObject([
    { type: "text", text: "rollback [1]." },
    { type: "end", outcome: "written", note: null },
  ]);
  const recorded = (await events()).slice(before);
  expect(recorded).toMatchObject([
    { actor_id: viewer.accountId, ip: "127.0.0.1", details: { outcome: "written", door: "ui" } },
  ]);
});

it("that the person leaves is recorded once, and the model's server is left too", async () => {
  model.answers((response) => {
    begin(response);
    send(response, "Run ");
  });
  const before = (await events()).length;
  const asked = await ask();
  const { value: found } = await asked.lines.next();
  await asked.lines.next();
  asked.leave();
  await model.left();
  const row = await ended(found?.type === "found" ? found.answer.questionId : "");
  expect(row).toMatchObject({ outcome: "stopped", answered: "no", answer: "Run ", asked_by: null });
  expect((await events()).slice(before)).toMatchObject([
    { details: { outcome: "stopped", answered: false } },
  ]);
});

it("a model's connection that is cut in the middle leaves what has come, and says so", async () => {
  let cut = () => {};
  model.answers((response) => {
    begin(response);
    send(response, "To roll back,");
    cut = () => void response.destroy();
  });
  const asked = await ask();
  await asked.lines.next();
  expect((await asked.lines.next()).value).toEqual({ type: "text", text: "To roll back," });
  cut();
  const [end] = await all(asked);
  expect(end).toMatchObject({ type: "end", outcome: "failed" });
  expect(end?.type === "end" && end.note).toMatch(/connection to the language model broke/);
});

it("sends what needs no model in the same form", async () => {
  const before = model.asked.length;
  expect(await all(await ask("zzyzx quux"))).toMatchObject([
    { type: "found", answer: { quotes: [], outcome: "nothing_found" } },
    { type: "end", outcome: "nothing_found" },
  ]);
  expect(model.asked.length).toBe(before);
});

it("refuses strangers and what is no question, and asks nothing twice", async () => {
  const stranger = await cookieOf(await product.person("stranger@halden.example"));
  expect((await ask("gateway", { cookie: null })).status).toBe(401);
  expect((await ask("gateway", { cookie: stranger })).status).toBe(404);
  for (const body of ["", "no json", "[]", "{}", JSON.stringify({ guru: guru.slug, question: "" })])
    expect([body, (await ask("", { body })).status]).toEqual([body, 400]);
  const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
  expect((await ask("", { body: deep })).status).toBe(400);
  expect(
    (await ask("", { body: JSON.stringify({ guru: guru.slug, question: "q", door: "api" }) })).status,
  ).toBe(400);

  model.answers(writes("Run it."));
  const attempt = randomUUID();
  const before = (await events()).length;
  expect(await all(await ask("How to roll back?", { attempt }))).toHaveLength(3);
  expect((await ask("How to roll back?", { attempt })).status).toBe(409);
  expect((await events()).length).toBe(before + 1);
});

it("writes three answers at a time for one person, and no more", async () => {
  model.answers((response) => {
    begin(response);
    send(response, "Wait");
  });
  const before = (await events()).length;
  const four = await Promise.all([ask(), ask(), ask(), ask()]);
  expect(four.map((asked) => asked.status).sort()).toEqual([200, 200, 200, 429]);
  for (const asked of four) asked.leave();
  for (let open = 3; open > 0; )
    open = (await product.admin`select from question where outcome is null`).length;
  expect((await events()).length).toBe(before + 3);
});
