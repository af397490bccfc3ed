import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { cancelInvite } from "@/lib/features/members/commands/cancel-invite";
import { inviteFacts, inviteLinkFacts, ownStanding } from "@/lib/features/members/entry-queries";
import { type MembersTab, membersPage } from "@/lib/features/members/queries";
import { shellFacts } from "@/lib/features/organization/queries";
import { organizationPage } from "@/lib/features/organization/settings-queries";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";
import { act, asking, freshEmail, invited, linkNow } from "./members-for-tests";

let product: TestProduct;
let owner: UserPrincipal;
let member: UserPrincipal;
let auditor: UserPrincipal;
let waiting: UserPrincipal;
let invite: { id: string; token: string; email: string };

beforeAll(async () => {
  product = await createTestProduct({ GURULOG_SEATS: "9", GURULOG_URL: "https://log.halden.example" });
  owner = await product.person("owner@halden.example", "owner");
  member = await product.person("m.solberg@halden.example");
  auditor = await product.person("auditor@halden.example", "auditor");
  waiting = await product.person("waiting@halden.example", null);
  await asking(product, waiting.accountId);
  const email = freshEmail();
  invite = { ...(await invited(owner, email)), email };
});
afterAll(() => product.close());

const listed = (tab: MembersTab, search = "", principal = owner) =>
  membersPage.execute({ principal, request, input: { tab, search } });

describe("the members page", () => {
  it("says how many there are of each kind on each tab, and lists the tab's rows", async () => {
    const counts = { members: 3, requests: 1, invites: 1 };
    expect(await listed("members")).toMatchObject({
      ok: true,
      value: {
        counts,
        seats: 9,
        isMailOn: false,
        members: [{ role: "owner" }, { email: auditor.email, role: "auditor" }, { email: member.email }],
        requests: [],
        invites: [],
      },
    });
    expect(await listed("requests")).toMatchObject({
      value: { counts, requests: [{ email: waiting.email }], members: [], invites: [] },
    });
    expect(await listed("invites")).toMatchObject({
      value: {
        counts,
        invites: [
          {
            email: invite.email,
            invitedBy: owner.email,
            link: `https://log.halden.example/invite/${invite.token}`,
          },
        ],
      },
    });
  });

  it("finds people by name and address, whatever is searched for", async () => {
    const emailsOf = async (search: string) => {
      const found = await listed("members", search);
      return found.ok ? found.value.members.map(({ email }) => email) : null;
    };
    expect(await emailsOf(" M.SOLBERG@ ")).toEqual([member.email]);
    for (const nothing of ["%", "_", "\0", "'; drop table membership --", "x".repeat(100_000)])
      expect(await emailsOf(nothing)).toEqual([]);
  });

  it("shows no link of an invite that has expired", async () => {
    const { id } = await invited(owner, freshEmail());
    await product.admin`update invite set expires_at = now() where id = ${id}`;
    const found = await listed("invites");
    expect(found.ok && found.value.invites.find((one) => one.id === id)).toMatchObject({
      isExpired: true,
      link: null,
    });
    done(await act(cancelInvite, owner, { id }));
  });

  it("is the owner's alone", async () => {
    for (const principal of [member, auditor, waiting])
      expect(await listed("invites", "", principal)).toMatchObject({ ok: false, code: "not_found" });
  });

  it("tells the owner in the frame of every page that somebody waits, and nobody else", async () => {
    const facts = async (principal: UserPrincipal) => shellFacts.execute({ principal, request, input: null });
    expect(await facts(owner)).toMatchObject({ value: { canManageMembers: true, waitingRequests: 1 } });
    expect(await facts(member)).toMatchObject({ value: { canManageMembers: false, waitingRequests: 0 } });
  });
});

describe("the organization page", () => {
  it("gives the owner its settings and the link, and says whether there is an heir; others its name and the way out", async () => {
    const page = async (principal: UserPrincipal) =>
      organizationPage.execute({ principal, request, input: null });
    expect(await page(owner)).toEqual({
      ok: true,
      value: {
        name: "Halden Works",
        mayLeave: false,
        settings: {
          memberApprovalRequired: true,
          inviteLink: null,
          seats: 9,
          members: 3,
          hasHeirs: true,
        },
      },
    });
    await product.admin`update organization set invite_link_enabled = true`;
    expect(await page(owner)).toMatchObject({
      value: { settings: { inviteLink: `https://log.halden.example/join/${await linkNow(product)}` } },
    });
    for (const principal of [member, auditor])
      expect(await page(principal)).toEqual({
        ok: true,
        value: { name: "Halden Works", mayLeave: true, settings: null },
      });
  });
});

describe("what links show to whoever opens them", () => {
  const principal = anonymousPrincipal;

  it("an invite's shows its address and state, and opening it uses nothing up", async () => {
    const open = async (input: string) => inviteFacts.execute({ principal, request, input });
    for (let times = 0; times < 2; times += 1)
      expect(await open(invite.token)).toMatchObject({
        value: { organization: "Halden Works", invite: { email: invite.email, state: "open" } },
      });
    for (const token of ["", "\0", `${invite.token}x`, invite.token.toUpperCase(), invite.id])
      expect(await open(token)).toMatchObject({ ok: true, value: { invite: null } });
  });

  it("the organization's stands while it is on and is the latest", async () => {
    const stands = async (input: string) => {
      const found = await inviteLinkFacts.execute({ principal, request, input });
      return found.ok && found.value.stands;
    };
    const link = await linkNow(product);
    await product.admin`update organization set invite_link_enabled = true`;
    expect([await stands(link), await stands(invite.token), await stands("")]).toEqual([true, false, false]);
    await product.admin`update organization set invite_link_version = invite_link_version + 1`;
    expect([await stands(link), await stands(await linkNow(product))]).toEqual([false, true]);
    await product.admin`update organization set invite_link_enabled = false`;
    expect(await stands(await linkNow(product))).toBe(false);
  });

  it("whoever waits sees that they do", async () => {
    const standing = async (one: UserPrincipal) =>
      ownStanding.execute({ principal: one, request, input: null });
    expect(await standing(waiting)).toMatchObject({
      value: { mustAsk: true, wasRemoved: false, waitingSince: expect.any(Date) },
    });
    const other = await product.person(freshEmail(), null);
    expect(await standing(other)).toMatchObject({ value: { waitingSince: null } });
  });
});
