import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { acceptInvite } from "@/lib/features/members/commands/accept-invite";
import { approveJoinRequest } from "@/lib/features/members/commands/approve-join-request";
import { joinOrganization } from "@/lib/features/members/commands/join-organization";
import { leaveOrganization } from "@/lib/features/members/commands/leave-organization";
import { rejectJoinRequest } from "@/lib/features/members/commands/reject-join-request";
import { removeMember } from "@/lib/features/members/commands/remove-member";
import { ownStanding } from "@/lib/features/members/entry-queries";
import {
  breakTheLog,
  countOf,
  createTestProduct,
  type TestProduct,
  testRequest,
} from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";
import { act, eventsOf, freshEmail, invited, linkNow, roleNow } from "./members-for-tests";

let product: TestProduct;
let owner: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());
// Every door stands open.
beforeEach(
  () => product.admin`update organization set invite_link_enabled = true, member_approval_required = false`,
);

/** Somebody whom the owner has removed, as they come back. */
async function removed(role: "member" | "auditor" = "member"): Promise<UserPrincipal> {
  const person = await product.person(freshEmail(), role);
  done(await act(removeMember, owner, { accountId: person.accountId }));
  return { ...person, role: null };
}
const requestOf = async ({ accountId }: UserPrincipal): Promise<string> => {
  const [row] = await product.admin`select id from join_request where account_id = ${accountId}`;
  return row?.id ?? "";
};
async function standing(principal: UserPrincipal) {
  const found = await ownStanding.execute({ principal, request: testRequest, input: null });
  if (!found.ok) throw new Error(found.message);
  return found.value;
}

describe("whom the owner removed", () => {
  it.each([
    ["where members need no approval", async () => ({})],
    ["by the invite link", async () => ({ link: await linkNow(product) })],
  ])("asks the owner again, also %s: JOIN_REQUESTED", async (_, way) => {
    for (const role of ["member", "auditor"] as const) {
      const person = await removed(role);
      const events = await eventsOf(product, async () =>
        expect(done(await act(joinOrganization, person, await way()))).toEqual({ joined: false }),
      );
      expect(events).toMatchObject([
        { operation: "JOIN_REQUESTED", actor_id: person.accountId, target_label: person.email },
      ]);
      expect(await roleNow(product, person)).toBeNull();
    }
  });

  it("is told so on the page where they wait, and others are not", async () => {
    const person = await removed();
    expect(await standing(person)).toMatchObject({ wasRemoved: true, mustAsk: true, waitingSince: null });
    const other = await product.person(freshEmail(), null);
    expect(await standing(other)).toMatchObject({ wasRemoved: false, mustAsk: false });
  });

  it("stays out after a rejection and any number of tries", async () => {
    const person = await removed();
    for (let times = 0; times < 3; times += 1) {
      done(await act(joinOrganization, person, { link: await linkNow(product) }));
      done(await act(rejectJoinRequest, owner, { id: await requestOf(person) }));
    }
    expect(await roleNow(product, person)).toBeNull();
    expect(await standing(person)).toMatchObject({ wasRemoved: true, waitingSince: null });
  });

  it.each([
    [
      "the owner's approval",
      async (person: UserPrincipal) => {
        done(await act(joinOrganization, person));
        done(await act(approveJoinRequest, owner, { id: await requestOf(person) }));
      },
    ],
    [
      "an invite of the owner",
      async (person: UserPrincipal) => {
        const { token } = await invited(owner, person.email);
        done(await act(acceptInvite, person, { token }));
      },
    ],
  ])(
    "comes back by %s, and is then like anybody: who leaves by themselves enters by an open door",
    async (_, back) => {
      const person = await removed();
      await back(person);
      expect(await roleNow(product, person)).toBe("member");
      expect(await countOf("removed_member")).toBe(await othersRemoved(person));
      done(await act(leaveOrganization, { ...person, role: "member" }, { confirmation: person.email }));
      expect(done(await act(joinOrganization, person))).toEqual({ joined: true });
    },
  );

  it("is not marked by a removal that could not be recorded", async () => {
    const person = await product.person(freshEmail());
    const mend = await breakTheLog(product);
    expect((await act(removeMember, owner, { accountId: person.accountId })).ok).toBe(false);
    await mend();
    expect(await standing(person)).toMatchObject({ wasRemoved: false });
  });

  it("leaves nothing behind once the account is gone", async () => {
    const person = await removed();
    await product.admin`delete from account where id = ${person.accountId}`;
    expect(await product.admin`select from removed_member where account_id = ${person.accountId}`).toEqual(
      [],
    );
  });
});

async function othersRemoved({ accountId }: UserPrincipal): Promise<number> {
  return (await product.admin`select from removed_member where account_id <> ${accountId}`).length;
}
