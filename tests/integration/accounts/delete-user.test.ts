import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { principalOfApiKey } from "@/lib/access/api-keys";
import type { UserPrincipal } from "@/lib/access/principal";
import { principalOfCookie } from "@/lib/access/sessions";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { saveView } from "@/lib/features/audit-log/commands/save-view";
import { addMaintainer } from "@/lib/features/team/commands/add-maintainer";
import { assignGuruRoles } from "@/lib/features/users/commands/assign-guru-roles";
import { deleteUser } from "@/lib/features/users/commands/delete-user";
import { users } from "@/lib/features/users/queries";
import {
  fromElsewhere,
  personWithPassword,
  rightPassword,
  signedInAs,
} from "@/tests/integration/accounts/accounts-for-tests";
import { done, giveRole, guruOf } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  countOf,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { propertyRuns } from "@/tests/support/property-runs";

let product: TestProduct;
let owner: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());

describe("delete-user", () => {
  it("ends sessions, keys, roles and views with one event each, and keeps the old events as they were", async () => {
    const person = await personWithPassword(product);
    const { cookie, principal } = await signedInAs(person.email);
    const key = done(await createApiKey.execute({ principal, request, input: { name: "nightly" } }));
    const own = await guruOf(principal);
    const other = await guruOf(owner);
    await giveRole(other.id, person, "viewer");
    const filter = { guru: [], model: [], actor: [], actionType: [], operation: [], outcome: [] };
    const scope = { kind: "guru", slug: own.slug };
    done(
      await saveView.execute({
        principal,
        request,
        input: { scope, name: "Mine", shared: false, filter },
      }),
    );
    const before = await product.events();
    const input = { accountId: person.accountId };
    done(await deleteUser.execute({ principal: owner, request, input }));
    const after = await product.events();
    const [lead, ...followers] = after.slice(before.length);
    expect(lead).toMatchObject({
      operation: "USER_DELETED",
      actor_id: owner.accountId,
      target_id: person.accountId,
      target_label: person.email,
      details: { name: person.name, role: "member" },
      cause: null,
    });
    expect(followers.map((e) => [e.operation, e.target_label, e.guru_slug, e.changes[0]?.before])).toEqual([
      ["REVOKE_SESSION", person.email, null, undefined],
      ["DELETE_API_KEY", "nightly", null, undefined],
      ["ROLE_REVOKED", person.email, own.slug, "maintainer"],
      ["ROLE_REVOKED", person.email, other.slug, "viewer"],
      ["DELETE_AUDIT_VIEW", "Mine", own.slug, undefined],
    ]);
    expect(followers.map((e) => e.cause)).toEqual(followers.map(() => lead?.id));
    expect(followers[1]).toMatchObject({ target_id: key.id, details: { holder: person.email } });
    expect(after.slice(0, before.length)).toEqual(before);
    expect(await principalOfCookie(cookie)).toBeNull();
    expect(await principalOfApiKey(key.key)).toBeNull();
    const gone = await product.admin`select 1 from account where id = ${person.accountId}`;
    expect(gone).toHaveLength(0);
  });

  it("takes away what would let an account in that waits: its request and an open invite", async () => {
    const waiting = await product.person("waiting@halden.example", null);
    await product.admin`insert into join_request (org_id, account_id) values (1, ${waiting.accountId})`;
    await product.admin`
      insert into invite (org_id, email, email_key, token_hash, expires_at)
      values (1, 'Waiting@halden.example', 'waiting@halden.example', 'x', now() + interval '7 days')`;
    const before = (await product.events()).length;
    done(await deleteUser.execute({ principal: owner, request, input: { accountId: waiting.accountId } }));
    const [lead, ...followers] = (await product.events()).slice(before);
    expect(lead).toMatchObject({ operation: "USER_DELETED", details: { role: null } });
    expect(followers.map((e) => [e.operation, e.target_label, e.cause])).toEqual([
      ["JOIN_REQUEST_REJECTED", "waiting@halden.example", lead?.id],
      ["INVITE_CANCELLED", "Waiting@halden.example", lead?.id],
    ]);
  });

  it("deletes accounts of people who were removed", async () => {
    const former = await product.person("former@halden.example", null);
    done(await deleteUser.execute({ principal: owner, request, input: { accountId: former.accountId } }));
    expect(await product.admin`select 1 from account where id = ${former.accountId}`).toHaveLength(0);
  });

  it("never deletes the owner, oneself or another organization's people", async () => {
    const foreign = await product.person("delete-foreign@else.example", null);
    await product.admin`insert into organization (id, name) values (2, 'Elsewhere') on conflict do nothing`;
    await product.admin`insert into membership (org_id, account_id, role) values (2, ${foreign.accountId}, 'member')`;
    const accounts = await countOf("account");
    const before = (await product.events()).length;
    const cases = {
      [owner.accountId]: "invalid",
      [foreign.accountId]: "not_found",
      [crypto.randomUUID()]: "not_found",
    };
    for (const [accountId, code] of Object.entries(cases)) {
      const result = await deleteUser.execute({ principal: owner, request, input: { accountId } });
      expect(result, accountId).toMatchObject({ ok: false, code });
    }
    expect(await countOf("account")).toBe(accounts);
    expect((await product.events()).length).toBe(before);
  });

  it("deletes once under parallel clicks", async () => {
    const person = await product.person("twice@halden.example");
    const call = { principal: owner, request, input: { accountId: person.accountId } };
    const results = await Promise.all(Array.from({ length: 5 }, () => deleteUser.execute(call)));
    expect(results.map((r) => (r.ok ? "ok" : r.code)).sort()).toEqual([...Array(4).fill("not_found"), "ok"]);
    const events = (await product.events("user.deleted")).filter((e) => e.target_id === person.accountId);
    expect(events).toHaveLength(1);
  });

  it("leaves nothing of an account that acts meanwhile: whatever began has its end in the log", async () => {
    for (let run = propertyRuns(4); run > 0; run--) {
      const person = await personWithPassword(product);
      const { principal } = await signedInAs(person.email);
      const guru = await guruOf(owner);
      const acts = [
        () => createApiKey.execute({ principal, request, input: { name: "late" } }),
        () =>
          signIn.execute({
            principal: { kind: "anonymous", orgId: 1 },
            request: fromElsewhere(),
            input: { email: person.email, password: rightPassword },
          }),
        () =>
          assignGuruRoles.execute({
            principal: owner,
            request,
            input: { gurus: guru.id, accounts: person.accountId, role: "viewer" },
          }),
        () =>
          addMaintainer.execute({
            principal: owner,
            request,
            input: { guru: guru.slug, email: person.email },
          }),
        () => deleteUser.execute({ principal: owner, request, input: { accountId: person.accountId } }),
      ];
      const order = acts.map((_, at) => (at + run) % acts.length);
      const results = await Promise.all(order.map((at) => acts[at]?.()));
      expect(results.filter((r) => r && !r.ok && r.code === "internal")).toEqual([]);
      const events = await product.events();
      const of = (...operations: string[]) =>
        events.filter((e) => operations.includes(e.operation) && e.outcome === "success");
      const mine = <E extends { target_id: string }>(list: E[]) =>
        list.filter((e) => e.target_id === person.accountId);
      expect(mine(of("USER_DELETED"))).toHaveLength(1);
      const keys = of("CREATE_API_KEY").filter((e) => e.actor_id === person.accountId);
      const ended = of("DELETE_API_KEY").map((e) => e.target_id);
      expect(keys.filter((e) => !ended.includes(e.target_id))).toEqual([]);
      const given = mine(of("ROLE_ASSIGNED", "ADD_MAINTAINER")).map((e) => e.guru_id);
      expect(mine(of("ROLE_REVOKED")).map((e) => e.guru_id)).toEqual([...new Set(given)]);
      const revoked = mine(of("REVOKE_SESSION"))[0]?.details.sessions;
      const sessions = mine(of("LOGIN_SUCCESS")).length;
      expect(revoked).toBe(sessions);
      const [left] = await product.admin`
        select (select count(*) from session where account_id = ${person.accountId})
          + (select count(*) from api_key where account_id = ${person.accountId})
          + (select count(*) from guru_role where account_id = ${person.accountId}) as n`;
      expect(Number(left?.n)).toBe(0);
    }
  }, 180_000);

  it("is denied to members and auditors, with ACCESS_DENIED", async () => {
    const member = await product.person("denied@halden.example");
    const auditor = await product.person("denied-2@halden.example", "auditor");
    for (const principal of [member, auditor])
      expect(
        await deleteUser.execute({ principal, request, input: { accountId: owner.accountId } }),
      ).toMatchObject({ ok: false, code: "not_found" });
    const denials = (await product.events("access.denied")).filter((e) =>
      [member.accountId, auditor.accountId].includes(e.actor_id),
    );
    expect(denials.map((e) => e.details.permission)).toEqual(["users:manage", "users:manage"]);
  });

  it("deletes nothing when the log takes no event", async () => {
    const person = await product.person("stays@halden.example");
    const mend = await breakTheLog(product);
    const result = await deleteUser.execute({
      principal: owner,
      request,
      input: { accountId: person.accountId },
    });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await product.admin`select 1 from account where id = ${person.accountId}`).toHaveLength(1);
  });
});

const listOf = async (input: { search?: string; after?: string | null; before?: string | null }) =>
  done(await users.execute({ principal: owner, request, input }));

describe("the list of users", () => {
  it("has members, who waits and who was removed, and nobody of another organization", async () => {
    const removed = await product.person("removed@halden.example", null);
    const { rows, total } = await listOf({});
    const listed = rows.map((u) => u.email);
    expect(total).toBe(listed.length);
    expect(listed).toContain(owner.email);
    expect(listed).toContain(removed.email);
    expect(listed.filter((email) => email.endsWith("@else.example"))).toEqual([]);
    const [held] = await product.admin`
      select count(*)::int as n from guru_role where account_id = ${owner.accountId}`;
    expect(held?.n).toBeGreaterThan(0);
    expect(rows.find((u) => u.id === owner.accountId)).toMatchObject({
      role: "owner",
      isWaiting: false,
      guruRoles: held?.n,
      apiKeys: 0,
    });
  });

  it("comes a page at a time, forwards and backwards, each account once, and is searched by name and address", async () => {
    await product.admin`
      insert into account (email, email_key, name)
      select 'P' || n || '@pages.example', 'p' || n || '@pages.example', 'Åse ' || n
      from generate_series(1000, 1249) n`;
    const forwards: string[] = [];
    let page = await listOf({});
    const { total } = page;
    const first = page.rows.map((u) => u.id);
    expect([first.length, page.previous]).toEqual([100, null]);
    for (;;) {
      forwards.push(...page.rows.map((u) => u.id));
      if (page.next === null) break;
      page = await listOf({ after: page.next });
    }
    expect([forwards.length, new Set(forwards).size]).toEqual([total, total]);
    while (page.previous !== null) page = await listOf({ before: page.previous });
    expect(page.rows.map((u) => u.id)).toEqual(first);

    const found = await listOf({ search: " åSE 12 " });
    expect([found.matching, found.total]).toEqual([50, total]);
    expect(await listOf({ search: " åSE 120" })).toMatchObject({ matching: 10, previous: null, next: null });
    expect(await listOf({ search: "P1004@Pages" })).toMatchObject({
      matching: 1,
      rows: [{ name: "Åse 1004" }],
    });
    const many = await listOf({ search: "@pages.example" });
    expect([many.matching, many.rows.length]).toEqual([250, 100]);
    const second = await listOf({ search: "@pages.example", after: many.next });
    expect(second.rows.map((u) => u.email)[0]).toBe("P1100@pages.example");
    for (const search of ["%", "\0", "x".repeat(100_000)])
      expect((await listOf({ search })).rows).toEqual([]);
    const nowhere = crypto.randomUUID();
    for (const place of ["", "\0", "no id", nowhere])
      expect((await listOf({ after: place, before: place })).rows.map((u) => u.id)).toEqual(first);
    await product.admin`delete from account where email_key like '%@pages.example'`;
  });
});
