import { expect, it } from "vitest";
import { emailKey } from "./email-key";

it("compares addresses without case and in one Unicode form", () => {
  expect(emailKey("I.Berg@Halden.Example")).toBe("i.berg@halden.example");
  expect(emailKey("e\u0301@halden.example")).toBe(emailKey("\u00e9@halden.example"));
});
