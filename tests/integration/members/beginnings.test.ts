import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { register } from "@/lib/features/accounts/commands/register";
import { acceptInvite } from "@/lib/features/members/commands/accept-invite";
import { approveJoinRequest } from "@/lib/features/members/commands/approve-join-request";
import { joinOrganization } from "@/lib/features/members/commands/join-organization";
import { createUser } from "@/lib/features/users/commands/create-user";
import { createTestProduct, type TestProduct } from "@/tests/support/product";
import { fromElsewhere, rightPassword } from "../accounts/accounts-for-tests";
import { done } from "../gurus/guru-for-tests";
import { act, asking, eventsOf, freshEmail, invited, linkNow } from "./members-for-tests";

let product: TestProduct;
let owner: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());
afterEach(
  () => product.admin`update organization set invite_link_enabled = false, member_approval_required = true`,
);

const open = () => product.admin`update organization set member_approval_required = false`;
const link = async () => {
  await product.admin`update organization set invite_link_enabled = true`;
  return linkNow(product);
};
const outsider = () => product.person(freshEmail(), null);
const registering = async (way: Record<string, string> = {}, email = freshEmail()) =>
  done(
    await register.execute({
      principal: anonymousPrincipal,
      request: fromElsewhere(),
      input: { name: "Nora New", email, password: rightPassword, ...way },
    }),
  );

/** The events that say that a membership begins. First sign-ins by an identity provider have JIT_PROVISIONED. */
const beginnings = [
  "OWNER_CREATED",
  "USER_CREATED",
  "INVITE_ACCEPTED",
  "JOIN_REQUEST_APPROVED",
  "MEMBER_JOINED",
];

const doors: [string, string, () => Promise<unknown>][] = [
  [
    "registering where no approval is needed",
    "MEMBER_JOINED",
    async () => {
      await open();
      await registering();
    },
  ],
  ["registering by the invite link", "MEMBER_JOINED", async () => registering({ link: await link() })],
  [
    "registering with an invite",
    "INVITE_ACCEPTED",
    async () => {
      const email = freshEmail();
      return registering({ invite: (await invited(owner, email)).token }, email);
    },
  ],
  [
    "joining where no approval is needed",
    "MEMBER_JOINED",
    async () => {
      await open();
      done(await act(joinOrganization, await outsider()));
    },
  ],
  [
    "joining by the invite link",
    "MEMBER_JOINED",
    async () => done(await act(joinOrganization, await outsider(), { link: await link() })),
  ],
  [
    "accepting an invite",
    "INVITE_ACCEPTED",
    async () => {
      const person = await outsider();
      done(await act(acceptInvite, person, { token: (await invited(owner, person.email)).token }));
    },
  ],
  [
    "an approval",
    "JOIN_REQUEST_APPROVED",
    async () => {
      const id = await asking(product, (await outsider()).accountId);
      done(await act(approveJoinRequest, owner, { id }));
    },
  ],
  [
    "an account that the owner makes",
    "USER_CREATED",
    async () => done(await act(createUser, owner, { email: freshEmail(), name: "Nora New" })),
  ],
];

it.each(doors)(
  "a membership that begins by %s has exactly one event that says so: %s",
  async (_, operation, enter) => {
    const members = async () => (await product.admin`select from membership`).length;
    const before = await members();
    const events = await eventsOf(product, enter);
    expect(await members()).toBe(before + 1);
    expect(events.map((e) => e.operation).filter((name) => beginnings.includes(name))).toEqual([operation]);
  },
);

it("no event says that a membership begins where none does", async () => {
  const events = await eventsOf(product, async () => {
    await registering();
    done(await act(joinOrganization, await outsider()));
  });
  expect(events.map((e) => e.operation)).toEqual([
    "REGISTER",
    "LOGIN_SUCCESS",
    "JOIN_REQUESTED",
    "JOIN_REQUESTED",
  ]);
});
