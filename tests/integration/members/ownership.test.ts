import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { transferOwnership } from "@/lib/features/members/commands/transfer-ownership";
import { renewInviteLink } from "@/lib/features/organization/commands/renew-invite-link";
import { updateOrganization } from "@/lib/features/organization/commands/update-organization";
import { breakTheLog, createTestProduct, type TestProduct } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";
import { act, eventsOf, freshEmail, linkNow, roleNow } from "./members-for-tests";

let product: TestProduct;
let owner: UserPrincipal;
let member: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  member = await product.person("m.solberg@halden.example");
});
afterAll(() => product.close());

describe("transfer-ownership", () => {
  it("makes the member the owner and the owner a member, and records OWNERSHIP_TRANSFERRED", async () => {
    const events = await eventsOf(product, async () =>
      done(await act(transferOwnership, owner, { email: member.email })),
    );
    expect(events).toMatchObject([
      {
        action: "org.ownership_transferred",
        operation: "OWNERSHIP_TRANSFERRED",
        action_type: "updated",
        model: "Organization",
        actor_id: owner.accountId,
        target_type: "org",
        target_id: "1",
        target_label: "Halden Works",
        changes: [{ field: "owner", before: owner.email, after: member.email }],
      },
    ]);
    for (const { accountId } of [owner, member]) expect(events[0]?.metadata?.message).toContain(accountId);
    expect([await roleNow(product, owner), await roleNow(product, member)]).toEqual(["member", "owner"]);
    done(await act(transferOwnership, { ...member, role: "owner" }, { email: owner.email }));
    expect([await roleNow(product, owner), await roleNow(product, member)]).toEqual(["owner", "member"]);
  });

  it("is refused to oneself, to whoever is no member or an auditor, and by others: OWNERSHIP_TRANSFER_FAILED", async () => {
    const auditor = await product.person(freshEmail(), "auditor");
    const outsider = await product.person(freshEmail(), null);
    const cases: [UserPrincipal, string, string, RegExp][] = [
      [owner, owner.email.toUpperCase(), "invalid", /You are the owner already/],
      [owner, outsider.email, "not_found", /No member/],
      [owner, freshEmail(), "not_found", /No member/],
      [owner, auditor.email, "conflict", /An auditor cannot/],
      [member, member.email, "not_found", /./],
      [{ ...member, role: "owner" }, member.email, "conflict", /not the owner any more/],
    ];
    for (const [by, email, code, words] of cases) {
      const events = await eventsOf(product, async () =>
        expect(await act(transferOwnership, by, { email })).toMatchObject({ ok: false, code }),
      );
      expect(events).toMatchObject([
        {
          action: "org.ownership_transfer_failed",
          operation: "OWNERSHIP_TRANSFER_FAILED",
          outcome: "failure",
          actor_type: "user",
          actor_id: by.accountId,
          target_type: "org",
          metadata: { message: expect.stringMatching(words) },
        },
      ]);
    }
    expect(await roleNow(product, owner)).toBe("owner");
  });

  it("hands nothing over when the log takes no event", async () => {
    const mend = await breakTheLog(product);
    const result = await act(transferOwnership, owner, { email: member.email });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await roleNow(product, owner)).toBe("owner");
  });
});

const settings = async () =>
  (
    await product.admin`
      select name, member_approval_required as approval, invite_link_enabled as link, invite_link_version as version
      from organization where id = 1`
  )[0];

describe("update-organization", () => {
  it("records UPDATE_ORGANIZATION with each changed field before and after, and nothing where nothing changes", async () => {
    const input = { name: " Halden & Sons ", inviteLinkEnabled: "on" };
    const events = await eventsOf(product, async () => {
      expect(done(await act(updateOrganization, owner, input))).toEqual({ changed: 3 });
      expect(done(await act(updateOrganization, owner, input))).toEqual({ changed: 0 });
    });
    expect(events).toMatchObject([
      {
        action: "org.settings_updated",
        operation: "UPDATE_ORGANIZATION",
        target_type: "org",
        target_label: "Halden & Sons",
        changes: [
          { field: "name", before: "Halden Works", after: "Halden & Sons" },
          { field: "memberApprovalRequired", before: true, after: false },
          { field: "inviteLinkEnabled", before: false, after: true },
        ],
      },
    ]);
    expect(await settings()).toMatchObject({ name: "Halden & Sons", approval: false, link: true });
  });

  it.each(["\0nul", "\u202Ebidi", "\ud800lone", "=1+1", "<script>alert(1)</script>", "line\nbreak"])(
    "stores the hostile name %j as it was sent",
    async (name) => {
      done(await act(updateOrganization, owner, { name }));
      expect((await settings())?.name).toBe(name.replace("\0", "\u2400").toWellFormed());
    },
  );

  it.each([
    [{ name: " " }, "name"],
    [{ name: "x".repeat(101) }, "name"],
    [{ name: "X", orgId: 2 }, "form"],
    [{ name: "X", inviteLinkVersion: 7 }, "form"],
  ])("refuses %j beside the field", async (input, field) => {
    const before = await settings();
    expect(await act(updateOrganization, owner, input)).toMatchObject({
      ok: false,
      code: "invalid",
      fieldErrors: { [field]: expect.any(Array) },
    });
    expect(await settings()).toEqual(before);
  });

  it("is the owner's alone", async () => {
    const before = await settings();
    const result = await act(updateOrganization, member, { name: "Mine" });
    expect(result).toMatchObject({ ok: false, code: "not_found" });
    expect(await act(renewInviteLink, member)).toMatchObject({ ok: false, code: "not_found" });
    expect(await settings()).toEqual(before);
  });
});

describe("renew-invite-link", () => {
  it("makes another link, and records it without either", async () => {
    const before = await linkNow(product);
    const version = (await settings())?.version;
    const events = await eventsOf(product, async () => done(await act(renewInviteLink, owner)));
    const after = await linkNow(product);
    expect(after).not.toBe(before);
    expect(events).toMatchObject([
      {
        operation: "UPDATE_ORGANIZATION",
        changes: [{ field: "inviteLinkVersion", before: version, after: version + 1 }],
      },
    ]);
    expect(JSON.stringify(events)).not.toMatch(new RegExp(`${before}|${after}`));
  });
});
