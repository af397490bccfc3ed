import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { done, giveRole, guruOf } from "@/tests/integration/gurus/guru-for-tests";
import {
  breakTheLog,
  countOf,
  createTestProduct,
  testRequest as request,
  type TestProduct,
} from "@/tests/support/product";
import { guruAssignments, userAssignments } from "../role-queries";
import { assignGuruRoles } from "./assign-guru-roles";
import { grantAuditor } from "./grant-auditor";
import { revokeAuditor } from "./revoke-auditor";
import { revokeGuruRoles } from "./revoke-guru-roles";

let product: TestProduct;
let owner: UserPrincipal;
let people: UserPrincipal[];

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  people = [];
  for (const name of ["a", "b", "c"]) people.push(await product.person(`${name}@halden.example`));
});
afterAll(() => product.close());

const eventsSince = async (before: number) => (await product.events()).slice(before);
const assign = (input: object) => assignGuruRoles.execute({ principal: owner, request, input });
const revoke = (input: object) => revokeGuruRoles.execute({ principal: owner, request, input });
const idsOf = (of: UserPrincipal[]) => of.map((person) => person.accountId);
const rolesIn = async (guruId: string) => {
  const rows = await product.admin`
    select a.email, r.role from guru_role r join account a on a.id = r.account_id where guru_id = ${guruId} order by a.email`;
  return rows.map((row) => `${row.email} ${row.role}`);
};

describe("assign-guru-roles", () => {
  it("gives several people a role in one guru: one ROLE_ASSIGNED each, the first leading", async () => {
    const guru = await guruOf(owner);
    const before = (await product.events()).length;
    expect(done(await assign({ gurus: guru.id, accounts: idsOf(people), role: "viewer" }))).toMatchObject({
      changed: 3,
    });
    const events = await eventsSince(before);
    expect(events.map((e) => e.target_label).sort()).toEqual(people.map((p) => p.email));
    for (const event of events)
      expect(event).toMatchObject({
        operation: "ROLE_ASSIGNED",
        action_type: "updated",
        model: "GuruRole",
        target_type: "user",
        guru_id: guru.id,
        guru_slug: guru.slug,
        changes: [{ field: "role", before: null, after: "viewer" }],
      });
    expect(events.map((e) => e.cause)).toEqual([null, events[0]?.id, events[0]?.id]);
  });

  it("gives one person roles in several gurus, records what they had before, and leaves out what stays", async () => {
    const [person] = people as [UserPrincipal];
    const gurus = [await guruOf(owner), await guruOf(owner), await guruOf(owner)];
    const [had, has, none] = gurus.map((g) => g.id) as [string, string, string];
    await giveRole(had, person, "viewer");
    await giveRole(has, person, "maintainer");
    const before = (await product.events()).length;
    const input = { gurus: [had, has, none], accounts: person.accountId, role: "maintainer" };
    expect(done(await assign(input))).toMatchObject({ changed: 2 });
    const events = await eventsSince(before);
    expect(Object.fromEntries(events.map((e) => [e.guru_id, e.changes]))).toEqual({
      [had]: [{ field: "role", before: "viewer", after: "maintainer" }],
      [none]: [{ field: "role", before: null, after: "maintainer" }],
    });
    expect(await assign(input)).toMatchObject({ ok: false, code: "exists" });
    expect(await eventsSince(before)).toHaveLength(2);
    const shown = await userAssignments.execute({
      principal: owner,
      request,
      input: { account: person.accountId },
    });
    if (!shown.ok) throw new Error(shown.message);
    expect(shown.value?.assigned.rows.filter((g) => g.role === "maintainer")).toHaveLength(3);
    expect(shown.value?.heldRoles).toBe(shown.value?.assigned.rows.length);
  });

  it("gives nothing at all when one is no member, an auditor, or the guru another organization's", async () => {
    const guru = await guruOf(owner);
    const auditor = await product.person("reads@halden.example", "auditor");
    const removed = await product.person("removed@halden.example", null);
    await product.admin`insert into organization (id, name) values (2, 'Elsewhere')`;
    const [foreign] =
      await product.admin`insert into guru (org_id, slug, name) values (2, 'foreign', 'Foreign') returning id`;
    const stranger = await product.person("stranger@else.example", null);
    await product.admin`insert into membership (org_id, account_id, role) values (2, ${stranger.accountId}, 'member')`;
    const good = idsOf(people);
    const before = (await product.events()).length;
    const cases: [object, string][] = [
      [{ gurus: guru.id, accounts: [...good, auditor.accountId] }, "invalid"],
      [{ gurus: guru.id, accounts: [...good, removed.accountId] }, "not_found"],
      [{ gurus: guru.id, accounts: [...good, stranger.accountId] }, "not_found"],
      [{ gurus: [guru.id, foreign?.id], accounts: good }, "not_found"],
      [{ gurus: [], accounts: good }, "invalid"],
      [{ gurus: guru.id, accounts: "" }, "invalid"],
      [{ gurus: guru.id, accounts: good, role: "owner" }, "invalid"],
      [{ gurus: guru.slug, accounts: good }, "invalid"],
    ];
    for (const [input, code] of cases)
      expect(await assign({ role: "viewer", ...input }), JSON.stringify(input)).toMatchObject({
        ok: false,
        code,
      });
    expect((await product.events()).length).toBe(before);
    expect(await rolesIn(guru.id)).toEqual([`${owner.email} maintainer`]);
    expect(await rolesIn(foreign?.id)).toEqual([]);
  });

  it("records each step once when it is clicked in parallel", async () => {
    const guru = await guruOf(owner);
    const input = { gurus: guru.id, accounts: idsOf(people) };
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, at) => assign({ ...input, role: at % 2 ? "viewer" : "maintainer" })),
    );
    expect(results.every((r) => r.ok || r.code === "exists")).toBe(true);
    const events = (await product.events("user.role_assigned")).filter((e) => e.guru_id === guru.id);
    for (const person of people) {
      let role: unknown = null;
      for (const event of events.filter((e) => e.target_id === person.accountId)) {
        expect(event.changes[0]?.before).toBe(role);
        role = event.changes[0]?.after;
      }
      expect(await rolesIn(guru.id)).toContain(`${person.email} ${role}`);
    }
  });

  it("is denied to a maintainer of that very guru: their way is its Team page", async () => {
    const [maintainer, other] = people as [UserPrincipal, UserPrincipal];
    const guru = await guruOf(maintainer);
    const input = { gurus: guru.id, accounts: other.accountId, role: "viewer" };
    expect(await assignGuruRoles.execute({ principal: maintainer, request, input })).toMatchObject({
      ok: false,
      code: "not_found",
    });
    expect((await product.events("access.denied")).at(-1)).toMatchObject({ actor_id: maintainer.accountId });
  });

  it("gives nothing when the log takes no event", async () => {
    const roles = await countOf("guru_role");
    const guru = await guruOf(owner);
    const mend = await breakTheLog(product);
    const result = await assign({ gurus: guru.id, accounts: idsOf(people), role: "viewer" });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await countOf("guru_role")).toBe(roles + 1);
  });
});

describe("revoke-guru-roles", () => {
  it("takes roles in bulk: one ROLE_REVOKED for each that was held", async () => {
    const [a, b, c] = people as [UserPrincipal, UserPrincipal, UserPrincipal];
    const guru = await guruOf(owner);
    await giveRole(guru.id, a, "viewer");
    await giveRole(guru.id, b, "maintainer");
    const before = (await product.events()).length;
    const input = { gurus: guru.id, accounts: idsOf([a, b, c]) };
    expect(done(await revoke(input))).toMatchObject({ changed: 2 });
    const events = await eventsSince(before);
    expect(Object.fromEntries(events.map((e) => [e.target_label, e.changes]))).toEqual({
      [a.email]: [{ field: "role", before: "viewer", after: null }],
      [b.email]: [{ field: "role", before: "maintainer", after: null }],
    });
    expect(events.map((e) => e.operation)).toEqual(["ROLE_REVOKED", "ROLE_REVOKED"]);
    expect(await rolesIn(guru.id)).toEqual([`${owner.email} maintainer`]);
    expect(await revoke(input)).toMatchObject({ ok: false, code: "not_found" });
    const shown = await guruAssignments.execute({ principal: owner, request, input: { guru: guru.slug } });
    if (!shown.ok) throw new Error(shown.message);
    expect(shown.value?.unassigned.rows.find((p) => p.id === a.accountId)?.role).toBeNull();
    expect(shown.value?.assigned.rows.map((p) => p.email)).toEqual([owner.email]);
  });
});

describe("the auditor's role", () => {
  it("takes the person's roles in gurus with it, one event each, and can be taken back", async () => {
    const person = await product.person("turns-auditor@halden.example");
    const gurus = [await guruOf(person), await guruOf(owner)];
    await giveRole(gurus[1]?.id ?? "", person, "viewer");
    const before = (await product.events()).length;
    const call = { principal: owner, request, input: { accountId: person.accountId } };
    expect(done(await grantAuditor.execute(call))).toMatchObject({ rolesEnded: 2 });
    const [lead, ...followers] = await eventsSince(before);
    expect(lead).toMatchObject({
      operation: "GRANT_AUDITOR",
      model: "Membership",
      target_type: "user",
      target_id: person.accountId,
      target_label: person.email,
      changes: [{ field: "role", before: "member", after: "auditor" }],
    });
    expect(followers.map((e) => [e.operation, e.guru_id, e.cause])).toEqual(
      gurus.map((guru) => ["ROLE_REVOKED", guru.id, lead?.id]),
    );
    expect(await grantAuditor.execute(call)).toMatchObject({ ok: false, code: "exists" });
    done(await revokeAuditor.execute(call));
    expect((await product.events("org.auditor_revoked")).at(-1)).toMatchObject({
      operation: "REVOKE_AUDITOR",
      changes: [{ field: "role", before: "auditor", after: "member" }],
    });
    expect(await revokeAuditor.execute(call)).toMatchObject({ ok: false, code: "not_found" });
  });

  it("is for members: not for the owner, not for who is none", async () => {
    const removed = await product.person("was-here@halden.example", null);
    const before = (await product.events()).length;
    const cases = {
      [owner.accountId]: "invalid",
      [removed.accountId]: "invalid",
      [crypto.randomUUID()]: "not_found",
    };
    for (const [accountId, code] of Object.entries(cases))
      expect(await grantAuditor.execute({ principal: owner, request, input: { accountId } })).toMatchObject({
        ok: false,
        code,
      });
    expect((await product.events()).length).toBe(before);
    const [role] = await product.admin`select role from membership where account_id = ${owner.accountId}`;
    expect(role?.role).toBe("owner");
  });

  it("is nobody's to give but the owner's", async () => {
    const auditor = await product.person("gives@halden.example", "auditor");
    const [member] = people as [UserPrincipal];
    for (const principal of [auditor, member])
      expect(
        await grantAuditor.execute({ principal, request, input: { accountId: member.accountId } }),
      ).toMatchObject({ ok: false, code: "not_found" });
    expect(
      await revokeAuditor.execute({ principal: auditor, request, input: { accountId: auditor.accountId } }),
    ).toMatchObject({ ok: false, code: "not_found" });
  });

  it("never meets a role given at the same moment", async () => {
    const person = await product.person("meets@halden.example");
    const gurus = [await guruOf(owner), await guruOf(owner), await guruOf(owner)];
    await Promise.all([
      grantAuditor.execute({ principal: owner, request, input: { accountId: person.accountId } }),
      ...gurus.map((guru) => assign({ gurus: guru.id, accounts: person.accountId, role: "viewer" })),
    ]);
    const left = await product.admin`select 1 from guru_role where account_id = ${person.accountId}`;
    expect(left).toHaveLength(0);
  });
});
