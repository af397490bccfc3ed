import { createHash, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { done, guruOf, textIn } from "@/tests/integration/gurus/guru-for-tests";
import { breakTheLog, byKey, createTestProduct, type TestProduct, testRequest as request } from "@/tests/support/product";
import { receiveUpload } from "../uploads/receive-upload";
import { addFileSource } from "./add-file-source";
import { addTextSource } from "./add-text-source";
import { deleteDataSources } from "./delete-data-sources";
import { reindexDataSources } from "./reindex-data-sources";

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
  (await product.admin`select 1 from pgboss.job where name = 'index-data-source' and data->>'dataSourceId' = ${id}`).length;
const sourcesOf = async (guruId: string) => (await product.admin`select 1 from data_source where guru_id = ${guruId}`).length;

async function upload(fileName: string, text: string, principal = member, into = guru.slug): Promise<string> {
  const bytes = Buffer.from(text);
  const body = new Blob([bytes]).stream();
  const result = await receiveUpload({ principal, request, guru: into, fileName, declaredBytes: bytes.length, body });
  return done(result).id;
}

describe("add-text-source", () => {
  it("records ADD_DATASOURCE as `TEXT - title` and queues one job in the same transaction", async () => {
    const value = done(await addTextSource.execute({ principal: byKey(member), request, input: { guru: guru.slug, title: "Rollback", content: "Roll back." } }));
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
    const value = done(await addTextSource.execute({ principal: member, request, input: { guru: guru.slug, title: "Changing", content: "second" } }));
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
    const result = await addTextSource.execute({ principal: member, request, input: { guru: guru.slug, title: "Same", content: "one\r\ntwo" } });
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
      expect(await addTextSource.execute({ principal: member, request, input })).toMatchObject({ ok: false, code: "invalid" });
    }
  });

  it("shows no foreign guru, by slug or by id", async () => {
    for (const ref of [guru.slug, guru.id, "no-such-guru", "'; --", randomUUID()]) {
      const result = await addTextSource.execute({ principal: other, request, input: { guru: ref, title: "t", content: "c" } });
      expect(result).toMatchObject({ ok: false, code: "not_found" });
    }
    expect((await product.events("access.denied")).some((e) => e.actor_id === other.accountId)).toBe(true);
  });

  it("adds nothing and queues nothing when the log takes no event", async () => {
    const jobs = (await product.admin`select 1 from pgboss.job`).length;
    const sources = await sourcesOf(guru.id);
    const mend = await breakTheLog(product);
    const result = await addTextSource.execute({ principal: member, request, input: { guru: guru.slug, title: "unrecorded", content: "c" } });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await sourcesOf(guru.id)).toBe(sources);
    expect((await product.admin`select 1 from pgboss.job`).length).toBe(jobs);
  });

  it.each(["\0nul", "\u202Ebidi", "a\r\nb", "=cmd|' /C calc'!A0", "\ud800lone", "<img src=x onerror=alert(1)>"])(
    "stores the hostile title and text %j safely and records it",
    async (title) => {
      await textIn(guru.slug, member, title, `${title} content`);
      expect((await product.events("datasource.added")).at(-1)?.target_label).toBe(`TEXT - ${title.replace("\0", "\u2400").toWellFormed()}`);
    },
  );
});

describe("add-file-source", () => {
  it("makes a MARKDOWN or FILE source of one's own upload", async () => {
    const markdown = await upload("guide.md", "# Guide\nText.");
    const value = done(await addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId: markdown } }));
    expect((await product.events("datasource.added")).at(-1)).toMatchObject({ target_id: value.id, target_label: "MARKDOWN - guide.md" });
    const plain = await upload("Notes.TXT", "Some notes.");
    done(await addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId: plain, title: "Notes" } }));
    expect((await product.events("datasource.added")).at(-1)).toMatchObject({ target_label: "FILE - Notes", details: { sha256: digest("Some notes.") } });
    expect(await jobsOf(value.id)).toBe(1);
  });

  it("says that a file of the same title or the same content exists", async () => {
    await upload("first.txt", "the same bytes").then((uploadId) =>
      addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId } }).then(done),
    );
    const twin = await upload("second.txt", "the same bytes");
    expect(await addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId: twin } })).toMatchObject({ code: "exists", message: expect.stringContaining("first.txt") });
    const namesake = await upload("first.txt", "other bytes");
    expect(await addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId: namesake } })).toMatchObject({ code: "exists" });
    expect(await addTextSource.execute({ principal: member, request, input: { guru: guru.slug, title: "first.txt", content: "c" } })).toMatchObject({ code: "exists" });
  });

  it("refuses another person's upload, another guru's, one used before and one that does not exist", async () => {
    const theirs = await guruOf(other);
    const foreign = await upload("foreign.txt", "theirs", other, theirs.slug);
    const elsewhere = await guruOf(member);
    const misplaced = await upload("misplaced.txt", "mine", member, elsewhere.slug);
    const used = await upload("used.txt", "used once");
    done(await addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId: used } }));
    const sources = await sourcesOf(guru.id);
    for (const uploadId of [foreign, misplaced, randomUUID()]) {
      expect(await addFileSource.execute({ principal: member, request, input: { guru: guru.slug, uploadId } })).toMatchObject({ code: "not_found" });
    }
    const again = { guru: guru.slug, uploadId: used, title: "used again" };
    expect(await addFileSource.execute({ principal: member, request, input: again })).toMatchObject({ code: "exists" });
    expect(await sourcesOf(guru.id)).toBe(sources);
  });
});

describe("delete-data-sources and reindex-data-sources", () => {
  it("deletes several with one event each, the first leading, and their files with them", async () => {
    const own = await guruOf(member);
    const first = await textIn(own.slug, member, "One", "1");
    const second = await textIn(own.slug, member, "Two", "2");
    const uploadId = await upload("three.md", "# 3", member, own.slug);
    const third = done(await addFileSource.execute({ principal: member, request, input: { guru: own.slug, uploadId } })).id;
    done(await deleteDataSources.execute({ principal: member, request, input: { guru: own.slug, ids: [third, first, second, first] } }));
    const events = (await product.events("datasource.deleted")).filter((e) => e.guru_id === own.id);
    expect(events.map((e) => e.target_label)).toEqual(["TEXT - One", "TEXT - Two", "MARKDOWN - three.md"]);
    expect(events.map((e) => e.cause)).toEqual([null, events[0]?.id, events[0]?.id]);
    expect(await product.admin`select 1 from upload_chunk where upload_id = ${uploadId}`).toHaveLength(0);
    expect(await sourcesOf(own.id)).toBe(0);
  });

  it.each([
    ["delete", deleteDataSources],
    ["reindex", reindexDataSources],
  ])("%s touches nothing when one id is another guru's", async (_, command) => {
    const own = await guruOf(member);
    const theirs = await guruOf(other);
    const mine = await textIn(own.slug, member, "Mine", "1");
    const foreign = await textIn(theirs.slug, other, "Theirs", "2");
    const before = (await product.events()).length;
    for (const ids of [[mine, foreign], [foreign], [randomUUID()]]) {
      expect(await command.execute({ principal: member, request, input: { guru: own.slug, ids } })).toMatchObject({ ok: false, code: "not_found" });
    }
    for (const ids of [[], ["1"], ["' or 1=1"], Array.from({ length: 1_001 }, () => randomUUID())]) {
      expect(await command.execute({ principal: member, request, input: { guru: own.slug, ids } })).toMatchObject({ ok: false, code: "invalid" });
    }
    expect((await product.events()).length).toBe(before);
    expect(await product.admin`select 1 from data_source where id in (${mine}, ${foreign})`).toHaveLength(2);
  });

  it("reindexes several with one event and one job each", async () => {
    const own = await guruOf(member);
    const ids = [await textIn(own.slug, member, "One", "1"), await textIn(own.slug, member, "Two", "2")];
    await product.admin`update data_source set status = 'FAIL', error = 'x', attempts = 4 where guru_id = ${own.id}`;
    done(await reindexDataSources.execute({ principal: member, request, input: { guru: own.slug, ids } }));
    const events = (await product.events("datasource.reindexed")).filter((e) => e.guru_id === own.id);
    expect(events).toHaveLength(2);
    expect(events[0]).toMatchObject({ operation: "REINDEX_DATASOURCE", action_type: "access" });
    for (const id of ids) expect(await jobsOf(id)).toBe(2);
    const rows = await product.admin`select status, error, attempts from data_source where guru_id = ${own.id}`;
    expect(rows.every((r) => r.status === "NOT_PROCESSED" && r.error === null && r.attempts === 0)).toBe(true);
  });

  it.each([
    ["delete", deleteDataSources],
    ["reindex", reindexDataSources],
  ])("%s changes nothing when the log takes no event", async (_, command) => {
    const own = await guruOf(member);
    const id = await textIn(own.slug, member, "Kept", "1");
    const mend = await breakTheLog(product);
    const result = await command.execute({ principal: member, request, input: { guru: own.slug, ids: [id] } });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    const [row] = await product.admin`select index_run from data_source where id = ${id}`;
    expect(row?.index_run).toBe(0);
  });
});
