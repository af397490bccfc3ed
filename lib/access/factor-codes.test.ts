import { beforeEach, expect, it } from "vitest";
import { type Runtime, setRuntime } from "@/lib/platform/runtime";
import { forAuthenticator, newRecoveryCodes, plainCode, presentCode, stepOfCode } from "./factor-codes";

const at = (seconds: number) =>
  setRuntime({ demoClock: () => new Date(seconds * 1_000) } as unknown as Runtime);
beforeEach(() => at(0));

/** RFC 6238, appendix B, SHA-1; the last six of its eight digits. */
const secret = Buffer.from("12345678901234567890");
it.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
])("shows the code of the standard's table at %i", (seconds, code) => {
  at(seconds);
  expect(presentCode(secret)).toBe(code);
  expect(stepOfCode(secret, code)).toBe(Math.floor(seconds / 30));
  at(seconds + 30);
  expect(stepOfCode(secret, code)).toBe(Math.floor(seconds / 30));
  at(seconds + 60);
  expect(stepOfCode(secret, code)).toBeNull();
});

it("says to an app what it needs", () => {
  const { uri, text } = forAuthenticator(secret, "ada+x@halden.example");
  expect(text.replaceAll(" ", "")).toBe("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  expect(uri).toBe(
    "otpauth://totp/Gurulog:ada%2Bx%40halden.example?issuer=Gurulog&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&algorithm=SHA1&digits=6&period=30",
  );
});

it("makes recovery codes that are all different, and reads them as people type them", () => {
  const codes = Array.from({ length: 50 }, newRecoveryCodes).flat();
  expect(new Set(codes).size).toBe(500);
  for (const code of codes) {
    const plain = { kind: "recovery_code", code: code.replaceAll("-", "") };
    expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/);
    expect(plainCode(code)).toEqual(plain);
    expect(plainCode(` ${code.toLowerCase().replaceAll("-", " ")} `)).toEqual(plain);
    expect(plainCode(code.replaceAll("0", "o").replaceAll("1", "l"))).toEqual(plain);
  }
});

it.each([
  "",
  "12345",
  "1234567",
  "abcdef",
  "１２３４５６",
  "123 45",
  "UUUU-UUUU-UUUU",
  "x".repeat(1_000_000),
  "\0",
])("takes %# for no code", (typed) => {
  expect(plainCode(typed)).toBeNull();
});
it("takes six digits with a gap", () => {
  expect(plainCode(" 123 456 ")).toEqual({ kind: "totp", code: "123456" });
});
