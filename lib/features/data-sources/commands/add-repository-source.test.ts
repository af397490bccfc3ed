import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { sealValue } from "@/lib/access/secrets";
import { done, giveRole, guruOf, textIn } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  byKey,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { addRepositorySource } from "./add-repository-source";
import { deleteDataSources } from "./delete-data-sources";
import { reindexDataSources } from "./reindex-data-sources";

let product: TestProduct;
let member: UserPrincipal;
let viewer: UserPrincipal;
let other: UserPrincipal;
let guru: { id: string; slug: string };

beforeAll(async () => {
  product = await createTestProduct();
  member = await product.person("m.solberg@halden.example");
  viewer = await product.person("viewer@halden.example");
  other = await product.person("other@halden.example");
  guru = await guruOf(member);
  await giveRole(guru.id, viewer, "viewer");
});
afterAll(() => product.close());

const add = (
  url: string,
  more: Record<string, unknown> = {},
  principal: UserPrincipal = member,
  ref = guru.slug,
) => addRepositorySource.execute({ principal, request, input: { guru: ref, url, ...more } });
const row = async (id: string) => (await product.admin`select * from data_source where id = ${id}`)[0];
async function keepSecret(guruId: string, name: string): Promise<void> {
  const { sealed, keyId } = sealValue(guruId, name, "canary-value");
  await product.admin`insert into secret (guru_id, name, sealed, key_id) values (${guruId}, ${name}, ${sealed}, ${keyId})`;
}

describe("add-repository-source", () => {
  it("records ADD_DATASOURCE as `GITHUB_REPO - host/path` and queues one job", async () => {
    const input = {
      guru: guru.slug,
      url: "https://Git.Example.com/Team/Hand%20book.git/",
      include: "docs/**, *.md\r\n",
    };
    const { id } = done(await addRepositorySource.execute({ principal: byKey(member), request, input }));
    expect((await product.events("datasource.added")).at(-1)).toMatchObject({
      operation: "ADD_DATASOURCE",
      target_id: id,
      target_label: "GITHUB_REPO - git.example.com/Team/Hand%20book",
      actor_type: "api_key",
      account_id: member.accountId,
    });
    expect(await row(id)).toMatchObject({
      kind: "GITHUB_REPO",
      url: "https://git.example.com/Team/Hand%20book.git/",
      settings: { include: ["docs/**", "*.md"] },
      next_read_at: null,
    });
    const jobs = await product.admin`
      select 1 from pgboss.job where name = 'index-repository' and data->>'dataSourceId' = ${id}`;
    expect(jobs).toHaveLength(1);
  });

  it("says that the same repository exists, however it is written", async () => {
    done(await add("https://git.example.com/team/one"));
    for (const url of ["https://git.example.com/team/one.git", "https://GIT.example.com/team/one/"])
      expect(await add(url, { branches: "other" })).toMatchObject({ ok: false, code: "exists" });
    // Hosts may tell the case of a path apart, though not that of their own name.
    done(await add("https://git.example.com/Team/One"));
    await textIn(guru.slug, member, "git.example.com/team/two", "a text of that name");
    expect(await add("https://git.example.com/team/two")).toMatchObject({ ok: false, code: "exists" });
  });

  it("names a secret of this guru, and takes no other and no token", async () => {
    await keepSecret(guru.id, "GIT_TOKEN");
    const theirs = await guruOf(other);
    await keepSecret(theirs.id, "THEIRS");
    const { id } = done(await add("https://git.example.com/team/secret", { secret: "{GIT_TOKEN}" }));
    expect((await row(id))?.settings).toEqual({ secret: "GIT_TOKEN" });
    const bare = done(await add("https://git.example.com/team/bare", { secret: " GIT_TOKEN " }));
    expect((await row(bare.id))?.settings).toEqual({ secret: "GIT_TOKEN" });
    const events = (await product.events()).length;
    for (const secret of ["{THEIRS}", "ghp_canary", "user:canary", "{GIT_TOKEN}{THEIRS}", "{git_token}"]) {
      const result = await add("https://git.example.com/team/none", { secret });
      expect(result, secret).toMatchObject({
        ok: false,
        code: "invalid",
        fieldErrors: { secret: [expect.any(String)] },
      });
      expect(JSON.stringify(result)).not.toContain("canary");
    }
    expect((await product.events()).length).toBe(events);
  });

  it("is told with its address and the name of its secret by each event, also after its end, and never with the value", async () => {
    await keepSecret(guru.id, "PROD_KEY");
    const given = { secret: "{PROD_KEY}", branches: "release" };
    const { id } = done(await add("https://taker.example/team/trap.git", given));
    const input = { guru: guru.slug, ids: [id] };
    done(await reindexDataSources.execute({ principal: member, request, input }));
    done(await deleteDataSources.execute({ principal: member, request, input }));
    const events = (await product.events()).filter((e) => e.target_id === id);
    expect(events.map((e) => e.operation)).toEqual([
      "ADD_DATASOURCE",
      "REINDEX_DATASOURCE",
      "DELETE_DATASOURCE",
    ]);
    for (const { details } of events)
      expect(details).toMatchObject({
        url: "https://taker.example/team/trap.git",
        branches: ["release"],
        secret: "PROD_KEY",
      });
    expect(JSON.stringify(await product.events())).not.toContain("canary-value");
  });

  it("is for maintainers: a viewer is forbidden, to a stranger the guru does not exist", async () => {
    expect(await add("https://git.example.com/a", {}, viewer)).toMatchObject({ code: "forbidden" });
    expect(await add("https://git.example.com/a", {}, other)).toMatchObject({ code: "not_found" });
    expect(await add("https://git.example.com/a", {}, member, "no-such-guru")).toMatchObject({
      code: "not_found",
    });
  });

  it("refuses fields that it does not have", async () => {
    for (const more of [{ token: "x" }, { settings: {} }, { branch: "a" }, { include: { a: 1 } }])
      expect(await add("https://git.example.com/b", more)).toMatchObject({ ok: false, code: "invalid" });
  });

  it("adds nothing and queues nothing when the log takes no event", async () => {
    const state = async () => [
      (await product.admin`select 1 from data_source`).length,
      (await product.admin`select 1 from pgboss.job`).length,
    ];
    const before = await state();
    const mend = await breakTheLog(product);
    const result = await add("https://git.example.com/unrecorded");
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await state()).toEqual(before);
  });
});
