import { expect, it } from "vitest";
import { rotateSecretsArguments } from "./rotate-secrets-arguments";

it("takes one of the three steps, and nothing else", () => {
  expect(rotateSecretsArguments([])).toBe("reseal");
  expect(rotateSecretsArguments(["--new-key"])).toBe("add");
  expect(rotateSecretsArguments(["--retire"])).toBe("retire");
  for (const args of [["--new"], ["constructor"], [""], ["--retire", "--new-key"]])
    expect(() => rotateSecretsArguments(args)).toThrow(/^Say npm run rotate-secrets/);
});
