import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { done, giveRole, guruOf, textIn } from "@/tests/integration/gurus/guru-for-tests";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { indexDataSource } from "./indexing/index-data-source";
import { guruSources, sourcePassages } from "./queries";
import { sourceListQuery } from "./schemas";

let product: TestProduct;
let member: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  guru = await guruOf(member);
  const other = await guruOf(member);
  await textIn(other.slug, member, "Elsewhere", "Another guru's text.");
  for (const title of ["50 % off", "Rates_2026", "Æresrunde", "rates old"])
    await textIn(guru.slug, member, title, title);
  await product.admin`
    update data_source set status = 'FAIL', error = 'x', kind = 'PDF' where guru_id = ${guru.id} and title = 'rates old'`;
});
afterAll(() => product.close());

async function titles(asked: Record<string, string | string[] | undefined>): Promise<string[]> {
  const input = { guru: guru.slug, ...sourceListQuery.parse(asked) };
  const { sources, found, total } = done(await guruSources.execute({ principal: member, request, input }));
  expect(total).toBe(4);
  if (!asked.before) expect(found).toBe(sources.length);
  return sources.map((source) => source.title);
}

describe("the list of sources", () => {
  it("has the newest first, and only the guru's own", async () => {
    expect(await titles({})).toEqual(["rates old", "Æresrunde", "Rates_2026", "50 % off"]);
  });

  it("narrows by type, status and a part of the name, in which no letter means anything else", async () => {
    expect(await titles({ kind: "PDF" })).toEqual(["rates old"]);
    expect(await titles({ kind: "TEXT", search: "RATES" })).toEqual(["Rates_2026"]);
    expect(await titles({ status: "FAIL", kind: "TEXT" })).toEqual([]);
    expect(await titles({ search: "%" })).toEqual(["50 % off"]);
    expect(await titles({ search: "s_2" })).toEqual(["Rates_2026"]);
    expect(await titles({ search: "æres" })).toEqual(["Æresrunde"]);
    expect(await titles({ search: "'; drop table data_source; --" })).toEqual([]);
  });

  it("takes an address it does not understand for one that asks nothing", async () => {
    for (const asked of [
      { kind: "NONSENSE", status: "__proto__", before: "not-an-id", search: "   " },
      { kind: ["PDF", "TEXT"], status: ["FAIL"], search: ["a", "b"] },
      { kind: "constructor", more: "x" },
    ])
      expect(await titles(asked)).toHaveLength(4);
    expect(await titles({ search: "\0" })).toEqual([]);
    expect(await titles({ search: "x".repeat(1_000_000) })).toEqual([]);
  });
});

describe("a source that an answer leads to", () => {
  it("shows its passages to whoever may ask, and its size, progress and failures to maintainers alone", async () => {
    const own = await guruOf(member, { visibility: "organization" });
    const viewer = await product.person("viewer@halden.example");
    await giveRole(own.id, viewer, "viewer");
    const visitor = await product.person("visitor@halden.example");
    const id = await textIn(own.slug, member, "Quoted", "quoted words");
    await indexDataSource({ dataSourceId: id });
    const settings = {
      secret: "GIT_TOKEN",
      unreached: { since: "2026-11-19T10:00:00Z", reason: "fine-unreached", looks: 2 },
    };
    await product.admin`
      update data_source set status = 'FAIL', error = 'fine-reason GIT_TOKEN', size_bytes = 123456789,
        progress_bytes = 223456789, progress_done = 323456789, progress_total = 423456789,
        progress_note = 'fine-note', settings = ${product.admin.json(settings)} where id = ${id}`;
    const seen = async (principal: UserPrincipal) =>
      done(await sourcePassages.execute({ principal, request, input: { guru: own.slug, id } }));
    const maintained = await seen(member);
    expect(maintained?.upkeep).toEqual({
      status: "FAIL",
      error: "fine-reason GIT_TOKEN",
      unreached: expect.stringContaining("fine-unreached"),
      sizeBytes: 123456789,
      progressBytes: 223456789,
      progressDone: 323456789,
      progressTotal: 423456789,
      progressNote: "fine-note",
    });
    for (const person of [viewer, visitor]) {
      const asked = await seen(person);
      expect(asked?.rows).toMatchObject([{ content: "quoted words" }]);
      expect(asked?.source).toMatchObject({ id, title: "Quoted", passages: 1 });
      expect(asked).toEqual({ ...maintained, upkeep: null });
      expect(JSON.stringify(asked)).not.toMatch(/fine-|GIT_TOKEN|23456789|FAIL/);
    }
  });
});
