import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GET as getIcon } from "@/app/widget/icon/[widget]/route";
import type { UserPrincipal } from "@/lib/access/principal";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { deleteWidget } from "@/lib/features/widgets/commands/delete-widget";
import { runWithRequest } from "@/lib/platform/request-context";
import { setRuntime } from "@/lib/platform/runtime";
import { createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { type StandInModel, startStandInModel, writes } from "@/tests/support/stand-in-model";
import { done, guruOf, textIn } from "../gurus/guru-for-tests";
import { call, widgetOf } from "./widget-harness";

let product: TestProduct;
let model: StandInModel;
let member: UserPrincipal;
let guru: { id: string; slug: string; name: string };
let widget: string;
let preview: string;
const site = "https://docs.example.com";

beforeAll(async () => {
  model = await startStandInModel();
  product = await createTestProduct({ LLM_BASE_URL: model.url, LLM_MODEL: "stand-in" });
  member = await product.person("m.solberg@halden.example");
  guru = await guruOf(member, { exampleQuestions: ["How do I roll back?"] });
  const text = "To roll back the gateway, run fleet rollback.";
  await indexDataSource({ dataSourceId: await textIn(guru.slug, member, "Rollback", text) });
  widget = (await widgetOf(product, member, guru.slug, site)).publicId;
  preview = (await widgetOf(product, member, guru.slug, "https://*.preview.example.com")).publicId;
});
afterAll(async () => {
  await product?.close();
  await model?.close();
});
beforeEach(() => setRuntime(product.runtime));

const corsOf = (answer: Response) =>
  [...answer.headers.keys()].filter((name) => name.startsWith("access-control-")).sort();
const askedOf = async (question: string) =>
  (await product.events("guru.asked")).filter((event) => event.details.question === question);

describe("who may ask", () => {
  const bodies = { "GET guru": undefined, "POST ask": { question: "gateway?" } } as const;

  it.each(["GET guru", "POST ask"] as const)(
    "%s is 401 without the widget's id or its site, with nothing to read it by",
    async (what) => {
      const texts = new Set<string>();
      for (const [id, origin] of [
        [undefined, site],
        ["", site],
        ["x", site],
        ["A".repeat(43), site],
        [`${widget}x`, site],
        ["../../etc/passwd", site],
        [widget, null],
        [widget, "null"],
        [widget, "https://evil.example"],
        [widget, "http://docs.example.com"],
        [widget, "https://docs.example.com:8443"],
        [widget, "https://docs.example.com.evil.example"],
        [widget, "https://x.preview.example.com"],
        [preview, site],
        [preview, "https://preview.example.com"],
      ] as const) {
        const answer = await call(what, { widget: id, origin, body: bodies[what] });
        expect([id, origin, answer.status, corsOf(answer)]).toEqual([id, origin, 401, []]);
        expect(answer.headers.get("vary")).toBe("Origin");
        texts.add(await answer.text());
      }
      expect(texts.size).toBe(1);
      expect(await askedOf("gateway?")).toEqual([]);
    },
  );

  it("a preflight is answered for a site that has a widget alone", async () => {
    for (const origin of [site, "https://a.preview.example.com"]) {
      const answer = await call("OPTIONS ask", { origin });
      expect(answer.status).toBe(204);
      expect(answer.headers.get("access-control-allow-origin")).toBe(origin);
      expect(answer.headers.get("access-control-allow-methods")).toBe("GET, POST");
      expect(answer.headers.get("access-control-allow-headers")).toBe("Authorization, Content-Type");
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
    }
    for (const origin of [null, "null", "https://evil.example", "*", `https://${"a".repeat(3_000)}.com`]) {
      const answer = await call("OPTIONS guru", { origin });
      expect([answer.status, corsOf(answer)]).toEqual([401, []]);
    }
  });

  it("a widget that was deleted is none at once", async () => {
    const { id, publicId } = await widgetOf(product, member, guru.slug, "https://old.example.com");
    const asking = { widget: publicId, origin: "https://old.example.com" };
    expect((await call("GET guru", asking)).status).toBe(200);
    done(
      await deleteWidget.execute({ principal: member, request: testRequest, input: { guru: guru.slug, id } }),
    );
    expect((await call("GET guru", asking)).status).toBe(401);
    expect((await call("OPTIONS guru", asking)).status).toBe(401);
  });
});

describe("GET /widget/guru/", () => {
  it("says what a widget shows, and is no event", async () => {
    const before = (await product.events()).length;
    const answer = await call("GET guru", { widget });
    expect(answer.headers.get("access-control-allow-origin")).toBe(site);
    expect(await answer.json()).toEqual({
      name: guru.name,
      slug: guru.slug,
      icon_url: null,
      colors: { base_color: "#5645c4" },
      example_questions: ["How do I roll back?"],
    });
    expect((await product.events()).length).toBe(before);
  });

  it("names the guru's picture, which anybody may load who knows the widget", async () => {
    const png = Buffer.from("89504e470d0a1a0a", "hex");
    await product.admin`update guru set logo = ${png}, logo_type = 'image/png' where id = ${guru.id}`;
    const { icon_url: url } = (await (await call("GET guru", { widget })).json()) as { icon_url: string };
    expect(url).toBe(`http://localhost:3000/widget/icon/${widget}/`);
    const load = (id: string) =>
      runWithRequest({ ip: "203.0.113.80", requestId: "r", nonce: "n", proto: "http" }, () =>
        getIcon(new Request(url), { params: Promise.resolve({ widget: id }) }),
      );
    const icon = await load(widget);
    expect(Buffer.from(await icon.arrayBuffer())).toEqual(png);
    for (const id of ["x", "a\u0000b", "A".repeat(43)]) expect((await load(id)).status).toBe(404);
  });
});

describe("POST /widget/ask/", () => {
  it("streams the text, and records the question once as nobody's, with the visitor's address", async () => {
    model.answers(writes("Run ", "it [1]."));
    const question = "How do I roll back the gateway?";
    const answer = await call("POST ask", { widget, body: { question }, ip: "203.0.113.81" });
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    expect(answer.headers.get("access-control-allow-origin")).toBe(site);
    expect(await answer.text()).toBe("Run it [1].");
    expect(await askedOf(question)).toMatchObject([
      {
        actor_type: "anonymous",
        actor_id: "anonymous",
        actor_email: null,
        ip: "203.0.113.81",
        guru_id: guru.id,
        details: { door: "widget", outcome: "written" },
      },
    ]);
    const existing = await call("POST ask", { widget, body: { question, fetch_existing: true } });
    expect(await existing.json()).toEqual({
      slug: expect.stringMatching(/^how-do-i-roll-back-the-gateway-/),
      content: "Run it [1].",
      trust_score: expect.any(Number),
      references: [{ question: "Rollback", link: null, icon: null }],
    });
    expect((await askedOf(question)).length).toBe(1);
  });

  it("gives a new answer, whole, where there is none yet", async () => {
    model.answers(writes("Anew [1]."));
    const question = "gateway, anew?";
    const answer = await call("POST ask", { widget, body: { question, fetch_existing: true } });
    expect(await answer.json()).toMatchObject({
      content: "Anew [1].",
      references: [{ question: "Rollback" }],
    });
    expect((await askedOf(question)).length).toBe(1);
  });

  it("answers with passages where no model is set up, the second time too", async () => {
    setRuntime({ ...product.runtime, env: { ...product.runtime.env, LLM_BASE_URL: undefined } });
    const question = "gateway in passages?";
    const text = await (await call("POST ask", { widget, body: { question } })).text();
    expect(text).toContain("To roll back the gateway");
    const existing = await call("POST ask", { widget, body: { question, fetch_existing: true } });
    expect(await existing.json()).toMatchObject({ content: text });
    expect((await askedOf(question)).length).toBe(1);
  });

  it("does not take a signed-in person for one, whatever cookie comes along", async () => {
    model.answers(writes("Run it [1]."));
    const headers = { cookie: "gurulog.session=abc", "x-api-key": "sourcebot-x" };
    await (await call("POST ask", { widget, body: { question: "gateway by cookie?" }, headers })).text();
    expect(await askedOf("gateway by cookie?")).toMatchObject([{ actor_type: "anonymous" }]);
  });

  it.each([
    ["", /JSON object/],
    ["[]", /JSON object/],
    [{}, /question/],
    [{ question: "" }, /question/],
    [{ question: "x".repeat(1_001) }, /1,000/],
    [{ question: "x", fetch_existing: "yes" }, /true or false/],
    [{ question: "x", guru: "other" }, /guru/],
  ])("refuses %j with a reason that the page can read", async (body, reason) => {
    const answer = await call("POST ask", { widget, body });
    expect(answer.status).toBe(400);
    expect(answer.headers.get("access-control-allow-origin")).toBe(site);
    expect(((await answer.json()) as { msg: string }).msg).toMatch(reason);
  });

  it("refuses a body that is too large with 413 and a reason that the page can read, and asks nothing", async () => {
    const question = "gateway, at length?";
    const large = JSON.stringify({ question }).padEnd(16 * 1024 + 1);
    for (const body of [large, JSON.stringify({ question: "x".repeat(900_000) }), "x".repeat(900_000)]) {
      const answer = await call("POST ask", { widget, body });
      expect(answer.status).toBe(413);
      expect(answer.headers.get("access-control-allow-origin")).toBe(site);
      expect(await answer.json()).toEqual({
        msg: expect.stringMatching(/larger than 16 KB.*1,000 characters/),
      });
    }
    // Whoever may not ask learns nothing, whatever they send.
    expect((await call("POST ask", { widget: "x", body: large })).status).toBe(401);
    expect(await askedOf(question)).toEqual([]);
    model.answers(writes("Run it [1]."));
    const longest = "\u{1F6F3}".repeat(500);
    const escaped = "\\ud83d\\udef3".repeat(500);
    const fits = await call("POST ask", { widget, body: `{"question":"${escaped}"}`.padEnd(16 * 1024) });
    await fits.text();
    expect(fits.status).toBe(200);
    // An event has room for a part of it.
    const asked = (await product.events("guru.asked")).map(({ details }) => String(details.question));
    expect(asked.filter((one) => one.length > 100 && longest.startsWith(one.slice(0, 100)))).toHaveLength(1);
  });

  it("is held back by address, and says when to ask again", async () => {
    const env = { ...product.runtime.env, GURULOG_ANSWERS_PER_MINUTE: 2 };
    setRuntime({ ...product.runtime, env });
    model.answers(writes("Yes [1]."));
    const ask = async (ip: string) => {
      const answer = await call("POST ask", { widget, body: { question: "gateway?" }, ip });
      await answer.text();
      return answer;
    };
    for (let n = 0; n < 2; n++) expect((await ask("2001:db8::1")).status).toBe(200);
    // Of the same /64.
    const refused = await ask("2001:db8::2");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused.headers.get("access-control-expose-headers")).toBe("Retry-After");
    expect((await ask("203.0.113.99")).status).toBe(200);
  });
});
