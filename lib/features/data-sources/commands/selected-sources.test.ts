import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { done, guruOf, textIn, uploadIn } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { addFileSource } from "./add-file-source";
import { deleteDataSources } from "./delete-data-sources";
import { reindexDataSources } from "./reindex-data-sources";

let product: TestProduct;
let member: UserPrincipal;
let other: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  other = await product.person("other@halden.example");
});
afterAll(() => product.close());

const jobsOf = async (id: string) =>
  (
    await product.admin`select 1 from pgboss.job where name = 'index-data-source' and data->>'dataSourceId' = ${id}`
  ).length;
const sourcesOf = async (guruId: string) =>
  (await product.admin`select 1 from data_source where guru_id = ${guruId}`).length;

describe("delete-data-sources and reindex-data-sources", () => {
  it("deletes several with one event each, the first leading, and their files with them", async () => {
    const own = await guruOf(member);
    const first = await textIn(own.slug, member, "One", "1");
    const second = await textIn(own.slug, member, "Two", "2");
    const uploadId = await uploadIn(own.slug, member, "three.md", "# 3");
    const third = done(
      await addFileSource.execute({ principal: member, request, input: { guru: own.slug, uploadId } }),
    ).id;
    done(
      await deleteDataSources.execute({
        principal: member,
        request,
        input: { guru: own.slug, ids: [third, first, second, first] },
      }),
    );
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
      expect(
        await command.execute({ principal: member, request, input: { guru: own.slug, ids } }),
      ).toMatchObject({ ok: false, code: "not_found" });
    }
    for (const ids of [[], ["1"], ["' or 1=1"], Array.from({ length: 1_001 }, () => randomUUID())]) {
      expect(
        await command.execute({ principal: member, request, input: { guru: own.slug, ids } }),
      ).toMatchObject({ ok: false, code: "invalid" });
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
    const rows =
      await product.admin`select status, error, attempts from data_source where guru_id = ${own.id}`;
    expect(rows.every((r) => r.status === "NOT_PROCESSED" && r.error === null && r.attempts === 0)).toBe(
      true,
    );
  });

  it.each([
    ["delete", deleteDataSources],
    ["reindex", reindexDataSources],
  ])("%s changes nothing when the log takes no event", async (_, command) => {
    const own = await guruOf(member);
    const id = await textIn(own.slug, member, "Kept", "1");
    const mend = await breakTheLog(product);
    const result = await command.execute({
      principal: member,
      request,
      input: { guru: own.slug, ids: [id] },
    });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    const [row] = await product.admin`select index_run from data_source where id = ${id}`;
    expect(row?.index_run).toBe(0);
  });
});
