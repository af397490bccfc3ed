import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { type Runtime, setRuntime } from "@/lib/platform/runtime";
import { highlightLines, isColouredSoon } from "./highlight";
import { Highlighter } from "./highlighter";
import { tokenClasses } from "./token-classes";

// No folder of an installed product: what colours is bundled from the sources.
setRuntime({} as unknown as Runtime);

const everyLine = { fromLine: 1, toLine: 1_000_000 };

/** Colours once it is there: the first call of a language only starts what colours. */
async function coloured(language: string, text: string, range = everyLine) {
  for (let tries = 0; tries < 30; tries += 1) {
    const lines = await highlightLines(language, text, range);
    if (lines.some((line) => line.some((piece) => piece.className !== ""))) return lines;
  }
  throw new Error(`${language} was never coloured`);
}

const classOf = (lines: Awaited<ReturnType<typeof coloured>>, text: string) =>
  lines.flat().find((piece) => piece.text.trim() === text)?.className;

test("words take the classes of what they are", async () => {
  const lines = await coloured("TypeScript", '// note\nconst a = "text";\nfunction go(): void {}\n');
  expect(classOf(lines, "// note")).toBe("tok-comment");
  expect(classOf(lines, "const")).toBe("tok-keyword");
  expect(classOf(lines, '"text"')).toBe("tok-string");
  expect(classOf(lines, "go")).toBe("tok-function");
});

test.each([
  ["Python", "def a(): pass"],
  ["C++", "int main() { return 0; }"],
  ["C#", "class A {}"],
  ["Shell", "echo 'a'"],
  ["Dockerfile", "FROM a"],
  ["JSON", '{"a": 1}'],
  ["HTML", "<p class='a'>b</p>"],
])("%s is coloured", async (language, text) => {
  const lines = await coloured(language, text);
  expect(
    lines
      .flat()
      .map((piece) => piece.text)
      .join(""),
  ).toBe(text);
});

test("a line deep in a text knows what it stands in", async () => {
  const text = `/*\n${"a\n".repeat(50)}b\n*/\n`;
  const lines = await coloured("JavaScript", text, { fromLine: 40, toLine: 41 });
  expect(lines).toEqual([
    [{ className: "tok-comment", text: "a" }],
    [{ className: "tok-comment", text: "a" }],
  ]);
});

test.each([
  ["NUL and returns", "let a = '\0';\r\nlet b;\r\n"],
  ["lone halves of pairs and marks of direction", "let a = '\ud800 \u202e';\nb\u2028c"],
  ["script", "<script>alert(1)</script>"],
  ["a long line", `let a = "${"x".repeat(100_000)}";\nlet b;`],
  ["many lines", "let a = 1;\n".repeat(7_000)],
  ["10 MB", `${"let a = 1; ".repeat(180)}\n`.repeat(5_000)],
  ["brackets never closed", "({[".repeat(600)],
  ["nothing", ""],
])("%s: the pieces of each line are together the line", { timeout: 60_000 }, async (_, text) => {
  const lines = await highlightLines("TypeScript", text, everyLine);
  const whole = text.split("\n").map((line) => line.replace(/\r$/, ""));
  expect(lines.map((line) => line.map((piece) => piece.text).join(""))).toEqual(whole);
  for (const piece of lines.flat()) expect(tokenClasses).toContain(piece.className);
});

test("what came too late is plain that one time only", async () => {
  const text = "fn main() {}\n";
  const [plain] = await highlightLines("Rust", text, everyLine, 0);
  expect(plain).toEqual([{ className: "", text: "fn main() {}" }]);
  expect(classOf(await coloured("Rust", text), "main")).toBe("tok-function");
});

test("no language, or one without a grammar, is plain", async () => {
  const plain = [[{ className: "", text: "class A {}" }]];
  for (const language of [null, "", "No Such", "__proto__", "constructor"])
    expect(await highlightLines(language, "class A {}", everyLine)).toEqual(plain);
});

test("a range beyond the text is empty", async () => {
  expect(await highlightLines("TypeScript", "a\nb", { fromLine: 5, toLine: 9 })).toEqual([]);
  expect(await highlightLines("TypeScript", "a\nb", { fromLine: 2, toLine: 1 })).toEqual([]);
  expect(await highlightLines("TypeScript", "a\nb", { fromLine: -3, toLine: 1 })).toHaveLength(1);
});

test("a process that ended is replaced", async () => {
  const highlighter = new Highlighter();
  const request = { language: "JSON", lines: ["[1]"], from: 0 };
  const always = () => true;
  expect(highlighter.isWarm("JSON")).toBe(false);
  const first = await highlighter.looksOf(request, always);
  expect(first).toHaveLength(1);
  expect(highlighter.isWarm("JSON")).toBe(true);
  await highlighter.close();
  expect(highlighter.isWarm("JSON")).toBe(false);
  expect(await highlighter.looksOf(request, always)).toEqual(first);
  await highlighter.close();
});

test("a text behind the first one of another language has as long as that one", async () => {
  const highlighter = new Highlighter();
  const always = () => true;
  await highlighter.looksOf({ language: "JSON", lines: ["[1]"], from: 0 }, always);
  expect(highlighter.isSoon("JSON")).toBe(true);
  const first = highlighter.looksOf({ language: "INI", lines: ["a=1"], from: 0 }, always);
  expect(highlighter.isSoon("JSON")).toBe(false);
  await first;
  expect([highlighter.isSoon("JSON"), highlighter.isSoon("INI"), highlighter.isSoon("Go")]).toEqual([
    true,
    true,
    false,
  ]);
  await highlighter.close();
});

test("all module graphs of a process share one process that colours, and what it has coloured", async () => {
  const text = 'name = "a"\n';
  const lines = await coloured("TOML", text);
  const processes = colouringProcesses();
  vi.resetModules();
  const other = await import("./highlight");
  expect(other.isColouredSoon).not.toBe(isColouredSoon);
  expect(other.isColouredSoon("TOML")).toBe(true);
  expect(await other.highlightLines("TOML", text, everyLine)).toBe(lines);
  expect(await other.highlightLines("TOML", `${text}b = 1`, everyLine, 20_000)).toHaveLength(2);
  expect(colouringProcesses()).toBe(processes);
});

/** How many this process has. */
function colouringProcesses(): number {
  const all = execFileSync("ps", ["-A", "-o", "ppid=,args="], { encoding: "utf8" }).split("\n");
  const ours = all.filter((line) => line.trim().startsWith(`${process.pid} `));
  return ours.filter((line) => line.includes("highlight-code")).length;
}

test("every class has its colour", () => {
  const css = readFileSync("components/styles/code.css", "utf8");
  for (const name of tokenClasses) if (name !== "") expect(css).toMatch(new RegExp(`\\.${name}\\b`));
});

test("colours are at 4.5:1 or more on the background of code", () => {
  const css = readFileSync("components/styles/code.css", "utf8");
  const [light = "", ...dark] = css.split(/@media|data-theme="dark"\] \{/);
  const ratios = (part: string, background: string) =>
    [...part.matchAll(/--tok-\w+: (#\w{6})/g)].map(([, colour = ""]) => contrast(colour, background));
  expect(Math.min(...ratios(light, "#f7f7f9"))).toBeGreaterThanOrEqual(4.5);
  for (const part of dark) expect(Math.min(...ratios(part, "#1b1b21"))).toBeGreaterThanOrEqual(4.5);
});

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
