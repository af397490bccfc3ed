import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { linkToken } from "@/lib/access/link-tokens";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { register } from "@/lib/features/accounts/commands/register";
import { countOf, createTestProduct, type TestProduct } from "@/tests/support/product";
import { fromElsewhere, rightPassword } from "../accounts/accounts-for-tests";
import { done } from "../gurus/guru-for-tests";
import { eventsOf, freshEmail, invited, linkNow } from "./members-for-tests";

let product: TestProduct;
let owner: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());
afterEach(async () => {
  delete product.runtime.env.GURULOG_SEATS;
  await product.admin`update organization set invite_link_enabled = false`;
});

const registering = (email: string, by: Record<string, string>) =>
  register.execute({
    principal: anonymousPrincipal,
    request: fromElsewhere(),
    input: { name: "Nora New", email, password: rightPassword, ...by },
  });
const roleOfAddress = async (email: string) => {
  const [row] = await product.admin`
    select m.role from account a left join membership m on m.account_id = a.id where a.email = ${email}`;
  return row ? row.role : "no account";
};

describe("registering while members need approval", () => {
  it("with an invite makes a member at once: INVITE_ACCEPTED follows REGISTER", async () => {
    const email = freshEmail();
    const { id, token } = await invited(owner, email);
    const events = await eventsOf(product, async () => done(await registering(email, { invite: token })));
    expect(events.map((e) => e.operation)).toEqual(["REGISTER", "LOGIN_SUCCESS", "INVITE_ACCEPTED"]);
    expect(events[2]).toMatchObject({
      action: "user.invite_accepted",
      actor_id: events[0]?.actor_id,
      target_type: "invite",
      target_id: id,
      cause: events[0]?.id,
    });
    expect(await roleOfAddress(email)).toBe("member");
    expect(await countOf("join_request")).toBe(0);
  });

  it("with the invite link makes a member at once: MEMBER_JOINED follows REGISTER, and the link stands nowhere", async () => {
    await product.admin`update organization set invite_link_enabled = true`;
    const email = freshEmail();
    const link = await linkNow(product);
    const events = await eventsOf(product, async () => done(await registering(email, { link, invite: "" })));
    expect(events.map((e) => e.operation)).toEqual(["REGISTER", "LOGIN_SUCCESS", "MEMBER_JOINED"]);
    expect(events[2]).toMatchObject({
      actor_id: events[0]?.actor_id,
      target_type: "user",
      target_id: events[0]?.actor_id,
      target_label: email,
      details: { by: "link" },
      cause: events[0]?.id,
    });
    expect(JSON.stringify(events)).not.toContain(link);
    expect(await roleOfAddress(email)).toBe("member");
  });

  const refusals: [string, string, string, (email: string) => Promise<Record<string, string>>][] = [
    [
      "another's invite",
      "forbidden",
      "INVITE_ACCEPT_FAILED",
      async () => ({ invite: (await invited(owner, freshEmail())).token }),
    ],
    [
      "an unknown invite",
      "not_found",
      "INVITE_ACCEPT_FAILED",
      async () => ({ invite: linkToken("invite", "none") }),
    ],
    [
      "an expired invite",
      "expired",
      "INVITE_ACCEPT_FAILED",
      async (email) => {
        const { id, token } = await invited(owner, email);
        await product.admin`update invite set expires_at = now() where id = ${id}`;
        return { invite: token };
      },
    ],
    [
      "an invite and no free seat",
      "closed",
      "INVITE_ACCEPT_FAILED",
      async (email) => {
        const { token } = await invited(owner, email);
        product.runtime.env.GURULOG_SEATS = await countOf("membership");
        return { invite: token };
      },
    ],
    [
      "the invite link while it is off",
      "closed",
      "USER_CREATION_FAILED",
      async () => ({ link: await linkNow(product) }),
    ],
    [
      "the invite link and no free seat",
      "closed",
      "USER_CREATION_FAILED",
      async () => {
        await product.admin`update organization set invite_link_enabled = true`;
        product.runtime.env.GURULOG_SEATS = await countOf("membership");
        return { link: await linkNow(product) };
      },
    ],
  ];
  it.each(refusals)(
    "with %s is refused, as one failed event of that step, and makes no account",
    async (_, code, operation, by) => {
      const email = freshEmail();
      const way = await by(email);
      const events = await eventsOf(product, async () =>
        expect(await registering(email, way)).toMatchObject({ ok: false, code }),
      );
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({
        operation,
        outcome: "failure",
        actor_type: "user",
        actor_email: email,
        account_id: null,
        metadata: { message: expect.any(String) },
      });
      expect(await roleOfAddress(email)).toBe("no account");
    },
  );

  it("with an invite whose address has an account is refused, and the invite stays open", async () => {
    const person = await product.person(freshEmail(), null);
    const { id, token } = await invited(owner, person.email);
    const events = await eventsOf(product, async () =>
      expect(await registering(person.email, { invite: token })).toMatchObject({ ok: false, code: "exists" }),
    );
    expect(events.map((e) => e.operation)).toEqual(["USER_CREATION_FAILED"]);
    expect(await product.admin`select accepted_at from invite where id = ${id}`).toEqual([
      { accepted_at: null },
    ]);
  });
});
