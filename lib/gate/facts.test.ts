import { describe, expect, it } from "vitest";
import {
  anonymousPrincipal,
  type Principal,
  systemPrincipal,
  type UserPrincipal,
} from "@/lib/access/principal";
import { signedIn, userCreated } from "@/lib/audit/catalogue/accounts";
import { guruUpdated } from "@/lib/audit/catalogue/gurus";
import { apiKeyDeleted } from "@/lib/audit/catalogue/organization";
import { byKey, testRequest } from "@/tests/support/product";
import { eventOf } from "./facts";

const person: UserPrincipal = {
  kind: "user",
  accountId: "22222222-2222-7222-8222-222222222222",
  email: "ada@halden.example",
  name: "Ada",
  orgId: 1,
  role: "member",
  sessionHash: "00",
  mustChangePassword: false,
  mustEnrolFactor: false,
  timeZone: "UTC",
};
const key = byKey(person);
const from = { ip: testRequest.ip, userAgent: testRequest.userAgent };

describe("the event of a fact", () => {
  it("the account behind it is the person's, the key's owner's, or none", () => {
    const account = (principal: Principal) =>
      eventOf(guruUpdated, { target: { id: "1" }, label: "-" }, principal, testRequest).accountId;
    expect([person, key, anonymousPrincipal, systemPrincipal].map(account)).toEqual([
      person.accountId,
      person.accountId,
      null,
      null,
    ]);
  });

  it("the key stands in `via` of a fixed action, and by its name in one of ours", () => {
    const details = (definition: typeof guruUpdated) =>
      eventOf(definition, { target: { id: "1" }, label: "-" }, key, testRequest).details;
    expect(details(apiKeyDeleted)).toEqual({
      via: { apiKeyId: key.keyId, apiKeyName: "ci" },
      requestId: testRequest.requestId,
    });
    expect(details(guruUpdated)).toEqual({ apiKeyName: "ci", requestId: testRequest.requestId });
  });

  it("an account that is just made acts for itself, from the caller's address", () => {
    const actor = {
      type: "user",
      id: "33333333-3333-7333-8333-333333333333",
      email: "new@halden.example",
    } as const;
    const event = eventOf(
      signedIn,
      { target: { id: actor.id }, label: "-", actor },
      anonymousPrincipal,
      testRequest,
    );
    expect(event).toMatchObject({ actor: { ...actor, ...from }, accountId: actor.id });
  });

  it("System has no address, also where a fact names it", () => {
    const actor = { type: "system", id: "system", email: null } as const;
    const event = eventOf(userCreated, { target: { id: "1" }, label: "-", actor }, person, testRequest);
    expect(event).toMatchObject({ actor: { type: "system", ip: null, userAgent: null }, accountId: null });
  });
});
