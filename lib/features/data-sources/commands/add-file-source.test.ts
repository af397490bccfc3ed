import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { done, guruOf, uploadIn } from "@/tests/integration/gurus/guru-for-tests";
import { until } from "@/tests/integration/gurus/worker-harness";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { addFileSource } from "./add-file-source";
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

describe("add-file-source", () => {
  it("makes a MARKDOWN or FILE source of one's own upload", async () => {
    const markdown = await uploadIn(guru.slug, member, "guide.md", "# Guide\nText.");
    const value = done(
      await addFileSource.execute({
        principal: member,
        request,
        input: { guru: guru.slug, uploadId: markdown },
      }),
    );
    expect((await product.events("datasource.added")).at(-1)).toMatchObject({
      target_id: value.id,
      target_label: "MARKDOWN - guide.md",
    });
    const plain = await uploadIn(guru.slug, member, "Notes.TXT", "Some notes.");
    done(
      await addFileSource.execute({
        principal: member,
        request,
        input: { guru: guru.slug, uploadId: plain, title: "Notes" },
      }),
    );
    expect((await product.events("datasource.added")).at(-1)).toMatchObject({
      target_label: "FILE - Notes",
      details: { sha256: digest("Some notes.") },
    });
    expect(await jobsOf(value.id)).toBe(1);
  });

  it("says that a file of the same title or the same content exists", async () => {
    await uploadIn(guru.slug, member, "first.txt", "the same bytes").then((uploadId) =>
      addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId } }).then(done),
    );
    const twin = await uploadIn(guru.slug, member, "second.txt", "the same bytes");
    expect(
      await addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId: twin } }),
    ).toMatchObject({ code: "exists", message: expect.stringContaining("first.txt") });
    const namesake = await uploadIn(guru.slug, member, "first.txt", "other bytes");
    expect(
      await addFileSource.execute({
        principal: member,
        request,
        input: { guru: guru.slug, uploadId: namesake },
      }),
    ).toMatchObject({ code: "exists" });
    expect(
      await addTextSource.execute({
        principal: member,
        request,
        input: { guru: guru.slug, title: "first.txt", content: "c" },
      }),
    ).toMatchObject({ code: "exists" });
  });

  it("takes one of two files of the same content that are added at the same time", async () => {
    const [one, two] = [
      await uploadIn(guru.slug, member, "one.txt", "at the same time"),
      await uploadIn(guru.slug, member, "two.txt", "at the same time"),
    ];
    const both: ReturnType<typeof addFileSource.execute>[] = [];
    await product.admin.begin(async (sql) => {
      // While this lasts no source is stored: each would look for the other, and find none, before either is there.
      await sql`lock table data_source in share mode`;
      for (const uploadId of [one, two])
        both.push(
          addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId } }),
        );
      await until("both to wait", async () => {
        const waiting = await product.admin`
          select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        return waiting.length === 2;
      });
    });
    const results = await Promise.all(both);
    expect(results.filter((result) => result.ok)).toHaveLength(1);
    expect(results.find((result) => !result.ok)).toMatchObject({
      code: "exists",
      message: expect.stringMatching(/exactly this content exists already: (one|two)\.txt/),
    });
  });

  it("refuses another person's upload, another guru's, one used before and one that does not exist", async () => {
    const theirs = await guruOf(other);
    const foreign = await uploadIn(theirs.slug, other, "foreign.txt", "theirs");
    const elsewhere = await guruOf(member);
    const misplaced = await uploadIn(elsewhere.slug, member, "misplaced.txt", "mine");
    const used = await uploadIn(guru.slug, member, "used.txt", "used once");
    done(
      await addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId: used } }),
    );
    const sources = await sourcesOf(guru.id);
    for (const uploadId of [foreign, misplaced, randomUUID()]) {
      expect(
        await addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId } }),
      ).toMatchObject({ code: "not_found" });
    }
    const again = { guru: guru.slug, uploadId: used, title: "used again" };
    expect(await addFileSource.execute({ principal: member, request, input: again })).toMatchObject({
      code: "exists",
    });
    expect(await sourcesOf(guru.id)).toBe(sources);
  });
});
