import { expect, it } from "vitest";
import { passwordProblem } from "./password-rules";
import { hashesComputed, hashPassword, verifyPassword } from "./passwords";

const of = { email: "i.berg@halden.example", name: "Ingrid Berg" };

it("hashes with argon2id at OWASP's setting, with a salt of its own each time", async () => {
  const [one, two] = await Promise.all([
    hashPassword("four quiet herons"),
    hashPassword("four quiet herons"),
  ]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(one).not.toBe(two);
  expect(await verifyPassword(one, "four quiet herons")).toBe(true);
  expect(await verifyPassword(one, "four quiet heron")).toBe(false);
  expect(await verifyPassword(one, "")).toBe(false);
});

it("computes one hash also where there is nothing to compare with, and says no", async () => {
  const before = hashesComputed().total;
  expect(await verifyPassword(null, "four quiet herons")).toBe(false);
  expect(await verifyPassword("$argon2id$v=19$m=19456,t=2,p=1$", "x".repeat(2_000))).toBe(false);
  expect(hashesComputed().total - before).toBe(2);
});

it("takes the same password in another Unicode form", async () => {
  const hash = await hashPassword("caf\u00e9 au lait fort");
  expect(await verifyPassword(hash, "cafe\u0301 au lait fort")).toBe(true);
});

it("never computes more than two hashes at once, and serves all who wait", async () => {
  const done = await Promise.all(Array.from({ length: 9 }, () => verifyPassword(null, "x")));
  expect(done).toHaveLength(9);
  expect(hashesComputed().peak).toBe(2);
});

it.each([
  "four quiet herons",
  "correct horse battery staple",
  "ØØØØØØæåølkj",
  "N7$kd92!xQpz",
  "halden-works-2026-x",
])("lets %j pass", (password) => {
  expect(passwordProblem(password, of)).toBeNull();
});

it.each([
  ["eleven char", /at least 12/],
  ["🦊".repeat(6), /at least 12/],
  ["x1".repeat(600), /at most 1,024/],
  ["I.Berg@Halden.Example", /e-mail/],
  ["ingrid berg ", /name/],
  ["Administrator", /common/],
  ["qwertyuiopasdf", /common/],
  ["!!Sunshine2026", /common/],
  ["aaaaaaaaaaaaaa", /common/],
  ["dragonflydragonfly", /common/],
])("refuses %j and says why", (password, reason) => {
  expect(passwordProblem(password, { ...of, name: "Ingrid Berg" })).toMatch(reason);
});
