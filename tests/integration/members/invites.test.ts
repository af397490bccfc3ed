import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { linkToken, linkTokenHash } from "@/lib/access/link-tokens";
import type { UserPrincipal } from "@/lib/access/principal";
import { acceptInvite } from "@/lib/features/members/commands/accept-invite";
import { cancelInvite } from "@/lib/features/members/commands/cancel-invite";
import { invitePeople } from "@/lib/features/members/commands/invite-people";
import { breakTheLog, countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
import { done } from "../gurus/guru-for-tests";
import { act, asking, eventsOf, freshEmail, invited, roleNow } from "./members-for-tests";

let product: TestProduct;
let owner: UserPrincipal;
let member: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
  member = await product.person("m.solberg@halden.example");
});
afterAll(() => product.close());
afterEach(() => {
  delete product.runtime.env.GURULOG_SEATS;
});

const withoutSeats = async () => {
  product.runtime.env.GURULOG_SEATS = await countOf("membership");
};

describe("invite-people", () => {
  it("makes one invite for each address, once each, and records INVITES_CREATED with all of them", async () => {
    const [first, second] = [freshEmail(), freshEmail()];
    const pasted = `${first}, ${second};\n ${first.toUpperCase()}\n`;
    let ids: string[] = [];
    const events = await eventsOf(product, async () => {
      ids = done(await act(invitePeople, owner, { emails: pasted })).ids;
    });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      action: "user.invites_created",
      operation: "INVITES_CREATED",
      action_type: "created",
      model: "Invite",
      actor_id: owner.accountId,
      target_type: "org",
      target_id: "1",
      metadata: { emails: `${first}, ${second}` },
      cause: null,
    });
    const rows = await product.admin`select * from invite where id in ${product.admin(ids)} order by email`;
    expect(rows.map((row) => row.email)).toEqual([first, second].sort());
    for (const row of rows) {
      // The link's token is of 256 bits and stands nowhere; its hash does.
      expect(linkToken("invite", row.id)).toMatch(/^[\w-]{43}$/);
      expect(row.token_hash).toEqual(linkTokenHash(linkToken("invite", row.id)));
      expect(row.expires_at.getTime() - row.created_at.getTime()).toBe(7 * 86_400_000);
    }
  });

  it("takes all of them or none: a member or an open invite among them refuses the rest, as INVITE_FAILED", async () => {
    const open = freshEmail();
    await invited(owner, open);
    const invites = await countOf("invite");
    const cases = [
      [member.email.toUpperCase(), /is a member already\. Leave them out/],
      [open, /has an invite already\. Leave them out, or cancel/],
    ] as const;
    for (const [email, words] of cases) {
      const emails = [freshEmail(), email];
      let result: unknown;
      const events = await eventsOf(product, async () => {
        result = await act(invitePeople, owner, { emails: emails.join("\n") });
      });
      expect(result).toMatchObject({
        ok: false,
        code: "exists",
        message: expect.stringMatching(words),
        fieldErrors: { emails: [expect.any(String)] },
      });
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({
        action: "user.invite_failed",
        operation: "INVITE_FAILED",
        outcome: "failure",
        actor_type: "user",
        metadata: { message: expect.stringMatching(words), emails: emails.join(", ") },
        details: { reason: "exists" },
      });
    }
    expect(await countOf("invite")).toBe(invites);
  });

  it("is refused without a free seat, in words that say what to do", async () => {
    await withoutSeats();
    const email = freshEmail();
    const result = await act(invitePeople, owner, { emails: email });
    expect(result).toMatchObject({ ok: false, code: "closed", message: expect.stringContaining("seats") });
    expect((await product.events("user.invite_failed")).at(-1)).toMatchObject({
      metadata: { emails: email, message: expect.stringContaining("All seats") },
    });
  });

  it("makes room for another where one has expired", async () => {
    const email = freshEmail();
    const { id } = await invited(owner, email);
    await product.admin`update invite set expires_at = now() where id = ${id}`;
    const again = await invited(owner, email);
    expect(await product.admin`select id from invite where email = ${email}`).toEqual([{ id: again.id }]);
  });

  it.each([
    ["nothing", " ,;\n"],
    ["no address", "not-an-address"],
    ["a NUL", "a\0b@halden.example"],
    ["a bidirectional override", "a\u202Eb@halden.example"],
    ["a script", "<script>alert(1)</script>@halden.example"],
    ["more than thirty", Array.from({ length: 31 }, (_, i) => `p${i}@many.example`).join("\n")],
    ["ten megabytes", "x@y.example\n".repeat(900_000)],
    ["an address that is too long", `${"x".repeat(300)}@halden.example`],
  ])("refuses %s beside the field, without a record", async (_, emails) => {
    const events = await eventsOf(product, async () => {
      const result = await act(invitePeople, owner, { emails });
      expect(result).toMatchObject({
        ok: false,
        code: "invalid",
        fieldErrors: { emails: [expect.any(String)] },
      });
    });
    expect(events).toEqual([]);
  });

  it("is the owner's alone: another member's try is a failed event, and shows nothing", async () => {
    const events = await eventsOf(product, async () => {
      const result = await act(invitePeople, member, { emails: freshEmail() });
      expect(result).toMatchObject({ ok: false, code: "not_found" });
    });
    expect(events.map((e) => [e.operation, e.details.reason])).toEqual([["INVITE_FAILED", "forbidden"]]);
  });

  it("invites nobody when the log takes no event", async () => {
    const invites = await countOf("invite");
    const mend = await breakTheLog(product);
    const result = await act(invitePeople, owner, { emails: freshEmail() });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await countOf("invite")).toBe(invites);
  });
});

describe("cancel-invite", () => {
  it("makes the link worthless, and records INVITE_CANCELLED", async () => {
    const person = await product.person(freshEmail(), null);
    const { id, token } = await invited(owner, person.email);
    const events = await eventsOf(product, async () => done(await act(cancelInvite, owner, { id })));
    expect(events).toMatchObject([
      {
        action: "user.invite_cancelled",
        operation: "INVITE_CANCELLED",
        action_type: "deleted",
        target_type: "invite",
        target_id: id,
        target_label: person.email,
      },
    ]);
    expect(await act(acceptInvite, person, { token })).toMatchObject({ ok: false, code: "not_found" });
    expect(await act(cancelInvite, owner, { id })).toMatchObject({ ok: false, code: "not_found" });
  });

  it("does not take back what was accepted, nor what is another's to decide", async () => {
    const person = await product.person(freshEmail(), null);
    const { id, token } = await invited(owner, person.email);
    expect(await act(cancelInvite, member, { id })).toMatchObject({ ok: false, code: "not_found" });
    done(await act(acceptInvite, person, { token }));
    expect(await act(cancelInvite, owner, { id })).toMatchObject({ ok: false, code: "not_found" });
    expect(await roleNow(product, person)).toBe("member");
  });
});

describe("accept-invite", () => {
  it("makes the person a member, once, and records INVITE_ACCEPTED; a request of theirs is answered by it", async () => {
    const person = await product.person(freshEmail(), null);
    const request = await asking(product, person.accountId);
    const { id, token } = await invited(owner, person.email);
    const events = await eventsOf(product, async () => done(await act(acceptInvite, person, { token })));
    expect(events).toMatchObject([
      {
        action: "user.invite_accepted",
        operation: "INVITE_ACCEPTED",
        action_type: "updated",
        model: "Invite",
        actor_id: person.accountId,
        target_type: "invite",
        target_id: id,
        target_label: person.email,
        details: { joinRequest: request },
      },
    ]);
    expect(await roleNow(product, person)).toBe("member");
    expect(await product.admin`select from join_request where id = ${request}`).toHaveLength(0);
    const [row] = await product.admin`select accepted_by from invite where id = ${id}`;
    expect(row?.accepted_by).toBe(person.accountId);
  });

  const refusals: [string, string, RegExp, (person: UserPrincipal) => Promise<string>][] = [
    [
      "another's",
      "forbidden",
      /another e-mail address/,
      async () => (await invited(owner, freshEmail())).token,
    ],
    ["unknown", "not_found", /does not exist/, async () => randomBytes(32).toString("base64url")],
    ["no token at all", "not_found", /does not exist/, async () => "\0' or 1=1 --"],
    [
      "expired",
      "expired",
      /has expired/,
      async (person) => {
        const { id, token } = await invited(owner, person.email);
        await product.admin`update invite set expires_at = now() where id = ${id}`;
        return token;
      },
    ],
    [
      "used",
      "conflict",
      /was used already/,
      async (person) => {
        const { id, token } = await invited(owner, person.email);
        await product.admin`update invite set accepted_at = now() where id = ${id}`;
        return token;
      },
    ],
    [
      "for want of a seat",
      "closed",
      /All seats/,
      async (person) => {
        const { token } = await invited(owner, person.email);
        await withoutSeats();
        return token;
      },
    ],
    [
      "a member's",
      "exists",
      /a member already/,
      async (person) => {
        const { token } = await invited(owner, person.email);
        await product.admin`insert into membership (org_id, account_id, role) values (1, ${person.accountId}, 'member')`;
        return token;
      },
    ],
  ];
  it.each(refusals)(
    "refuses one that is %s, as one INVITE_ACCEPT_FAILED",
    async (_, code, words, prepare) => {
      const person = await product.person(freshEmail(), null);
      const token = await prepare(person);
      const before = await countOf("membership");
      const events = await eventsOf(product, async () => {
        const result = await act(acceptInvite, person, { token });
        expect(result).toMatchObject({ ok: false, code, message: expect.stringMatching(words) });
      });
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({
        action: "user.invite_accept_failed",
        operation: "INVITE_ACCEPT_FAILED",
        outcome: "failure",
        actor_type: "user",
        actor_id: person.accountId,
        target_type: "invite",
        metadata: { message: expect.stringMatching(words) },
      });
      expect(JSON.stringify(events)).not.toContain(token);
      expect(await countOf("membership")).toBe(before);
    },
  );

  it("uses nothing up when the log takes no event", async () => {
    const person = await product.person(freshEmail(), null);
    const { token } = await invited(owner, person.email);
    const mend = await breakTheLog(product);
    const result = await act(acceptInvite, person, { token });
    await mend();
    expect(result).toMatchObject({ ok: false, code: "internal" });
    expect(await roleNow(product, person)).toBeNull();
    done(await act(acceptInvite, person, { token }));
  });
});
