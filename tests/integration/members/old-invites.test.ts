import { afterAll, beforeAll, expect, it } from "vitest";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { inviteFacts } from "@/lib/features/members/entry-queries";
import { systemWork } from "@/lib/jobs/system-work";
import { createTestProduct, testRequest as request, type TestProduct } from "@/tests/support/product";
import { eventsOf, freshEmail, invited } from "./members-for-tests";

let product: TestProduct;
let owner: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
  owner = await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());

it("invites that ended a month ago are forgotten, without an event; younger and open ones stay", async () => {
  const made = async (change: (id: string) => Promise<unknown>) => {
    const invite = await invited(owner, freshEmail());
    await change(invite.id);
    return invite;
  };
  const { admin } = product;
  const expired = (days: number) => (id: string) =>
    admin`update invite set expires_at = now() - make_interval(days => ${days}::int) where id = ${id}`;
  const accepted = (days: number) => (id: string) =>
    admin`update invite set accepted_at = now() - make_interval(days => ${days}::int) where id = ${id}`;
  const gone = [await made(expired(31)), await made(accepted(31))];
  const kept = [await made(expired(29)), await made(accepted(29)), await made(async () => {})];
  const forget = systemWork.find(({ name }) => name === "forgetting");
  if (!forget) throw new Error("nothing forgets");
  expect(await eventsOf(product, () => forget.run(new AbortController().signal))).toEqual([]);
  const left = await admin<{ id: string }[]>`select id from invite`;
  expect(left.map(({ id }) => id).sort()).toEqual(kept.map(({ id }) => id).sort());
  const opened = await inviteFacts.execute({
    principal: anonymousPrincipal,
    request,
    input: gone[0]?.token ?? "",
  });
  expect(opened).toMatchObject({ ok: true, value: { invite: null } });
});
