import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { done, giveRole, guruOf, textIn } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { createGuru } from "./create-guru";
import { deleteGuru } from "./delete-guru";

let product: TestProduct;
let owner: UserPrincipal;
let member: UserPrincipal;
let other: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  member = await product.person("m.solberg@halden.example");
  other = await product.person("other@halden.example");
});
afterAll(() => product.close());

describe("delete-guru", () => {
  it("takes its sources and its team with it, one event each, with DELETE_GURU as cause", async () => {
    const made = await guruOf(member);
    await giveRole(made.id, other, "maintainer");
    await giveRole(made.id, owner, "viewer");
    await textIn(made.slug, member, "Rollback", "Roll back with one command.");
    await textIn(made.slug, member, "Deploy", "Deploy with another.");
    const before = (await product.events()).length;
    done(
      await deleteGuru.execute({
        principal: member,
        request,
        input: { guru: made.slug, confirmation: made.slug },
      }),
    );
    const [lead, ...followers] = (await product.events()).slice(before);
    expect(lead).toMatchObject({
      operation: "DELETE_GURU",
      target_label: "Platform docs",
      guru_slug: made.slug,
      cause: null,
    });
    expect(followers.map((e) => [e.operation, e.target_label])).toEqual([
      ["DELETE_DATASOURCE", "TEXT - Rollback"],
      ["DELETE_DATASOURCE", "TEXT - Deploy"],
      ["REMOVE_MAINTAINER", member.email],
      ["REMOVE_MAINTAINER", other.email],
      ["ROLE_REVOKED", owner.email],
    ]);
    expect(followers.at(-1)?.changes).toEqual([{ field: "role", before: "viewer", after: null }]);
    for (const event of followers)
      expect(event).toMatchObject({ cause: lead?.id, guru_id: made.id, guru_slug: made.slug });
    const left = await product.admin`select 1 from data_source where guru_id = ${made.id}`;
    expect(left).toHaveLength(0);
  });

  it("tells of a repository where it was read, and which secret went there", async () => {
    const made = await guruOf(member);
    await product.admin`
      insert into data_source (guru_id, kind, title, url, settings, sha256) values (${made.id}, 'GITHUB_REPO',
        'taker.example/trap', 'https://taker.example/trap', ${product.admin.json({ secret: "PROD_KEY" })}, sha256(''))`;
    const input = { guru: made.slug, confirmation: made.slug };
    done(await deleteGuru.execute({ principal: member, request, input }));
    const gone = (await product.events("datasource.deleted")).find((e) => e.guru_id === made.id);
    expect(gone?.details).toMatchObject({ url: "https://taker.example/trap", secret: "PROD_KEY" });
  });

  it("wants the slug typed, and does and records nothing otherwise", async () => {
    const made = await guruOf(member);
    const before = (await product.events()).length;
    const result = await deleteGuru.execute({
      principal: member,
      request,
      input: { guru: made.slug, confirmation: made.name },
    });
    expect(result).toMatchObject({
      ok: false,
      code: "invalid",
      fieldErrors: { confirmation: [expect.stringContaining(made.slug)] },
    });
    expect((await product.events()).length).toBe(before);
  });

  it("keeps the slug reserved while the deleted guru's events are kept", async () => {
    const made = await guruOf(member);
    done(
      await deleteGuru.execute({
        principal: owner,
        request,
        input: { guru: made.id, confirmation: made.slug },
      }),
    );
    const input = { name: "Heir", slug: made.slug };
    expect(await createGuru.execute({ principal: member, request, input })).toMatchObject({
      ok: false,
      code: "exists",
      message: expect.stringContaining("deleted guru"),
    });
    await product.admin`update audit_config set retention_days = 30`;
    await product.admin`update retired_guru set deleted_at = now() - interval '40 days' where id = ${made.id}`;
    // Events of it that are younger than its end: an export that ran on, for one.
    expect(await createGuru.execute({ principal: member, request, input })).toMatchObject({ code: "exists" });
    await product.admin.begin(async (tx) => {
      await tx`set local session_replication_role = replica`;
      await tx`delete from audit_event where guru_id = ${made.id}`;
    });
    expect(await createGuru.execute({ principal: member, request, input })).toMatchObject({ ok: true });
    await product.admin`update audit_config set retention_days = 0`;
    await product.admin`update retired_guru set deleted_at = now() - interval '4000 days'`;
  });

  it("deletes a guru of 1,000 sources in less than ten seconds", async () => {
    const made = await guruOf(member);
    await product.admin`
      insert into data_source (guru_id, kind, title, content, sha256)
      select ${made.id}, 'TEXT', 'source ' || n, 'text ' || n, sha256(n::text::bytea) from generate_series(1, 1000) n`;
    await product.admin`
      insert into passage (data_source_id, run, ordinal, guru_id, content)
      select id, 0, n, guru_id, title || ' passage ' || n from data_source, generate_series(1, 5) n where guru_id = ${made.id}`;
    const started = performance.now();
    done(
      await deleteGuru.execute({
        principal: member,
        request,
        input: { guru: made.slug, confirmation: made.slug },
      }),
    );
    expect(performance.now() - started).toBeLessThan(10_000);
    const events = (await product.events("datasource.deleted")).filter((e) => e.guru_id === made.id);
    expect(events).toHaveLength(1_000);
    expect(new Set(events.map((e) => e.cause)).size).toBe(1);
  });

  it("deletes nothing when the log takes no event", async () => {
    const made = await guruOf(member);
    const mend = await breakTheLog(product);
    const result = await deleteGuru.execute({
      principal: member,
      request,
      input: { guru: made.slug, confirmation: made.slug },
    });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await product.admin`select 1 from guru where id = ${made.id}`).toHaveLength(1);
  });
});
