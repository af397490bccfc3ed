import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sourceFiles } from "@/tests/architecture/source-files";
import { secretField } from "./to-action";

it("gives no password, code or token of a link back into a form", () => {
  for (const name of [
    "password",
    "newPassword",
    "currentPassword",
    "code",
    "token",
    "setupToken",
    "invite",
    "link",
    "secret",
    "apiKey",
  ])
    expect([name, secretField.test(name)]).toEqual([name, true]);
});

it("keeps what people would have to type again, and boxes that they ticked", () => {
  for (const name of [
    "name",
    "email",
    "emails",
    "inviteLinkEnabled",
    "memberApprovalRequired",
    "content",
    "role",
    "confirmation",
    "search",
  ])
    expect([name, secretField.test(name)]).toEqual([name, false]);
});

it("knows every field of a form that is filled with a code or a link's token", () => {
  const fields = sourceFiles(["app"]).flatMap((file) => [
    ...readFileSync(file, "utf8").matchAll(
      /name="(\w+)"(?:(?!\/>)[\s\S])*?(?:autoComplete="one-time-code"|value=\{(?:token|way\.link|invited\.invite)\})/g,
    ),
  ]);
  const names = new Set(fields.map(([, name]) => name ?? ""));
  expect([...names].sort()).toEqual(["code", "invite", "link", "token"]);
  for (const name of names) expect([name, secretField.test(name)]).toEqual([name, true]);
});
