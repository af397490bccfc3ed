import { expect, test } from "vitest";
import { previewText } from "./preview-text";

const shown = (line: string, name: string, kind: string) =>
  previewText(line, { name, kind, column: line.indexOf(name) + 1 });

test.each([
  ["constant", 'const token = "s3cret";', "token", "const token"],
  ["variable", "  password: str = 's3cret'", "password", "password"],
  ["field", "    this.pin=s3cret", "pin", "this.pin"],
  ["field", "private static final String KEY = s3cret", "KEY", "private static final String KEY"],
  ["property", "pin: s3cret,", "pin", "pin"],
  ["enumerator", "RED = s3cret,", "RED", "RED"],
  ["macro", "#define PIN s3cret", "PIN", "#define PIN"],
  ["definition", "PIN s3cret", "PIN", "PIN"],
  ["variable", "a = s3cret; b = 2", "b", "b"],
])("of a %s its value stays out: %s", (kind, line, name, text) => {
  expect(shown(line, name, kind)).toBe(text);
});

test.each([
  [
    "function",
    "export async function open(who: string): Promise<void> {",
    "open",
    "export async function open(who: string): Promise<void>",
  ],
  ["function", "export const open = (key = s3cret) => s3cret;", "open", "export const open"],
  ["function", "def open(who, key='s3cret'):", "open", "def open(who, key"],
  ["function", "def pin(): return s3cret", "pin", "def pin():"],
  ["method", "pin() { return s3cret; }", "pin", "pin()"],
  ["method", "pin; s3cret; end", "pin", "pin"],
  ["function", "fn pick<'a>(from: &'a str) -> &'a str {", "pick", "fn pick<'a>(from: &'a str) -> &'a str"],
  ["class", "class Box<T> extends Base<T> {", "Box", "class Box<T> extends Base<T>"],
  ["type", "type Id = 's3cret' | 'other';", "Id", "type Id"],
  ["method", "const pin = 's3cret'; class A { open(who) {} }", "open", "open(who)"],
])("of a %s no more than its signature: %s", (kind, line, name, text) => {
  expect(shown(line, name, kind)).toBe(text);
});

test("a column that is wrong and a name that is not there are no way around it", () => {
  expect(previewText('let pin = "s3cret"', { name: "pin", kind: "variable", column: 99 })).toBe("let pin");
  expect(previewText('pin = "s3cret"', { name: "pin", kind: "variable", column: 0 })).toBe("pin");
  expect(previewText('let pin = "s3cret"', { name: "gone", kind: "function", column: 1 })).toBe("gone");
  const long = `${"s3cret ".repeat(100_000)}function pin(${"x".repeat(100_000)}`;
  const text = shown(long, "pin", "function");
  expect(text.startsWith("pin(x")).toBe(true);
  expect(text.length).toBeLessThanOrEqual(200);
});
