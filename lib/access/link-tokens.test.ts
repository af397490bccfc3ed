import { afterEach, expect, it } from "vitest";
import type { Runtime } from "@/lib/platform/runtime";
import { setRuntime } from "@/lib/platform/runtime";
import { inviteLinkToken, isLinkToken, type LinkPurpose, linkToken, linkTokenHash } from "./link-tokens";

const use = (sessionSecret: string) => setRuntime({ keys: { sessionSecret } } as Runtime);
afterEach(() => use("-"));

const id = "0198f3a2-0000-7000-8000-000000000001";
const other = "0198f3a2-0000-7000-8000-000000000002";
const purposes: LinkPurpose[] = ["invite", "password_reset", "email_change"];

it("a link's token is the same each time, and another for each purpose, id, version and secret", () => {
  const made = () => [
    ...purposes.flatMap((purpose) => [linkToken(purpose, id), linkToken(purpose, other)]),
    inviteLinkToken(1, 1),
    inviteLinkToken(1, 2),
    inviteLinkToken(2, 1),
    inviteLinkToken(11, 1),
    inviteLinkToken(1, 11),
  ];
  use("one secret of the instance");
  const first = made();
  expect(made()).toEqual(first);
  use("another secret");
  const all = [...first, ...made()];
  expect(new Set(all).size).toBe(all.length);
  for (const token of all) {
    expect(isLinkToken(token)).toBe(true);
    expect(Buffer.from(token, "base64url")).toHaveLength(32);
  }
});

it("what is stored does not hold the token", () => {
  use("one secret of the instance");
  const token = linkToken("invite", id);
  const stored = linkTokenHash(token);
  expect(stored).toHaveLength(32);
  expect(stored.toString("base64url")).not.toBe(token);
});

it.each([
  "",
  "x".repeat(42),
  "x".repeat(44),
  `${"x".repeat(42)}=`,
  `${"x".repeat(42)}\n`,
  `\0${"x".repeat(42)}`,
])("%j is no token", (text) => {
  expect(isLinkToken(text)).toBe(false);
});
