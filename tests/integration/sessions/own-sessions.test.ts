import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { UserPrincipal } from "@/lib/access/principal";
import { principalOfCookie } from "@/lib/access/sessions";
import { revokeOtherSessions } from "@/lib/features/sessions/commands/revoke-other-sessions";
import { revokeSession } from "@/lib/features/sessions/commands/revoke-session";
import { ownSessions } from "@/lib/features/sessions/queries";
import {
  breakTheLog,
  byKey,
  createTestProduct,
  type TestProduct,
  testRequest,
} from "@/tests/support/product";
import { fromElsewhere, personWithPassword, rightPassword, signedInAs } from "../accounts/accounts-for-tests";

let product: TestProduct;
let person: UserPrincipal;

beforeAll(async () => {
  product = await createTestProduct();
});
afterAll(() => product.close());
beforeEach(async () => {
  person = await personWithPassword(product);
});

const shownTo = async (principal: UserPrincipal) => {
  const found = await ownSessions.execute({ principal, request: testRequest, input: null });
  if (!found.ok) throw new Error(found.message);
  return found.value;
};
const revoked = async () =>
  (await product.events("user.session_revoked")).filter((event) => event.target_id === person.accountId);

it("shows one's own sessions with address and browser, this one first, and none that ran out", async () => {
  const elsewhere = {
    ...fromElsewhere(),
    userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
  };
  await signedInAs(person.email, rightPassword, elsewhere);
  const old = await signedInAs(person.email);
  const here = await signedInAs(person.email);
  const stranger = await personWithPassword(product);
  await signedInAs(stranger.email);
  await product.admin`update session set last_seen_at = now() - interval '13 hours'
    where id_hash = ${Buffer.from(old.principal.sessionHash, "hex")}`;
  const shown = await shownTo(here.principal);
  expect(shown.map((one) => [one.isThisOne, one.address === elsewhere.ip, one.browser])).toEqual([
    [true, false, "Another program"],
    [false, true, "Firefox on Linux"],
  ]);
});

it("ends one of one's own sessions: REVOKE_SESSION, and its cookie is dead", async () => {
  const [here, there] = [await signedInAs(person.email), await signedInAs(person.email)];
  const call = {
    principal: here.principal,
    request: testRequest,
    input: { session: there.principal.sessionHash },
  };
  expect((await revokeSession.execute(call)).ok).toBe(true);
  expect(await principalOfCookie(there.cookie)).toBeNull();
  expect(await principalOfCookie(here.cookie)).not.toBeNull();
  expect(await revoked()).toMatchObject([
    {
      operation: "REVOKE_SESSION",
      actor_id: person.accountId,
      target_label: person.email,
      details: { sessions: 1 },
    },
  ]);
  expect(await revokeSession.execute(call)).toMatchObject({ ok: false, code: "not_found" });
  expect((await revoked()).length).toBe(1);
});

it("ends nobody else's, and not this one", async () => {
  const here = await signedInAs(person.email);
  const stranger = await signedInAs((await personWithPassword(product)).email);
  for (const session of [stranger.principal.sessionHash, here.principal.sessionHash]) {
    const call = { principal: here.principal, request: testRequest, input: { session } };
    expect((await revokeSession.execute(call)).ok).toBe(false);
  }
  expect(await principalOfCookie(stranger.cookie)).not.toBeNull();
  expect(await principalOfCookie(here.cookie)).not.toBeNull();
  expect(await revoked()).toEqual([]);
});

it("ends all others at once, in one event with their number; with none there is none", async () => {
  const here = await signedInAs(person.email);
  const others = [await signedInAs(person.email), await signedInAs(person.email)];
  const call = { principal: here.principal, request: testRequest, input: {} };
  expect(await revokeOtherSessions.execute(call)).toMatchObject({ ok: true, value: { sessions: 2 } });
  for (const { cookie } of others) expect(await principalOfCookie(cookie)).toBeNull();
  expect(await principalOfCookie(here.cookie)).not.toBeNull();
  expect(await revoked()).toMatchObject([{ details: { sessions: 2 } }]);
  expect(await revokeOtherSessions.execute(call)).toMatchObject({ ok: false, code: "conflict" });
  expect((await revoked()).length).toBe(1);
});

it("ends nothing when the log takes no event, and takes no key", async () => {
  const [here, there] = [await signedInAs(person.email), await signedInAs(person.email)];
  const mend = await breakTheLog(product);
  const call = { principal: here.principal, request: testRequest, input: {} };
  expect(await revokeOtherSessions.execute(call)).toMatchObject({ ok: false, code: "internal" });
  await mend();
  expect(await principalOfCookie(there.cookie)).not.toBeNull();
  expect(await revokeOtherSessions.execute({ ...call, principal: byKey(person) })).toMatchObject({
    ok: false,
  });
});

it.each(["", "x", "0".repeat(63), "0".repeat(65), "G".repeat(64), "\0".repeat(64), null, ["0".repeat(64)]])(
  "takes no session id %#",
  async (session) => {
    const call = { principal: person, request: testRequest, input: { session } };
    expect(await revokeSession.execute(call)).toMatchObject({ ok: false, code: "invalid" });
  },
);
