import { afterAll, beforeAll, expect, it } from "vitest";
import { anonymousPrincipal, type UserPrincipal } from "@/lib/access/principal";
import { completeSignIn } from "@/lib/features/accounts/commands/complete-sign-in";
import { signIn } from "@/lib/features/accounts/commands/sign-in";
import { deleteUser } from "@/lib/features/users/commands/delete-user";
import { breakTheLog, createTestProduct, type TestProduct, testRequest } from "@/tests/support/product";
import { fromElsewhere, personWithPassword, rightPassword } from "../accounts/accounts-for-tests";
import { Clock, enrol } from "./factor-for-tests";

const principal = anonymousPrincipal;
let product: TestProduct;
let owner: UserPrincipal;
beforeAll(async () => {
  product = await createTestProduct();
  new Clock(product);
  owner = await product.person("owner@halden.example", "owner");
});
afterAll(() => product.close());

async function firstStep(email: string, request = fromElsewhere()): Promise<string> {
  const result = await signIn.execute({ principal, request, input: { email, password: rightPassword } });
  if (!result.ok || result.value === null || !("step" in result.value)) throw new Error("no second step");
  return result.value.step;
}

it("sign-ins that wait for their second step are recorded before they go with a deleted account, with where they came from", async () => {
  const person = await personWithPassword(product);
  await enrol(person);
  const from = fromElsewhere();
  await firstStep(person.email, from);
  const guessed = { step: await firstStep(person.email), code: "no code" };
  await completeSignIn.execute({ principal, request: fromElsewhere(), input: guessed });
  const before = (await product.events()).length;
  const call = { principal: owner, request: testRequest, input: { accountId: person.accountId } };
  const mend = await breakTheLog(product);
  expect(await deleteUser.execute(call)).toMatchObject({ ok: false, code: "internal" });
  await mend();
  const steps = await product.admin`select from sign_in_step where account_id = ${person.accountId}`;
  expect(steps).toHaveLength(2);

  expect((await deleteUser.execute(call)).ok).toBe(true);
  // The one with a wrong code has its event already.
  const [waited, deleted, ...more] = (await product.events()).slice(before);
  expect(more).toEqual([]);
  expect(waited).toMatchObject({
    operation: "LOGIN_FAILED",
    actor_type: "anonymous",
    ip: from.ip,
    target_id: person.accountId,
    target_label: person.email,
    account_id: person.accountId,
    details: { reason: "factor", method: "password" },
  });
  expect(deleted).toMatchObject({
    operation: "USER_DELETED",
    actor_id: owner.accountId,
    target_id: person.accountId,
    cause: null,
  });
});
