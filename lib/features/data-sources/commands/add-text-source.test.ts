import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { done, guruOf, textIn } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  byKey,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { addTextSource } from "./add-text-source";

let product: TestProduct;
let member: UserPrincipal;
let other: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  other = await product.person("other@halden.example");
  guru = await guruOf(member);
});
afterAll(() => product.close());

const digest = (text: string) => createHash("sha256").update(text).digest("hex");
const jobsOf = async (id: string) =>
  (
    await product.admin`select 1 from pgboss.job where name = 'index-data-source' and data->>'dataSourceId' = ${id}`
  ).length;
const sourcesOf = async (guruId: string) =>
  (await product.admin`select 1 from data_source where guru_id = ${guruId}`).length;

describe("add-text-source", () => {
  it("records ADD_DATASOURCE as `TEXT - title` and queues one job in the same transaction", async () => {
    const value = done(
      await addTextSource.execute({
        principal: byKey(member),
        request,
        input: { guru: guru.slug, title: "Rollback", content: "Roll back." },
      }),
    );
    expect((await product.events("datasource.added")).at(-1)).toMatchObject({
      operation: "ADD_DATASOURCE",
      action_type: "created",
      model: "DataSource",
      target_type: "datasource",
      target_id: value.id,
      target_label: "TEXT - Rollback",
      guru_slug: guru.slug,
      actor_type: "api_key",
      account_id: member.accountId,
      details: { kind: "TEXT", sizeBytes: 10, sha256: digest("Roll back.") },
    });
    expect(await jobsOf(value.id)).toBe(1);
  });

  it("brings a text of the same title up to date, and records the digests before and after", async () => {
    const id = await textIn(guru.slug, member, "Changing", "one");
    const value = done(
      await addTextSource.execute({
        principal: member,
        request,
        input: { guru: guru.slug, title: "Changing", content: "second" },
      }),
    );
    expect(value).toMatchObject({ id, updated: true });
    const event = (await product.events("datasource.added")).at(-1);
    expect(event).toMatchObject({ target_id: id, details: { updated: true, sha256: digest("second") } });
    expect(event?.changes).toEqual([
      { field: "sha256", before: digest("one"), after: digest("second") },
      { field: "size_bytes", before: 3, after: 6 },
    ]);
    expect(await jobsOf(id)).toBe(2);
    const [row] = await product.admin`select status, index_run from data_source where id = ${id}`;
    expect(row).toMatchObject({ status: "NOT_PROCESSED", index_run: 1 });
  });

  it("says that the same text exists, also with other line ends, and records nothing", async () => {
    await textIn(guru.slug, member, "Same", "one\ntwo");
    const before = (await product.events()).length;
    const result = await addTextSource.execute({
      principal: member,
      request,
      input: { guru: guru.slug, title: "Same", content: "one\r\ntwo" },
    });
    expect(result).toMatchObject({ ok: false, code: "exists", message: expect.stringContaining("exists") });
    expect((await product.events()).length).toBe(before);
  });

  it("refuses empty, overlong and unknown values", async () => {
    const wrong = [
      { title: "" },
      { title: " " },
      { content: " \n " },
      { title: "x".repeat(201) },
      { content: "ä".repeat(500_001) },
      { kind: "WEBSITE" },
      { status: "SUCCESS" },
      { content: ["a"] },
    ];
    for (const extra of wrong) {
      const input = { guru: guru.slug, title: "t", content: "c", ...extra };
      expect(await addTextSource.execute({ principal: member, request, input })).toMatchObject({
        ok: false,
        code: "invalid",
      });
    }
  });

  it("shows no foreign guru, by slug or by id", async () => {
    for (const ref of [guru.slug, guru.id, "no-such-guru", "'; --", randomUUID()]) {
      const result = await addTextSource.execute({
        principal: other,
        request,
        input: { guru: ref, title: "t", content: "c" },
      });
      expect(result).toMatchObject({ ok: false, code: "not_found" });
    }
    expect((await product.events("access.denied")).some((e) => e.actor_id === other.accountId)).toBe(true);
  });

  it("adds nothing and queues nothing when the log takes no event", async () => {
    const jobs = (await product.admin`select 1 from pgboss.job`).length;
    const sources = await sourcesOf(guru.id);
    const mend = await breakTheLog(product);
    const result = await addTextSource.execute({
      principal: member,
      request,
      input: { guru: guru.slug, title: "unrecorded", content: "c" },
    });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await sourcesOf(guru.id)).toBe(sources);
    expect((await product.admin`select 1 from pgboss.job`).length).toBe(jobs);
  });

  it.each([
    "\0nul",
    "\u202Ebidi",
    "a\r\nb",
    "=cmd|' /C calc'!A0",
    "\ud800lone",
    "<img src=x onerror=alert(1)>",
  ])("stores the hostile title and text %j safely and records it", async (title) => {
    await textIn(guru.slug, member, title, `${title} content`);
    expect((await product.events("datasource.added")).at(-1)?.target_label).toBe(
      `TEXT - ${title.replace("\0", "\u2400").toWellFormed()}`,
    );
  });
});
