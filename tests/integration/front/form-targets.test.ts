import { expect, it } from "vitest";
import { contentSecurityPolicy } from "../../../scripts/serve/front/security-headers";

const formAction = (policy: string) => /form-action ([^;]*)/.exec(policy)?.[1];

it("a form leads to our own pages alone, unless an identity provider is configured", () => {
  expect(formAction(contentSecurityPolicy("n"))).toBe("'self'");
  expect(formAction(contentSecurityPolicy("n", ["https://sso.halden.example"]))).toBe(
    "'self' https://sso.halden.example",
  );
});
