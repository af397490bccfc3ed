import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { POST } from "@/app/answers/route";
import { fewAtOnce } from "@/lib/access/few-at-once";
import type { UserPrincipal } from "@/lib/access/principal";
import { readDb } from "@/lib/db/client";
import { askGuru } from "@/lib/features/ask/commands/ask-guru";
import { longestInOnePieceMs } from "@/lib/features/ask/whole-answer";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { mintId } from "@/lib/platform/ids";
import { runWithRequest } from "@/lib/platform/request-context";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { begin, type StandInModel, startStandInModel, writes } from "@/tests/support/stand-in-model";
import { watchStandstills } from "@/tests/support/undisturbed";
import { askV1, jsonOf } from "../api-v1/v1-harness";
import { cookieOf, keyOf } from "../audit-api/api-harness";
import { call, widgetOf } from "../widgets/widget-harness";
import { guruOf, textIn } from "./guru-for-tests";

let product: TestProduct;
let model: StandInModel;
let member: UserPrincipal;
let guru: { id: string; slug: string };
let key: string;
let cookie: string;
let widget: string;

beforeAll(async () => {
  model = await startStandInModel();
  product = await createTestProduct({ LLM_BASE_URL: model.url, LLM_MODEL: "stand-in" });
  member = await product.person("m.solberg@halden.example");
  guru = await guruOf(member);
  const text = "To roll back the gateway, run fleet rollback.";
  await indexDataSource({ dataSourceId: await textIn(guru.slug, member, "Rollback", text) });
  key = await keyOf(member);
  cookie = await cookieOf(member);
  widget = (await widgetOf(product, member, guru.slug, "https://docs.example.com")).publicId;
});
afterEach(() => void vi.restoreAllMocks());
afterAll(async () => {
  await product?.close();
  await model?.close();
});

const ofKey = (path: "answer/" | "semantic-search/", body: object, idempotencyKey?: string) =>
  askV1(guru.slug, path, { key, body, ...(idempotencyKey ? { idempotencyKey } : {}) });
const doors = {
  "the page": (question: string) => {
    const body = JSON.stringify({ guru: guru.slug, question });
    const sent = new Request("http://localhost/answers", { method: "POST", headers: { cookie }, body });
    const context = { ip: "127.0.0.1", requestId: mintId(), nonce: "", proto: "http" } as const;
    return runWithRequest(context, () => POST(sent, { params: Promise.resolve({}) }));
  },
  "the API": (question: string) => ofKey("answer/", { question }),
  "the API, streamed": (question: string) => ofKey("answer/", { question, stream: true }),
  "the API's search": (question: string) => ofKey("semantic-search/", { question }),
  "a widget": (question: string) => call("POST ask", { widget, body: { question } }),
  "a widget, whole": (question: string) =>
    call("POST ask", { widget, body: { question, fetch_existing: true } }),
} as const;
type Door = keyof typeof doors;

/** Takes the place of every search. @returns frees them */
function takeAllPlaces(): () => void {
  let free = () => {};
  const held = new Promise<void>((resolve) => {
    free = resolve;
  });
  for (let place = 0; place < 4; place++) void fewAtOnce("guru search", 4, () => held);
  return free;
}
const inLine = () => {
  const slot = Symbol.for("gurulog.few-at-once");
  const turns = (globalThis as Record<symbol, unknown>)[slot] as Map<string, { waiting: unknown[] }>;
  return turns.get("guru search")?.waiting.length ?? 0;
};
const askedOf = async (question: string) =>
  (await product.events("guru.asked")).filter((event) => event.details.question === question);

it("who waits for longer than the line lasts is refused alike, streamed or whole, and told when to come again", async () => {
  const free = takeAllPlaces();
  try {
    const standstill = watchStandstills();
    const began = performance.now();
    const onForm = askGuru.execute({
      principal: member,
      request,
      input: { guru: guru.slug, question: "gateway, in line by the form?" },
    });
    const names = Object.keys(doors) as Door[];
    const answers = await Promise.all(names.map((door) => doors[door](`gateway, in line by ${door}?`)));
    for (const [at, door] of names.entries()) {
      const { status, headers } = answers[at] as Response;
      expect([door, status, headers.get("retry-after")]).toEqual([door, 429, "10"]);
      expect(await (answers[at] as Response).text()).toContain("Ask again in a while");
      expect(await askedOf(`gateway, in line by ${door}?`)).toEqual([]);
    }
    expect(await onForm).toMatchObject({ ok: false, code: "throttled", retryAfterS: 10 });
    const tookMs = performance.now() - began;
    expect(tookMs).toBeGreaterThan(4_900);
    expect(tookMs - standstill()).toBeLessThan(9_000);
  } finally {
    free();
  }
});

it("three answers being written at once are the same limit by each door; the refused are answered under the same key later", async () => {
  model.answers((response) => begin(response));
  const open = await Promise.all(
    (["the page", "the API, streamed", "the API, streamed"] as const).map((door, at) =>
      doors[door](`gateway, open ${at}?`),
    ),
  );
  expect(open.map(({ status }) => status)).toEqual([200, 200, 200]);
  const keys = { whole: randomUUID(), streamed: randomUUID() };
  const whole = () => ofKey("answer/", { question: "gateway, whole?" }, keys.whole);
  const streamed = () => ofKey("answer/", { question: "gateway, streamed?", stream: true }, keys.streamed);
  for (const refused of [await whole(), await streamed(), await doors["the page"]("gateway, fourth?")]) {
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "10"]);
    expect(await refused.text()).toContain("Three answers are being written");
  }
  await Promise.all(open.map(({ body }) => body?.cancel()));
  model.answers(writes("Run it [1]."));
  expect(await jsonOf(whole())).toMatchObject({ content: "Run it [1]." });
  expect(await (await streamed()).text()).toBe("Run it [1].");
  for (const question of ["gateway, whole?", "gateway, streamed?"])
    expect(await askedOf(question)).toMatchObject([{ details: { outcome: "written" } }]);
});

/** Lets the long limits run a thousand times as fast. @returns them, as they come, in milliseconds */
function fastLimits(): number[] {
  const limits: number[] = [];
  const [later, timeout] = [globalThis.setTimeout, AbortSignal.timeout.bind(AbortSignal)];
  const shortened = (ms: number) => {
    if (ms > 30_000) limits.push(ms);
    if (ms > 30_000) return Math.ceil(ms / 1_000);
    // Who stands in line gives up after 5 s, which a machine that stands still may add to the second waited here.
    return ms > 4_000 && ms <= 5_000 ? 25_000 : ms;
  };
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => timeout(shortened(ms)));
  vi.spyOn(globalThis, "setTimeout").mockImplementation(((work: () => void, ms = 0, ...rest: unknown[]) =>
    later(work, shortened(ms), ...rest)) as typeof setTimeout);
  return limits;
}

it.each(["the API", "the API, streamed", "a widget", "a widget, whole"] as const)(
  "by %s the wait in line is part of the time in which something has to come",
  async (door) => {
    model.answers((response) => begin(response));
    const free = takeAllPlaces();
    const limits = fastLimits();
    const question = `gateway, patiently by ${door}?`;
    const answering = doors[door](question);
    let tookMs = 0;
    try {
      while (inLine() < 1) await readDb().execute("select 1");
      const began = performance.now();
      while (tookMs < 1_000) {
        await readDb().execute("select 1");
        tookMs = Math.floor(performance.now() - began);
      }
    } finally {
      free();
    }
    expect(await (await answering).text()).toMatch(/took too long/);
    expect(Math.min(...limits) + tookMs).toBeLessThanOrEqual(longestInOnePieceMs);
    expect(await askedOf(question)).toMatchObject([{ details: { outcome: "failed" } }]);
  },
);
