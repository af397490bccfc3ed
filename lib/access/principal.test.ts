import { describe, expect, it } from "vitest";
import { allEvents } from "@/lib/audit/catalogue/registry";
import { byKey, testRequest } from "@/tests/support/product";
import {
  actorOf,
  anonymousPrincipal,
  type Principal,
  principalKey,
  systemPrincipal,
  type UserPrincipal,
} from "./principal";

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
const asPerson = { type: "user", id: person.accountId, email: person.email, ...from };

describe("who acts", () => {
  it.each([
    ["a person, in a fixed action", person, true, asPerson],
    ["a person, in an action of ours", person, false, asPerson],
    ["a key, in a fixed action: the person behind it", key, true, asPerson],
    ["a key, in an action of ours: the key", key, false, { ...asPerson, type: "api_key", id: key.keyId }],
    [
      "nobody, with an address",
      anonymousPrincipal,
      false,
      { type: "anonymous", id: "anonymous", email: null, ...from },
    ],
    [
      "System, without one",
      systemPrincipal,
      false,
      { type: "system", id: "system", email: null, ip: null, userAgent: null },
    ],
  ] as [string, Principal, boolean, object][])("%s", (_, principal, fixed, actor) => {
    expect(actorOf(principal, testRequest, fixed)).toEqual(actor);
  });

  it("the fixed actions among the catalogue are the source document's", () => {
    const fixed = allEvents.filter((event) => event.fixed).map((event) => event.action);
    expect(fixed.sort()).toEqual([
      "api_key.created",
      "api_key.creation_failed",
      "api_key.deleted",
      "api_key.deletion_failed",
      "org.ownership_transfer_failed",
      "org.ownership_transferred",
      "user.creation_failed",
      "user.invite_accept_failed",
      "user.invite_accepted",
      "user.invite_failed",
      "user.invites_created",
      "user.jit_provisioned",
      "user.jit_provisioning_failed",
      "user.join_request_approve_failed",
      "user.join_request_approved",
      "user.join_request_creation_failed",
      "user.join_requested",
      "user.owner_created",
      "user.performed_code_search",
      "user.performed_find_references",
      "user.performed_goto_definition",
      "user.signed_in",
      "user.signed_out",
    ]);
  });
});

it("attempts and counters are kept apart by principal", () => {
  const keys = [person, key, anonymousPrincipal, systemPrincipal].map(principalKey);
  expect(keys).toEqual([`user:${person.accountId}`, `api_key:${key.keyId}`, "anonymous", "system"]);
});
