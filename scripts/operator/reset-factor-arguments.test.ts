import { expect, it } from "vitest";
import { resetFactorArguments } from "./reset-factor-arguments";

it("takes one e-mail address", () => {
  expect(resetFactorArguments(["i.berg@halden.example"])).toEqual({ email: "i.berg@halden.example" });
});

it.each([[[]], [[""]], [["--help"]], [["i.berg"]], [["a@b.example", "c@d.example"]], [["a b@c.example"]]])(
  "says what to write instead of %j",
  (args) => {
    expect(() => resetFactorArguments(args)).toThrow(/npm run reset-factor -- name@example.com/);
  },
);
