import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { readDb } from "@/lib/db/client";
import { questionPage, rowsPerPage, sourcePage } from "@/lib/features/analytics/lists";
import { overviewOf } from "@/lib/features/analytics/overview";
import { periodOf } from "@/lib/features/analytics/period-rules";
import { analyticsAddress } from "@/lib/features/analytics/schemas";
import { beginAnswer } from "@/lib/features/ask/commands/begin-answer";
import { deleteDataSources } from "@/lib/features/data-sources/commands/delete-data-sources";
import { indexDataSource } from "@/lib/features/data-sources/indexing/index-data-source";
import { deleteGuru } from "@/lib/features/gurus/commands/delete-guru";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { done, guruOf, textIn } from "../gurus/guru-for-tests";
import { askedAt } from "./questions-for-tests";

let product: TestProduct;
let maintainer: UserPrincipal;
let guru: { id: string; slug: string };
let other: { id: string; slug: string };
const now = Date.parse("2026-11-20T12:00:00Z");
const week = periodOf({ interval: "7d" }, now, "UTC");
const [sourceA, sourceB] = ["00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b"];

beforeAll(async () => {
  product = await createTestProduct();
  maintainer = await product.person("m.solberg@halden.example");
  guru = await guruOf(maintainer);
  other = await guruOf(maintainer);
});
afterAll(() => product?.close());
beforeEach(() => product.admin`truncate question, question_source`);

const ask = (asked: Parameters<typeof askedAt>[2], guruId = guru.id) => askedAt(product, guruId, asked);
const overview = (more: object = {}) => overviewOf(readDb(), { guruId: guru.id, ...more }, week);

describe("the figures of a range", () => {
  it("count what was asked of this guru in it, and what was asked in the range before", async () => {
    await ask({ at: "2026-11-14T00:00:00Z", sources: [sourceA], durationMs: 100 });
    await ask({
      at: "2026-11-20T11:59:59.999Z",
      sources: [sourceA, sourceB],
      durationMs: 300,
      outcome: "written",
    });
    await ask({ at: "2026-11-15T10:00:00Z", outcome: "nothing_found", durationMs: 9_000 });
    // Of the range before, of none, and of another guru.
    await ask({ at: "2026-11-13T11:59:59.999Z", sources: [sourceB], durationMs: 50 });
    await ask({ at: "2026-11-13T12:00:00Z" });
    await ask({ at: "2026-11-20T12:00:00Z" });
    await ask({ at: "2026-11-15T10:00:00Z", sources: [sourceB] }, other.id);
    const got = await overview();
    expect(got.now).toEqual({ questions: 3, unanswered: 1, sources: 2, responseMs: 200 });
    expect(got.before).toEqual({ questions: 1, unanswered: 0, sources: 1, responseMs: 50 });
  });

  it("leave out a question whose answer is still being written, and count every other end as answered or not", async () => {
    for (const outcome of [
      "quoted",
      "written",
      "nothing_found",
      "not_answered",
      "stopped",
      "failed",
      "lost",
      null,
    ] as const)
      await ask({ at: "2026-11-18T10:00:00Z", outcome });
    expect((await overview()).now).toMatchObject({ questions: 7, unanswered: 5 });
  });

  it("count the sources of answers alone, and those of a question from when it is answered", async () => {
    const quoting = new Map<string | null, string>();
    for (const outcome of [
      "quoted",
      "written",
      "nothing_found",
      "not_answered",
      "stopped",
      "failed",
      "lost",
      null,
    ] as const)
      quoting.set(outcome, await ask({ at: "2026-11-18T10:00:00Z", outcome, sources: [sourceA] }));
    const counted = async () => {
      const rows = await product.admin`select question_id as id from question_source order by 1`;
      return rows.map((row) => row.id);
    };
    const ids = (...outcomes: (string | null)[]) => outcomes.map((one) => quoting.get(one)).sort();
    expect(await counted()).toEqual(ids("quoted", "written"));
    const open = String(quoting.get(null));
    await product.admin`update question set answered = 'yes', outcome = 'written' where id = ${open}`;
    expect(await counted()).toEqual(ids("quoted", "written", null));
    await product.admin`update question set answered = 'no', outcome = 'failed' where id = ${open}`;
    expect(await counted()).toEqual(ids("quoted", "written"));
  });

  it("stand in the columns of the charts, each question in the one of its time, and add up to the whole", async () => {
    for (const at of ["2026-11-14T00:00:00Z", "2026-11-14T23:59:59.999Z", "2026-11-15T00:00:00Z"])
      await ask({ at });
    await ask({ at: "2026-11-20T01:00:00Z", outcome: "failed" });
    const { columns, now: all } = await overview();
    expect(columns.map(({ answered, unanswered }) => [answered, unanswered])).toEqual([
      [2, 0],
      [1, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 1],
    ]);
    expect(columns[0]).toMatchObject({ at: week.since, responseMs: 100 });
    expect(columns[6]?.responseMs).toBeNull();
    expect(columns.reduce((sum, c) => sum + c.answered + c.unanswered, 0)).toBe(all.questions);
  });

  it("are counted one after the other, so that a reader holds one connection", async () => {
    let [open, most] = [0, 0];
    const execute = async (...asked: Parameters<ReturnType<typeof readDb>["execute"]>) => {
      most = Math.max(most, ++open);
      try {
        return await readDb().execute(...asked);
      } finally {
        open--;
      }
    };
    await overviewOf({ execute } as Parameters<typeof overviewOf>[0], { guruId: guru.id }, week);
    expect(most).toBe(1);
  });

  it("narrow to one door, sources too, and say by which doors questions came", async () => {
    await ask({ at: "2026-11-18T10:00:00Z", door: "widget", sources: [sourceA] });
    await ask({ at: "2026-11-18T10:00:00Z", door: "slack", sources: [sourceB] });
    await ask({ at: "2026-11-18T10:00:00Z", door: "slack" });
    expect((await overview()).doors).toEqual([
      { door: "slack", questions: 2 },
      { door: "widget", questions: 1 },
    ]);
    expect((await overview({ door: "widget" })).now).toMatchObject({ questions: 1, sources: 1 });
  });
});

describe("the lists", () => {
  const page = (more: object = {}, before?: string) =>
    questionPage(readDb(), { guruId: guru.id, unanswered: false, ...more }, week, before);

  it("give every question once, newest first, also where many have one time", async () => {
    await product.admin`
      insert into question (guru_id, door, text, answered, "references", duration_ms, outcome, created_at)
      select ${guru.id}, 'ui', 'question ' || i, 'yes', '[]', 1, 'quoted',
        timestamptz '2026-11-15 10:00:00.000001+00' + (i / 20) * interval '1 microsecond'
      from generate_series(1, ${rowsPerPage * 2 + 7}) i`;
    const seen: string[] = [];
    let before: string | null | undefined;
    for (let pages = 0; before !== null; pages++) {
      const got = await page({}, before ?? undefined);
      expect(pages).toBeLessThan(4);
      seen.push(...got.rows.map((row) => row.question));
      before = got.next;
    }
    expect(seen).toHaveLength(rowsPerPage * 2 + 7);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("begin at the newest for a cursor that is none", async () => {
    await ask({ at: "2026-11-18T10:00:00Z", text: "the only one" });
    for (const before of [
      "",
      "x",
      "_",
      "2026-02-30T00:00:00.000000Z_x",
      `2026-02-30T00:00:00.000000Z_${sourceA}`,
      "\0",
    ])
      expect((await page({}, before)).rows.map((row) => row.question)).toEqual(["the only one"]);
  });

  it("find a text anywhere and in either case, and take the signs of a pattern for themselves", async () => {
    for (const text of ["How do I roll back?", "100% of it", "100 of it", "a_b", "axb", "c:\\temp"])
      await ask({ at: "2026-11-18T10:00:00Z", text });
    const found = async (search: string) => (await page({ search })).rows.map((row) => row.question);
    expect(await found("ROLL")).toEqual(["How do I roll back?"]);
    expect(await found("100%")).toEqual(["100% of it"]);
    expect(await found("a_b")).toEqual(["a_b"]);
    expect(await found("\\")).toEqual(["c:\\temp"]);
    expect(await found("\0")).toEqual([]);
    // Shorter than the index knows them, they are none.
    for (const [search, used] of [
      ["ro", undefined],
      [" r ", undefined],
      ["rol", "rol"],
    ])
      expect(analyticsAddress.parse({ search }).search).toBe(used);
  });

  it("show what became of a question, and of the unanswered none that was answered", async () => {
    await ask({
      at: "2026-11-18T10:00:00Z",
      sources: [sourceA, sourceB],
      vote: "up",
      durationMs: 42,
      door: "api",
    });
    await ask({ at: "2026-11-18T11:00:00Z", outcome: "not_answered" });
    expect((await page()).rows[1]).toMatchObject({
      askedAt: "2026-11-18T10:00:00.000Z",
      door: "api",
      answered: true,
      outcome: "quoted",
      durationMs: 42,
      sources: 2,
      vote: "up",
      trustScore: null,
    });
    expect((await page({ unanswered: true })).rows.map((row) => row.outcome)).toEqual(["not_answered"]);
  });
});

describe("the sources that answers quoted", () => {
  it("are counted from the answers themselves, most quoted first, and stay counted when they are deleted", async () => {
    const [gateway, ledger] = [
      await textIn(guru.slug, maintainer, "Gateway", "The gateway listens on port 8443."),
      await textIn(guru.slug, maintainer, "Ledger", "The ledger closes at midnight; ask the gateway."),
    ];
    for (const dataSourceId of [gateway, ledger]) await indexDataSource({ dataSourceId });
    for (const question of ["gateway port 8443", "the gateway"])
      done(
        await beginAnswer.execute({ principal: maintainer, request, input: { guru: guru.slug, question } }),
      );
    const today = async (more: object = {}) => {
      const period = periodOf({ interval: "today" }, Date.now() + 1_000, "UTC");
      const found = await sourcePage(readDb(), { guruId: guru.id, ...more }, period, 1);
      return found.rows.map(({ questions, source }) => [source?.title ?? "gone", questions]);
    };
    const before = await today();
    expect(before[0]?.[1]).toBe(2);
    expect(before.map(([title]) => title)).toContain("Gateway");
    expect(await today({ search: "GATE" })).toEqual([["Gateway", 2]]);
    expect(await today({ kind: "PDF" })).toEqual([]);
    done(
      await deleteDataSources.execute({
        principal: maintainer,
        request,
        input: { guru: guru.slug, ids: [gateway] },
      }),
    );
    expect(await today()).toContainEqual(["gone", 2]);
  });

  it("follow a change of their question, go with its guru, and take nothing that is no source's id", async () => {
    const count = async () => (await product.admin`select count(*)::int as n from question_source`)[0]?.n;
    const id = await ask({ at: "2026-11-18T10:00:00Z", sources: [sourceA, sourceA, "no id", sourceB] });
    expect(await count()).toBe(2);
    await product.admin`update question set "references" = '"none"' where id = ${id}`;
    expect(await count()).toBe(0);
    await product.admin`update question set "references" = ${product.admin.json([sourceB])} where id = ${id}`;
    expect(await count()).toBe(1);
    await ask({ at: "2026-11-18T10:00:00Z", sources: [sourceA, sourceB] }, other.id);
    expect(await count()).toBe(3);
    done(
      await deleteGuru.execute({
        principal: maintainer,
        request,
        input: { guru: other.slug, confirmation: other.slug },
      }),
    );
    expect(await count()).toBe(1);
  });
});
