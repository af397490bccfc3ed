import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { principalOfApiKey } from "@/lib/access/api-keys";
import { linkToken, linkTokenHash } from "@/lib/access/link-tokens";
import type { UserPrincipal } from "@/lib/access/principal";
import { principalOfCookie } from "@/lib/access/sessions";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { acceptInvite } from "@/lib/features/members/commands/accept-invite";
import { leaveOrganization } from "@/lib/features/members/commands/leave-organization";
import { removeMember } from "@/lib/features/members/commands/remove-member";
import { breakTheLog, countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
import { personWithPassword, signedInAs } from "../accounts/accounts-for-tests";
import { done, giveRole, guruOf } from "../gurus/guru-for-tests";
import { act, eventsOf, roleNow } from "./members-for-tests";

let product: TestProduct;
let owner: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());

/** Somebody with all that a membership gives: two sessions, a key, roles in two gurus; and an invite for the address. */
async function settled() {
  const person = await personWithPassword(product);
  const cookies = [(await signedInAs(person.email)).cookie, (await signedInAs(person.email)).cookie];
  const { id: keyId, key } = done(
    await act(createApiKey, person, { name: "siem", scopes: "", expiresInDays: "" }),
  );
  const own = await guruOf(person);
  const seen = await guruOf(owner);
  await giveRole(seen.id, person, "viewer");
  // An invite that was open when the person came in by another door.
  const inviteId = randomUUID();
  await product.admin`
    insert into invite (id, org_id, email, email_key, token_hash, expires_at)
    values (${inviteId}, 1, ${person.email}, ${person.email.toLowerCase()}, ${linkTokenHash(linkToken("invite", inviteId))}, now() + interval '1 day')`;
  return { person, cookies, keyId, key, own, seen, inviteId };
}

const followersOf = ({ keyId, own, seen, inviteId, person }: Awaited<ReturnType<typeof settled>>) => {
  const role = (guru: { id: string }, before: string) => ({
    operation: "ROLE_REVOKED",
    guru_id: guru.id,
    target_id: person.accountId,
    changes: [{ field: "role", before, after: null }],
  });
  const [first, second] = [role(own, "maintainer"), role(seen, "viewer")];
  return [
    { operation: "REVOKE_SESSION", target_id: person.accountId, details: { sessions: 2 } },
    { operation: "DELETE_API_KEY", target_id: keyId, metadata: { api_key: "siem" } },
    ...(own.id < seen.id ? [first, second] : [second, first]),
    { operation: "INVITE_CANCELLED", target_id: inviteId },
  ];
};

describe.each([
  ["remove-member", "MEMBER_REMOVED", "org.member_removed"],
  ["leave-organization", "MEMBER_LEFT", "org.member_left"],
])("%s", (name, operation, action) => {
  const end = (person: UserPrincipal) =>
    name === "remove-member"
      ? act(removeMember, owner, { accountId: person.accountId })
      : act(leaveOrganization, person, { confirmation: ` ${person.email.toUpperCase()} ` });

  it(`ends sessions, keys, roles and open invites by the next request: ${operation} leads, one event each follows`, async () => {
    const all = await settled();
    const { person, cookies, key } = all;
    expect(await principalOfApiKey(key)).not.toBeNull();
    const events = await eventsOf(product, async () => done(await end(person)));
    const [leading, ...followers] = events;
    expect(leading).toMatchObject({
      action,
      operation,
      action_type: "deleted",
      model: "Membership",
      actor_id: name === "remove-member" ? owner.accountId : person.accountId,
      target_type: "user",
      target_id: person.accountId,
      target_label: person.email,
      changes: [{ field: "role", before: "member", after: null }],
      cause: null,
    });
    expect(followers).toMatchObject(followersOf(all).map((one) => ({ ...one, cause: leading?.id })));
    for (const cookie of cookies) expect(await principalOfCookie(cookie)).toBeNull();
    expect(await principalOfApiKey(key)).toBeNull();
    expect(await roleNow(product, person)).toBeNull();
    // The account stays: signing in leads to the waiting page, and their old events keep e-mail and name.
    expect((await signedInAs(person.email)).principal.role).toBeNull();
    const earlier = (await product.events()).filter((e) => e.actor_id === person.accountId);
    expect(earlier.length).toBeGreaterThan(3);
    expect(new Set(earlier.map((e) => e.actor_email))).toEqual(new Set([person.email]));
  });

  it("leaves no way back: an open invite of the address goes too", async () => {
    const { person, inviteId } = await settled();
    done(await end(person));
    expect(await product.admin`select from invite where id = ${inviteId}`).toHaveLength(0);
    const result = await act(acceptInvite, person, { token: linkToken("invite", inviteId) });
    expect(result).toMatchObject({ ok: false, code: "not_found" });
  });

  it("ends nothing when the log takes no event", async () => {
    const { person, cookies, key } = await settled();
    const mend = await breakTheLog(product);
    const result = await end(person);
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await roleNow(product, person)).toBe("member");
    expect(await principalOfCookie(cookies[0])).toMatchObject({ role: "member" });
    expect(await principalOfApiKey(key)).not.toBeNull();
  });
});

describe("refusals", () => {
  it("the owner is not removed and does not leave", async () => {
    const members = await countOf("membership");
    expect(await act(removeMember, owner, { accountId: owner.accountId })).toMatchObject({
      ok: false,
      code: "conflict",
      message: expect.stringContaining("Give the organization to another member first"),
    });
    expect(await act(leaveOrganization, owner, { confirmation: owner.email })).toMatchObject({
      ok: false,
      code: "not_found",
    });
    // The right was looked up a moment ago, when they were a member.
    expect(
      await act(leaveOrganization, { ...owner, role: "member" }, { confirmation: owner.email }),
    ).toMatchObject({
      ok: false,
      code: "conflict",
    });
    expect(await countOf("membership")).toBe(members);
  });

  it("nobody leaves without typing their own address", async () => {
    const person = await personWithPassword(product);
    for (const confirmation of ["", "yes", owner.email, "\0", `${person.email}x`])
      expect(await act(leaveOrganization, person, { confirmation })).toMatchObject({
        ok: false,
        code: "invalid",
        fieldErrors: { confirmation: [expect.stringContaining(person.email)] },
      });
    expect(await roleNow(product, person)).toBe("member");
  });

  it("a member removes nobody, and nobody is removed twice", async () => {
    const [one, other] = [await personWithPassword(product), await personWithPassword(product, "auditor")];
    const input = { accountId: other.accountId };
    expect(await act(removeMember, one, input)).toMatchObject({ ok: false, code: "not_found" });
    done(await act(removeMember, owner, input));
    const events = await eventsOf(product, async () =>
      expect(await act(removeMember, owner, input)).toMatchObject({ ok: false, code: "not_found" }),
    );
    expect(events).toEqual([]);
  });
});
