import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { createApiKey } from "@/lib/features/api-keys/commands/create-api-key";
import { createGuru } from "@/lib/features/gurus/commands/create-guru";
import { acceptInvite } from "@/lib/features/members/commands/accept-invite";
import { approveJoinRequest } from "@/lib/features/members/commands/approve-join-request";
import { cancelInvite } from "@/lib/features/members/commands/cancel-invite";
import { joinOrganization } from "@/lib/features/members/commands/join-organization";
import { leaveOrganization } from "@/lib/features/members/commands/leave-organization";
import { removeMember } from "@/lib/features/members/commands/remove-member";
import { transferOwnership } from "@/lib/features/members/commands/transfer-ownership";
import { countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
import { propertyRuns } from "@/tests/support/property-runs";
import { act, asking, eventsOf, freshEmail, invited, roleNow } from "./members-for-tests";

let product: TestProduct;
let owner: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());

const operations = (events: { operation: string }[]) => {
  const counts: Record<string, number> = {};
  for (const { operation } of events) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
};
const isOk = ({ ok }: { ok: boolean }) => ok;

it("fifty accepts of one invite at once give one membership and forty-nine failed events", async () => {
  const person = await product.person(freshEmail(), null);
  const { token } = await invited(owner, person.email);
  const before = await countOf("membership");
  let accepted = 0;
  const events = await eventsOf(product, async () => {
    const results = await Promise.all(Array.from({ length: 50 }, () => act(acceptInvite, person, { token })));
    accepted = results.filter(isOk).length;
  });
  expect(accepted).toBe(1);
  expect(await countOf("membership")).toBe(before + 1);
  expect(operations(events)).toEqual({ INVITE_ACCEPTED: 1, INVITE_ACCEPT_FAILED: 49 });
  for (const event of events.filter((e) => e.operation === "INVITE_ACCEPT_FAILED"))
    expect(event.metadata?.message).toMatch(/used already/);
});

it("two transfers at once give one transfer and one failed event", async () => {
  const heirs = [await product.person(freshEmail()), await product.person(freshEmail())];
  const events = await eventsOf(product, async () => {
    const results = await Promise.all(heirs.map(({ email }) => act(transferOwnership, owner, { email })));
    expect(results.filter(isOk)).toHaveLength(1);
  });
  expect(operations(events)).toEqual({ OWNERSHIP_TRANSFERRED: 1, OWNERSHIP_TRANSFER_FAILED: 1 });
  const roles = await Promise.all([owner, ...heirs].map((one) => roleNow(product, one)));
  expect([...roles].sort()).toEqual(["member", "member", "owner"]);
  expect(roles[0]).toBe("member");
  await product.admin`update membership set role = 'member' where role = 'owner'`;
  await product.admin`update membership set role = 'owner' where account_id = ${owner.accountId}`;
});

it("the last seat goes to one of two approvals at once", async () => {
  const people = [await product.person(freshEmail(), null), await product.person(freshEmail(), null)];
  const requests = await Promise.all(people.map(({ accountId }) => asking(product, accountId)));
  product.runtime.env.GURULOG_SEATS = (await countOf("membership")) + 1;
  const events = await eventsOf(product, async () => {
    const results = await Promise.all(requests.map((id) => act(approveJoinRequest, owner, { id })));
    expect(results.filter(isOk)).toHaveLength(1);
  });
  expect(await countOf("membership")).toBe(product.runtime.env.GURULOG_SEATS);
  delete product.runtime.env.GURULOG_SEATS;
  expect(operations(events)).toEqual({ JOIN_REQUEST_APPROVED: 1, JOIN_REQUEST_APPROVE_FAILED: 1 });
});

it("a key or a guru made at the moment of a removal goes with it, or is not made", async () => {
  for (let times = 0; times < propertyRuns(10); times += 1) {
    const person = await product.person(freshEmail());
    const [removal] = await Promise.all([
      act(removeMember, owner, { accountId: person.accountId }),
      act(createApiKey, person, { name: "late", scopes: "", expiresInDays: "" }),
      act(createGuru, person, { name: "Late", slug: `late-${times}` }),
    ]);
    expect(removal.ok).toBe(true);
    const { accountId } = person;
    expect(await product.admin`select from api_key where account_id = ${accountId}`).toHaveLength(0);
    expect(await product.admin`select from guru_role where account_id = ${accountId}`).toHaveLength(0);
  }
});

/** What somebody tries at the same time as others do. */
type Try = {
  kind: "transfer" | "leave" | "remove" | "approve" | "accept" | "cancel" | "join";
  by: number;
  whom: number;
};
const tryOf: fc.Arbitrary<Try> = fc.record({
  kind: fc.constantFrom("transfer", "leave", "remove", "approve", "accept", "cancel", "join"),
  by: fc.nat(3),
  whom: fc.nat(3),
});

it("whatever people do at once, there is always exactly one owner, never a seat too many, and one event for each act", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(tryOf, { minLength: 2, maxLength: 12 }), fc.nat(1), async (tries, free) => {
      delete product.runtime.env.GURULOG_SEATS;
      const insiders = await Promise.all([0, 1].map(() => product.person(freshEmail())));
      const outsiders = await Promise.all([0, 1].map(() => product.person(freshEmail(), null)));
      const people = [owner, ...insiders, ...outsiders];
      const requests = await Promise.all(outsiders.map(({ accountId }) => asking(product, accountId)));
      const invites: { id: string; token: string }[] = [];
      for (const { email } of outsiders) invites.push(await invited(owner, email));
      const seats = (await countOf("membership")) + free;
      product.runtime.env.GURULOG_SEATS = seats;

      let watching = true;
      const seen: { owners: number; members: number }[] = [];
      const watcher = (async () => {
        while (watching) {
          const [now] = await product.admin<{ owners: number; members: number }[]>`
            select count(*) filter (where role = 'owner')::int as owners, count(*)::int as members from membership`;
          if (now) seen.push(now);
        }
      })();
      const one = async ({ kind, by, whom }: Try) => {
        // Every caller's right was looked up before: each may believe to be the owner.
        const caller = people[by] ?? owner;
        const asOwner: UserPrincipal = { ...caller, role: "owner" };
        const accountId = people[whom]?.accountId ?? "";
        switch (kind) {
          case "transfer":
            return act(transferOwnership, asOwner, { email: people[whom]?.email ?? "" });
          case "leave":
            return act(leaveOrganization, { ...caller, role: "member" }, { confirmation: caller.email });
          case "remove":
            return act(removeMember, owner, { accountId });
          case "approve":
            return act(approveJoinRequest, owner, { id: requests[whom % 2] });
          case "accept":
            return act(acceptInvite, outsiders[whom % 2] ?? owner, { token: invites[whom % 2]?.token });
          case "cancel":
            return act(cancelInvite, owner, { id: invites[whom % 2]?.id });
          case "join":
            return act(joinOrganization, caller);
        }
      };
      let results: { ok: boolean; code?: string }[] = [];
      const events = await eventsOf(product, async () => {
        results = await Promise.all(tries.map(one));
      });
      watching = false;
      await watcher;

      expect(results.filter((r) => r.code === "internal")).toEqual([]);
      expect(new Set(seen.map((now) => now.owners))).toEqual(new Set([1]));
      expect(Math.max(...seen.map((now) => now.members))).toBeLessThanOrEqual(seats);
      const leading = events.filter((e) => e.cause === null);
      expect(leading.filter((e) => e.outcome === "success")).toHaveLength(results.filter(isOk).length);
      const silent = tries.filter(
        ({ kind }, at) => !results[at]?.ok && ["leave", "remove", "cancel"].includes(kind),
      );
      expect(leading.filter((e) => e.outcome === "failure")).toHaveLength(
        results.filter((r) => !r.ok).length - silent.length,
      );
      // As it was: the same owner, and none of these people.
      await product.admin`update membership set role = 'member' where role = 'owner'`;
      await product.admin`
        insert into membership (org_id, account_id, role) values (1, ${owner.accountId}, 'owner')
        on conflict (org_id, account_id) do update set role = 'owner'`;
      const others = [...insiders, ...outsiders].map(({ accountId }) => accountId);
      await product.admin`delete from account where id in ${product.admin(others)}`;
    }),
    { numRuns: propertyRuns(15) },
  );
}, 300_000);
