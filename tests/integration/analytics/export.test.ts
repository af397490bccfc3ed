import { strFromU8, unzipSync } from "fflate";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { read, utils } from "xlsx";
import { anonymousPrincipal, type Principal, type UserPrincipal } from "@/lib/access/principal";
import { exportAnalytics } from "@/lib/features/analytics/commands/export-analytics";
import { sendAnalytics } from "@/lib/features/analytics/export/send-analytics";
import {
  breakTheLog,
  byKey,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { done, giveRole, guruOf, textIn } from "../gurus/guru-for-tests";
import { askedAt, daysAgo } from "./questions-for-tests";

let product: TestProduct;
let maintainer: UserPrincipal;
let guru: { id: string; slug: string; name: string };
let source: string;

beforeAll(async () => {
  product = await createTestProduct();
  maintainer = await product.person("m.solberg@halden.example");
  guru = await guruOf(maintainer);
  source = await textIn(guru.slug, maintainer, "=Ledger", "It closes at midnight.");
});
afterAll(() => product?.close());
beforeEach(async () => {
  await product.admin`truncate question, question_source`;
  await askedAt(product, guru.id, {
    at: daysAgo(2),
    text: "=1+1",
    sources: [source],
    durationMs: 40,
    vote: "up",
  });
  await askedAt(product, guru.id, {
    at: daysAgo(1),
    text: "When does it close?",
    door: "widget",
    outcome: "failed",
  });
});
const eventsBefore = { count: 0 };
beforeEach(async () => {
  eventsBefore.count = (await product.events("analytics.exported")).length;
});
const newEvents = async () => (await product.events("analytics.exported")).slice(eventsBefore.count);

const input = (more: object = {}) => ({ guru: guru.slug, format: "json", interval: "7d", ...more });
const execute = (more: object = {}, principal: Principal = maintainer) =>
  exportAnalytics.execute({ principal, request, input: input(more) });
const send = (more: object = {}) => sendAnalytics({ principal: maintainer, request, input: input(more) });
const bytesOf = async (body: ReadableStream<Uint8Array>) =>
  new Uint8Array(await new Response(body).arrayBuffer());
const jsonOf = async (more: object = {}) =>
  JSON.parse(strFromU8(await bytesOf(done(await send(more)).body))) as Record<string, never[]>;

describe("an export of analytics", () => {
  it("is one event with its filters, its range and its format, before the file", async () => {
    const filters = { questions: "widget", search: " close " };
    const asked = done(await execute({ filters, timeZone: "Europe/Oslo" }));
    const [event, ...more] = await newEvents();
    expect(more).toEqual([]);
    expect(event).toMatchObject({
      operation: "EXPORT_ANALYTICS",
      action_type: "access",
      model: "Analytics",
      outcome: "success",
      account_id: maintainer.accountId,
      ip: request.ip,
      guru_id: guru.id,
      target_type: "guru",
      target_id: guru.id,
      target_label: guru.name,
      details: {
        filters: { questions: "widget", out_of_context: "all", referenced_sources: "all", search: "close" },
        interval: "7d",
        timeZone: "Europe/Oslo",
        format: "json",
        success: true,
        fileName: asked.fileName,
        exportId: asked.id,
      },
    });
    expect(asked.fileName).toMatch(new RegExp(`^analytics_${guru.slug}_7d_\\d{10}\\.json$`));
    expect(Date.parse(String(event?.details.until))).toBe(asked.period.until);
  });

  it("has its filters in the file, its figures, and the three lists, as JSON", async () => {
    const file = await jsonOf({ filters: { out_of_context: "widget" } });
    expect(file.export).toMatchObject({
      guru: guru.name,
      interval: "Last 7 days",
      time_zone: "UTC",
      filter_questions: "all",
      filter_out_of_context: "widget",
      filter_referenced_sources: "all",
      total_questions: 2,
      total_unanswered: 1,
      answer_ratio_percent: 50,
      response_ms: 40,
    });
    expect(file.over_time).toHaveLength(7);
    expect(file.questions).toMatchObject([
      {
        question: "When does it close?",
        source: "Widget",
        outcome: "The model failed",
        sources: 0,
        vote: null,
      },
      {
        question: "=1+1",
        source: "Ask page",
        outcome: "Passages quoted",
        response_ms: 40,
        sources: 1,
        vote: "up",
      },
    ]);
    expect(file.out_of_context).toHaveLength(1);
    expect(file.referenced_sources).toMatchObject([
      { data_source_title: "=Ledger", data_source_type: "TEXT", referenced_count: 1, id: source },
    ]);
  });

  it("narrows each list by its own filter", async () => {
    expect((await jsonOf({ filters: { questions: "ui" } })).questions).toHaveLength(1);
    expect((await jsonOf({ filters: { out_of_context: "api" } })).out_of_context).toEqual([]);
    expect((await jsonOf({ filters: { referenced_sources: "pdf" } })).referenced_sources).toEqual([]);
    expect((await jsonOf({ filters: { referenced_sources: "text" } })).referenced_sources).toHaveLength(1);
    const found = await jsonOf({ filters: { search: "CLOSE" } });
    expect([found.questions?.length, found.referenced_sources?.length]).toEqual([1, 0]);
  });

  it("holds the same in a workbook, where no text is a formula", async () => {
    const { body, fileName, contentType } = done(await send({ format: "xlsx" }));
    expect([fileName.split(".").pop(), contentType.endsWith("spreadsheetml.sheet")]).toEqual(["xlsx", true]);
    const book = read(await bytesOf(body));
    expect(book.SheetNames).toEqual(["About", "Over time", "Questions", "Unanswered", "Referenced sources"]);
    const rows = utils.sheet_to_json<unknown[]>(book.Sheets.Questions ?? {}, { header: 1 });
    expect(rows.map((row) => row[2])).toEqual(["Question", "When does it close?", "=1+1"]);
    expect(book.Sheets.Questions?.C3).toMatchObject({ t: "s", v: "=1+1" });
    const about = utils.sheet_to_json<unknown[]>(book.Sheets.About ?? {}, { header: 1 });
    expect(about).toContainEqual(["Filter: questions by", "all"]);
  });

  it("is a zip of guarded CSV files", async () => {
    const { body, fileName } = done(await send({ format: "csv" }));
    expect(fileName.endsWith(".zip")).toBe(true);
    const files = unzipSync(await bytesOf(body));
    expect(Object.keys(files)).toEqual([
      "about.csv",
      "over_time.csv",
      "questions.csv",
      "out_of_context.csv",
      "referenced_sources.csv",
    ]);
    expect(strFromU8(files["questions.csv"] ?? new Uint8Array())).toContain(",'=1+1,");
    expect(strFromU8(files["referenced_sources.csv"] ?? new Uint8Array())).toContain("'=Ledger,TEXT,1,");
  });

  it("is recorded once, for an attempt that is sent twice", async () => {
    const call = { principal: maintainer, request, input: input(), attemptId: crypto.randomUUID() };
    await bytesOf(done(await sendAnalytics(call)).body);
    expect(await sendAnalytics(call)).toMatchObject({ ok: true, repeated: true });
    expect(await newEvents()).toHaveLength(1);
  });

  it("by a key names the person and the key", async () => {
    done(await execute({}, byKey(maintainer, ["gurus"])));
    const [event] = await newEvents();
    expect(event).toMatchObject({ account_id: maintainer.accountId, outcome: "success" });
    expect(JSON.stringify(event?.details)).toContain("ci");
  });
});

describe("an export that is refused", () => {
  const refused = async (code: string, words: string, more: object, principal: Principal = maintainer) => {
    const result = await execute(more, principal);
    expect(result).toMatchObject({ ok: false, code });
    expect(result.ok ? "" : result.message).toContain(words);
    expect(await newEvents()).toEqual([]);
  };

  it("says why, and records nothing of it", async () => {
    await refused("not_found", "nothing to export", {
      interval: "custom",
      from: "2020-01-01",
      to: "2020-01-02",
    });
    await refused("not_found", "nothing to export", { filters: { search: "nobody asked this" } });
    await refused("invalid", "at least 3 characters", { filters: { search: "ab" } });
    await refused("invalid", "Choose xlsx, csv or json", { format: "pdf" });
    await refused("invalid", "Choose one of the ranges", { interval: "century" });
    await refused("invalid", "all, ui, api", { filters: { questions: "phone" } });
    await refused("invalid", "Choose a kind of source", { filters: { referenced_sources: "tape" } });
    await refused("invalid", "Choose a kind of source", { filters: { referenced_sources: "x'; drop" } });
    await refused("invalid", "Name a time zone", { timeZone: "Europe/Nowhere" });
    await refused("invalid", "needs its first and its last day", { interval: "custom" });
    await refused("invalid", "There is no such day", {
      interval: "custom",
      from: "2026-02-30",
      to: "2026-03-01",
    });
    await refused("invalid", "", { filters: { everything: "all" } });
  });

  it("is one of a guru that one does not maintain", async () => {
    const viewer = await product.person("viewer@halden.example");
    await giveRole(guru.id, viewer, "viewer");
    await refused("forbidden", "", {}, viewer);
    await refused("not_found", "", {}, await product.person("nobody@halden.example"));
    await refused("not_found", "", { guru: "none-of-ours" });
    await refused("unauthenticated", "", {}, anonymousPrincipal);
    await refused("not_found", "", {}, byKey(await product.person("else@halden.example")));
    const asNobody = { principal: anonymousPrincipal, request, input: input() };
    expect(await sendAnalytics(asNobody)).toMatchObject({ ok: false, code: "unauthenticated" });
  });

  it("sends nothing while the log takes no event, and can be made afterwards", async () => {
    const mend = await breakTheLog(product);
    expect(await send()).toMatchObject({ ok: false, code: "internal" });
    await mend();
    await bytesOf(done(await send()).body);
  });
});
