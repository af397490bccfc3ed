import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { setRuntime } from "@/lib/platform/runtime";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import {
  begin,
  refuses,
  type StandInModel,
  send,
  startStandInModel,
  writes,
} from "@/tests/support/stand-in-model";
import { watchStandstills } from "../../support/undisturbed";
import { guruOf, textIn } from "../gurus/guru-for-tests";
import { call, widgetOf } from "./widget-harness";

let product: TestProduct;
let model: StandInModel;
let member: UserPrincipal;
let widget: string;

beforeAll(async () => {
  model = await startStandInModel();
  product = await createTestProduct({ LLM_BASE_URL: model.url, LLM_MODEL: "stand-in" });
  member = await product.person("m.solberg@halden.example");
  const guru = await guruOf(member);
  const text = "To roll back the gateway, run fleet rollback.";
  await indexDataSource({ dataSourceId: await textIn(guru.slug, member, "Rollback", text) });
  widget = (await widgetOf(product, member, guru.slug, "https://docs.example.com")).publicId;
});
afterAll(async () => {
  await product?.close();
  await model?.close();
});
beforeEach(() => setRuntime(product.runtime));

const ask = (question: string, ip: string, more: object = {}, signal?: AbortSignal) =>
  call("POST ask", { widget, ip, body: { question, ...more }, ...(signal ? { signal } : {}) });
const existing = (question: string, ip: string) => ask(question, ip, { fetch_existing: true });
const askedOf = async (question: string) =>
  (await product.events("guru.asked")).filter((event) => event.details.question === question);

describe("an existing answer", () => {
  it("that nothing was found is given again without a search, however often", async () => {
    const question = "zzyzx?";
    const text = await (await ask(question, "203.0.113.1")).text();
    await product.admin.begin(async (tx) => {
      // A search would wait here for longer than the test does.
      await tx`lock table passage in access exclusive mode`;
      const standstill = watchStandstills();
      const began = performance.now();
      for (const one of await Promise.all(
        Array.from({ length: 30 }, () => existing(question, "203.0.113.2")),
      ))
        expect(await one.json()).toMatchObject({ content: text, references: [] });
      expect(performance.now() - began - standstill()).toBeLessThan(3_500);
    });
    expect(await askedOf(question)).toHaveLength(1);
  });

  it("that is made of passages costs a turn each time, as they are searched again", async () => {
    const env = { ...product.runtime.env, LLM_BASE_URL: undefined, GURULOG_ANSWERS_PER_MINUTE: 2 };
    setRuntime({ ...product.runtime, env });
    const question = "gateway in passages?";
    const text = await (await ask(question, "203.0.113.3")).text();
    expect(await (await existing(question, "203.0.113.3")).json()).toMatchObject({ content: text });
    const refused = await existing(question, "203.0.113.3");
    expect([refused.status, refused.headers.has("retry-after")]).toEqual([429, true]);
    expect(await refused.json()).toEqual({ msg: expect.stringContaining("2 questions a minute") });
  });

  it("that is made of passages says what became of them: too slow to be found again, or gone", async () => {
    setRuntime({ ...product.runtime, env: { ...product.runtime.env, LLM_BASE_URL: undefined } });
    const guru = await guruOf(member);
    const text = "The crane stands at pier two.";
    await indexDataSource({ dataSourceId: await textIn(guru.slug, member, "Crane", text) });
    const { publicId } = await widgetOf(product, member, guru.slug, "https://docs.example.com");
    const body = { question: "crane?" };
    const asked = { widget: publicId, ip: "203.0.113.5" };
    expect(await (await call("POST ask", { ...asked, body })).text()).toContain(text);
    const again = () => call("POST ask", { ...asked, body: { ...body, fetch_existing: true } });
    const slow = await product.admin.begin(async (tx) => {
      await tx`lock table passage in access exclusive mode`;
      return { answer: await again() };
    });
    expect([slow.answer.status, slow.answer.headers.get("retry-after")]).toEqual([429, "10"]);
    expect(await slow.answer.json()).toEqual({ msg: expect.stringContaining("took too long") });
    await product.admin`delete from passage where guru_id = ${guru.id}`;
    expect(await (await again()).json()).toMatchObject({
      content: expect.stringContaining("hold nothing about this"),
      trust_score: 0,
      references: [],
    });
  });

  it("is none that was stopped or that failed: it is asked anew", async () => {
    const stopped = "gateway, stopped?";
    model.answers((response) => {
      begin(response);
      send(response, "Half an ");
    });
    const leaving = new AbortController();
    const reader = (await ask(stopped, "203.0.113.4", {}, leaving.signal)).body?.getReader();
    await reader?.read();
    leaving.abort();
    await reader?.cancel();
    expect(await askedOf(stopped)).toMatchObject([{ details: { outcome: "stopped" } }]);
    const failed = "gateway, failed?";
    model.answers(refuses(500));
    await (await ask(failed, "203.0.113.4")).text();
    expect(await askedOf(failed)).toMatchObject([{ details: { outcome: "failed" } }]);
    model.answers(writes("Whole [1]."));
    for (const question of [stopped, failed]) {
      expect(await (await existing(question, "203.0.113.4")).json()).toMatchObject({ content: "Whole [1]." });
      expect(await askedOf(question)).toHaveLength(2);
    }
  });
});

it("twenty answers at most are written for one site at a time, also when asked for at once", async () => {
  model.answers((response) => begin(response));
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, n) => ask("gateway by many?", `198.51.100.${n + 1}`)),
  );
  const open = answers.filter((one) => one.status === 200);
  const refused = answers.filter((one) => one.status === 429);
  expect([open.length, refused.length]).toEqual([20, 20]);
  for (const one of refused)
    expect(await one.json()).toEqual({ msg: expect.stringContaining("Ask again in a while") });
  await Promise.all(open.map((one) => one.body?.cancel()));
});
