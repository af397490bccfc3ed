import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { approveJoinRequest } from "@/lib/features/members/commands/approve-join-request";
import { joinOrganization } from "@/lib/features/members/commands/join-organization";
import { rejectJoinRequest } from "@/lib/features/members/commands/reject-join-request";
import { breakTheLog, countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";
import { act, asking, eventsOf, freshEmail, linkNow, roleNow } from "./members-for-tests";

let product: TestProduct;
let owner: UserPrincipal;
let member: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  member = await product.person("m.solberg@halden.example");
});
afterAll(() => product.close());
afterEach(async () => {
  delete product.runtime.env.GURULOG_SEATS;
  await product.admin`update organization set member_approval_required = true, invite_link_enabled = false`;
});

const outsider = () => product.person(freshEmail(), null);
const withoutSeats = async () => {
  product.runtime.env.GURULOG_SEATS = await countOf("membership");
};

describe("approve-join-request", () => {
  it("makes the person a member, and records JOIN_REQUEST_APPROVED", async () => {
    const person = await outsider();
    const id = await asking(product, person.accountId);
    const events = await eventsOf(product, async () => done(await act(approveJoinRequest, owner, { id })));
    expect(events).toMatchObject([
      {
        action: "user.join_request_approved",
        operation: "JOIN_REQUEST_APPROVED",
        action_type: "updated",
        model: "AccountJoinRequest",
        actor_id: owner.accountId,
        target_type: "account_join_request",
        target_id: id,
        target_label: person.email,
      },
    ]);
    expect(await roleNow(product, person)).toBe("member");
    expect(await product.admin`select from join_request where id = ${id}`).toHaveLength(0);
  });

  it("is refused for a request that is none, and without a free seat, as JOIN_REQUEST_APPROVE_FAILED", async () => {
    const person = await outsider();
    const id = await asking(product, person.accountId);
    await withoutSeats();
    const cases = [
      [randomUUID(), "not_found", /answered or taken back/, "-"],
      [id, "closed", /All seats/, person.email],
    ] as const;
    for (const [request, code, words, label] of cases) {
      const events = await eventsOf(product, async () =>
        expect(await act(approveJoinRequest, owner, { id: request })).toMatchObject({ ok: false, code }),
      );
      expect(events).toMatchObject([
        {
          action: "user.join_request_approve_failed",
          operation: "JOIN_REQUEST_APPROVE_FAILED",
          outcome: "failure",
          target_id: request,
          target_label: label,
          metadata: { message: expect.stringMatching(words) },
        },
      ]);
    }
    expect(await roleNow(product, person)).toBeNull();
  });

  it("does not make a member twice of somebody who came in by another door", async () => {
    const person = await product.person(freshEmail());
    const id = await asking(product, person.accountId);
    const result = await act(approveJoinRequest, owner, { id });
    expect(result).toMatchObject({ ok: false, code: "exists" });
    done(await act(rejectJoinRequest, owner, { id }));
    expect(await roleNow(product, person)).toBe("member");
  });

  it("is the owner's alone, and not for a request of another organization", async () => {
    const person = await outsider();
    const id = await asking(product, person.accountId);
    expect(await act(approveJoinRequest, member, { id })).toMatchObject({ ok: false, code: "not_found" });
    expect(await act(rejectJoinRequest, person, { id })).toMatchObject({ ok: false, code: "not_found" });
    await product.admin`insert into organization (id, name, domain) values (2, 'Another', 'another') on conflict do nothing`;
    await product.admin`update join_request set org_id = 2 where id = ${id}`;
    expect(await act(approveJoinRequest, owner, { id })).toMatchObject({ ok: false, code: "not_found" });
    expect(await act(rejectJoinRequest, owner, { id })).toMatchObject({ ok: false, code: "not_found" });
    expect(await product.admin`select from join_request where id = ${id}`).toHaveLength(1);
    expect(await roleNow(product, person)).toBeNull();
  });

  it("lets nobody in when the log takes no event", async () => {
    const person = await outsider();
    const id = await asking(product, person.accountId);
    const mend = await breakTheLog(product);
    const result = await act(approveJoinRequest, owner, { id });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await roleNow(product, person)).toBeNull();
  });
});

describe("reject-join-request", () => {
  it("clears the request away and records JOIN_REQUEST_REJECTED; the person can ask again", async () => {
    const person = await outsider();
    const id = await asking(product, person.accountId);
    const events = await eventsOf(product, async () => done(await act(rejectJoinRequest, owner, { id })));
    expect(events).toMatchObject([
      {
        action: "user.join_request_rejected",
        operation: "JOIN_REQUEST_REJECTED",
        action_type: "deleted",
        target_type: "account_join_request",
        target_id: id,
        target_label: person.email,
      },
    ]);
    expect(await act(rejectJoinRequest, owner, { id })).toMatchObject({ ok: false, code: "not_found" });
    expect(done(await act(joinOrganization, person))).toEqual({ joined: false });
    expect(await countOf("join_request")).toBeGreaterThan(0);
  });
});

describe("join-organization", () => {
  it("asks the owner while members need approval: JOIN_REQUESTED, and once", async () => {
    const person = await outsider();
    const events = await eventsOf(product, async () => {
      expect(done(await act(joinOrganization, person))).toEqual({ joined: false });
      expect(await act(joinOrganization, person)).toMatchObject({ ok: false, code: "exists" });
    });
    expect(events).toMatchObject([
      {
        action: "user.join_requested",
        operation: "JOIN_REQUESTED",
        model: "AccountJoinRequest",
        actor_id: person.accountId,
        target_type: "org",
        target_id: "1",
        target_label: person.email,
      },
      {
        action: "user.join_request_creation_failed",
        operation: "JOIN_REQUEST_FAILED",
        outcome: "failure",
        target_type: "org",
        metadata: { message: expect.stringContaining("waiting for the owner's answer") },
      },
    ]);
    expect(await roleNow(product, person)).toBeNull();
  });

  it("is refused to a member", async () => {
    expect(await act(joinOrganization, member)).toMatchObject({ ok: false, code: "exists" });
    expect((await product.events()).at(-1)?.operation).toBe("JOIN_REQUEST_FAILED");
  });

  it("lets in at once where no approval is needed, and by the invite link: MEMBER_JOINED", async () => {
    const [free, linked] = [await outsider(), await outsider()];
    const request = await asking(product, linked.accountId);
    await product.admin`update organization set invite_link_enabled = true`;
    const link = await linkNow(product);
    const events = await eventsOf(product, async () => {
      expect(done(await act(joinOrganization, linked, { link }))).toEqual({ joined: true });
      await product.admin`update organization set member_approval_required = false`;
      expect(done(await act(joinOrganization, free))).toEqual({ joined: true });
    });
    expect(events).toMatchObject([
      {
        action: "org.member_joined",
        operation: "MEMBER_JOINED",
        model: "Membership",
        target_type: "user",
        target_id: linked.accountId,
        details: { by: "link", joinRequest: request },
      },
      { operation: "MEMBER_JOINED", target_id: free.accountId, details: { by: "open" } },
    ]);
    expect([await roleNow(product, free), await roleNow(product, linked)]).toEqual(["member", "member"]);
    expect(JSON.stringify(events)).not.toContain(link);
  });

  it("refuses an invite link that is off, renewed, made up, or comes when all seats are taken", async () => {
    const person = await outsider();
    const link = await linkNow(product);
    const tries: [string, () => Promise<unknown>, RegExp][] = [
      ["off", async () => {}, /no longer works/],
      [
        "renewed",
        () =>
          product.admin`update organization set invite_link_enabled = true, invite_link_version = invite_link_version + 1`,
        /no longer works/,
      ],
      [
        "no seats",
        async () => {
          await product.admin`update organization set invite_link_enabled = true, invite_link_version = invite_link_version - 1`;
          await withoutSeats();
        },
        /All seats/,
      ],
    ];
    for (const [, prepare, words] of tries) {
      await prepare();
      const result = await act(joinOrganization, person, { link });
      expect(result).toMatchObject({ ok: false, code: "closed", message: expect.stringMatching(words) });
      expect((await product.events()).at(-1)).toMatchObject({
        operation: "JOIN_REQUEST_FAILED",
        metadata: { message: expect.stringMatching(words) },
      });
    }
    expect(await act(joinOrganization, person, { link: "\0'--" })).toMatchObject({
      ok: false,
      code: "closed",
    });
    expect(await roleNow(product, person)).toBeNull();
  });
});
