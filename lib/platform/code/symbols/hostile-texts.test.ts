import { expect, test } from "vitest";
import { symbolRules } from "./rules";
import { openSymbolFinder } from "./symbol-finder";

const finder = await openSymbolFinder();
/** One that gives up sooner, as most of these take for ever. */
const hasty = await openSymbolFinder(200);
const languages = [...symbolRules.keys()];
const kib = 1024;

/** Bytes that are the same in each run. */
function noise(length: number): string {
  let state = 1;
  let text = "";
  while (text.length < length) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    text += String.fromCharCode((state >> 8) & 0xff);
  }
  return text;
}

const hostile: Record<string, string> = {
  nothing: "",
  "NUL characters": "class \0A { \0 }\0function f() {}\0".repeat(200),
  "lone halves of pairs": "class \ud800 { int \udfff; }\n".repeat(200),
  "braces never closed": "{".repeat(100_000),
  "parentheses never closed": "(".repeat(100_000),
  "classes in classes": "class A { ".repeat(20_000),
  "blocks that only close": "}".repeat(100_000),
  "one line": `x = [${"1,".repeat(250_000)}]`,
  "a string never closed": `a = "${"b ".repeat(200_000)}`,
  "bytes of noise": noise(200 * kib),
};

for (const [what, text] of Object.entries(hostile)) {
  test(`${what}: every language comes back, and still finds what follows`, { timeout: 120_000 }, () => {
    for (const language of languages) expect(Array.isArray(hasty.symbolsOf(language, text))).toBe(true);
    const after = finder.symbolsOf("TypeScript", "export class After {}\n");
    expect(after.map((symbol) => symbol.name)).toEqual(["After"]);
    expect(finder.symbolsOf("C++", "class After {};").map((symbol) => symbol.name)).toEqual(["After"]);
    expect(hasty.symbolsOf("Go", "func After() {}").map((symbol) => symbol.name)).toEqual(["After"]);
  });
}

test("a text beyond 512 KiB, counted in bytes, has no symbols", () => {
  const definition = "export class Here {}\n";
  expect(finder.symbolsOf("TypeScript", definition + " ".repeat(400 * kib))).toHaveLength(1);
  expect(finder.symbolsOf("TypeScript", definition + " ".repeat(512 * kib))).toEqual([]);
  expect(finder.symbolsOf("TypeScript", `${definition}// ${"€".repeat(200 * kib)}`)).toEqual([]);
});

test("what a language is found with costs its first text nothing of its time", {
  timeout: 60_000,
}, async () => {
  const found: number[] = [];
  // To make that of C++ takes longer than this; a machine that stands still does too, but not each time.
  for (let times = 0; times < 3; times += 1)
    found.push((await openSymbolFinder(50)).symbolsOf("C++", "class First {};").length);
  expect(found).toContain(1);
});

test("a language that is not known has no symbols", () => {
  for (const language of ["", "Text", "constructor", "__proto__", "typescript\0"])
    expect(finder.symbolsOf(language, "class A {}")).toEqual([]);
});

test("columns count UTF-16 units, lines end at a newline alone", () => {
  const found = finder.symbolsOf("TypeScript", "/* 😀 */ class A {}\r\nlet ä = 1, b = 2;\r\n");
  expect(found.map(({ name, line, column }) => [name, line, column])).toEqual([
    ["A", 1, 16],
    ["ä", 2, 5],
    ["b", 2, 12],
  ]);
});

test("memory stays where it is over many files", { timeout: 120_000 }, () => {
  const text = "export class A { b = 1; c() { return this.b; } }\n".repeat(40);
  const run = (times: number) => {
    for (let n = 0; n < times; n += 1) finder.symbolsOf("TypeScript", text);
    return process.memoryUsage().arrayBuffers + process.memoryUsage().external;
  };
  const before = run(100);
  expect(run(800) - before).toBeLessThan(16 * kib * kib);
});
