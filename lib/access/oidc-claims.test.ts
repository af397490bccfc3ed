import { expect, it } from "vitest";
import { claimsOf } from "./oidc-claims";

const token = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
const both = { sub: "s1", email: "ada@halden.example", email_verified: true, name: "Ada" };

it("reads address and name from wherever they stand", () => {
  const expected = { subject: "s1", email: both.email, emailVerified: true, name: "Ada" };
  expect(claimsOf(token(both), { sub: "s1" })).toEqual(expected);
  expect(claimsOf(token({ sub: "s1" }), both)).toEqual(expected);
  expect(claimsOf(token(both), both)).toEqual(expected);
});

it("does not let one source vouch for the address of the other", () => {
  const info = { sub: "s1", email: "victim@halden.example" };
  expect(claimsOf(token(both), info)).toMatchObject({ email: info.email, emailVerified: false });
  const verified = { sub: "s1", email_verified: true };
  expect(claimsOf(token({ sub: "s1", email: info.email }), verified)).toMatchObject({ emailVerified: false });
});

it.each([
  [true, true],
  ["true", true],
  [false, false],
  ["false", false],
  [1, false],
  ["yes", false],
  [null, false],
  [{}, false],
])("email_verified %j is %j", (given, verified) => {
  expect(claimsOf(token({ sub: "s1" }), { ...both, email_verified: given })?.emailVerified).toBe(verified);
});

it.each(["", "x".repeat(256), "a\0", "ä", "a\n", 7, null, undefined, ["s1"], { toString: () => "s1" }])(
  "names nobody by the subject %#",
  (sub) => {
    expect(claimsOf(token({ ...both, sub }), { ...both, sub })).toBeNull();
  },
);

it("names nobody where the two speak of different people, or are no claims", () => {
  expect(claimsOf(token(both), { ...both, sub: "s2" })).toBeNull();
  for (const odd of [undefined, null, "", "x", "x.y", "x.e30.z", token([]), token("s1"), token(null)])
    expect(claimsOf(odd, both)).toBeNull();
  for (const odd of [undefined, null, "s1", ["s1"], 7]) expect(claimsOf(token(both), odd)).toBeNull();
});
