import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { sealValue } from "@/lib/access/secrets";
import { done, giveRole, guruOf, textIn } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { repositorySettings } from "../queries";
import { addRepositorySource } from "./add-repository-source";
import { changeRepositorySource } from "./change-repository-source";

let product: TestProduct;
let member: UserPrincipal;
let viewer: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  viewer = await product.person("viewer@halden.example");
  guru = await guruOf(member);
  await giveRole(guru.id, viewer, "viewer");
  const { sealed, keyId } = sealValue(guru.id, "GIT_TOKEN", "canary-value");
  await product.admin`
    insert into secret (guru_id, name, sealed, key_id) values (${guru.id}, 'GIT_TOKEN', ${sealed}, ${keyId})`;
});
afterAll(() => product.close());

const url = () => `https://git.example.com/team/${randomUUID()}`;
async function added(more: Record<string, string> = {}): Promise<string> {
  const input = { guru: guru.slug, url: url(), ...more };
  return done(await addRepositorySource.execute({ principal: member, request, input })).id;
}
const change = (id: string, more: Record<string, unknown> = {}, principal = member) =>
  changeRepositorySource.execute({ principal, request, input: { guru: guru.slug, id, ...more } });
const row = async (id: string) => (await product.admin`select * from data_source where id = ${id}`)[0];
const jobsOf = (id: string) => product.admin`
  select 1 from pgboss.job where name = 'index-repository' and data->>'dataSourceId' = ${id}`;
const settingsOf = async (id: string) =>
  done(await repositorySettings.execute({ principal: member, request, input: { guru: guru.slug, id } }));

describe("change-repository-source", () => {
  it("records what was changed, before and after, and has the repository read anew", async () => {
    const id = await added({ branches: "main", exclude: "vendor/**" });
    const commit = "a".repeat(40);
    await product.admin`
      update data_source set status = 'FAIL', error = 'gone', index_run = 3,
        settings = settings || ${product.admin.json({ commit })} where id = ${id}`;
    const given = { branches: "main\r\nrelease/*", include: "docs/**", secret: "{GIT_TOKEN}" };
    expect(done(await change(id, given))).toMatchObject({ id, changed: true });
    const chosen = { branches: ["main", "release/*"], include: ["docs/**"], secret: "GIT_TOKEN" };
    const after = await row(id);
    expect(after).toMatchObject({ status: "NOT_PROCESSED", error: null, index_run: 4 });
    // What was read stays known by the name that it had.
    expect(after?.settings).toEqual({ ...chosen, heads: [{ branch: "main", commit }] });
    expect(await jobsOf(id)).toHaveLength(2);
    expect(await settingsOf(id)).toEqual({ ...chosen, exclude: [] });
    expect((await product.events()).at(-1)).toMatchObject({
      operation: "ADD_DATASOURCE",
      target_id: id,
      account_id: member.accountId,
      details: { updated: true, branches: chosen.branches, secret: "GIT_TOKEN" },
      changes: [
        { field: "branches", before: ["main"], after: chosen.branches },
        { field: "include", before: [], after: ["docs/**"] },
        { field: "exclude", before: ["vendor/**"], after: [] },
        { field: "secret", before: null, after: "GIT_TOKEN" },
      ],
    });
    expect(JSON.stringify(await product.events())).not.toContain("canary-value");
  });

  it("keeps the commit that was read where it still says something", async () => {
    const id = await added();
    const commit = "b".repeat(40);
    await product.admin`update data_source set settings = ${product.admin.json({ commit })} where id = ${id}`;
    done(await change(id, { include: "docs/**" }));
    expect((await row(id))?.settings).toEqual({ include: ["docs/**"], commit });
  });

  it("changes and records nothing when all stays as it is, also of a source from the time of one branch", async () => {
    const id = await added();
    await product.admin`
      update data_source set settings = ${product.admin.json({ branch: "main" })}, status = 'SUCCESS' where id = ${id}`;
    const events = (await product.events()).length;
    expect(done(await change(id, { branches: "main" }))).toMatchObject({ changed: false });
    expect(await row(id)).toMatchObject({ status: "SUCCESS", settings: { branch: "main" } });
    expect((await product.events()).length).toBe(events);
    expect(await jobsOf(id)).toHaveLength(1);
  });

  it("is for repositories of this guru, and for its maintainers", async () => {
    const id = await added();
    await textIn(guru.slug, member, "A text", "some words");
    const [text] = await product.admin`select id from data_source where title = 'A text'`;
    const elsewhere = await guruOf(member);
    for (const [of, source] of [
      [guru.slug, text?.id],
      [guru.slug, randomUUID()],
      [elsewhere.slug, id],
    ]) {
      const input = { guru: of, id: source, branches: "next" };
      const result = await changeRepositorySource.execute({ principal: member, request, input });
      expect(result).toMatchObject({ ok: false, code: "not_found" });
      expect(
        done(
          await repositorySettings.execute({ principal: member, request, input: { guru: of, id: source } }),
        ),
      ).toBeNull();
    }
    expect(await change(id, { branches: "next" }, viewer)).toMatchObject({ code: "forbidden" });
    expect(
      await repositorySettings.execute({ principal: viewer, request, input: { guru: guru.slug, id } }),
    ).toMatchObject({ ok: false, code: "forbidden" });
    for (const more of [
      { secret: "{NOT_THERE}" },
      { secret: "ghp_canary" },
      { branches: "-f" },
      { url: url() },
    ])
      expect(await change(id, more)).toMatchObject({ ok: false, code: "invalid" });
    expect((await row(id))?.settings).toEqual({});
  });

  it("changes nothing when the log takes no event", async () => {
    const id = await added();
    const before = await row(id);
    const mend = await breakTheLog(product);
    const result = await change(id, { branches: "next" });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await row(id)).toEqual(before);
    expect(await jobsOf(id)).toHaveLength(1);
  });
});
