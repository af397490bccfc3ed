import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { type CutPassage, PassageCutter } from "./cut-passages";

function cut(text: string, markdown = true, pieceLength = text.length || 1): CutPassage[] {
  const cutter = new PassageCutter({ markdown });
  const found: CutPassage[] = [];
  for (let at = 0; at < text.length; at += pieceLength)
    found.push(...cutter.push(text.slice(at, at + pieceLength)));
  return [...found, ...cutter.end()];
}

describe("cutting text into passages", () => {
  it("keeps the path of Markdown headings with each passage", () => {
    const text = "# Gateway\nIntro.\n## Rollback\nUse `roll`.\n### Later\nMore.\n## Deploy ##\nPush.\n";
    expect(cut(text)).toEqual([
      { heading: "Gateway", content: "Intro." },
      { heading: "Gateway › Rollback", content: "Use `roll`." },
      { heading: "Gateway › Rollback › Later", content: "More." },
      { heading: "Gateway › Deploy", content: "Push." },
    ]);
  });

  it("takes a # in fenced code and in plain text for what it is", () => {
    expect(cut("# A\n```sh\n# comment\n```\nend")).toEqual([
      { heading: "A", content: "```sh\n# comment\n```\nend" },
    ]);
    expect(cut("# not a heading\ntext", false)).toEqual([{ heading: "", content: "# not a heading\ntext" }]);
  });

  it("keeps a heading with no text below it as text, once", () => {
    expect(cut("# A\n## B\n## C\nText.\n### \n# D ##\n")).toEqual([
      { heading: "A › B", content: "B" },
      { heading: "A › C", content: "Text." },
      { heading: "D", content: "D" },
    ]);
    expect(cut("# A\nText.\n## B\n## \n# C\nText.")).toEqual([
      { heading: "A", content: "Text." },
      { heading: "A › B", content: "B" },
      { heading: "C", content: "Text." },
    ]);
    expect(cut("# \n## \n")).toEqual([]);
    expect(cut("#\n\n##\n")).toEqual([]);
    expect(cut("# C# #\nText.\n## F#\nMore.")).toEqual([
      { heading: "C#", content: "Text." },
      { heading: "C# › F#", content: "More." },
    ]);
    const cutter = new PassageCutter({ markdown: true });
    cutter.push("# Only this");
    expect(cutter.moveTo({ locator: "page 2" })).toEqual([{ heading: "Only this", content: "Only this" }]);
    expect(cutter.push("More.")).toEqual([]);
    expect(cutter.end()).toEqual([{ heading: "", content: "More.", locator: "page 2" }]);
  });

  it("takes a line that is too long for a heading, or has other ends of lines in it, for text", () => {
    for (const line of [`# ${"word ".repeat(80)}end`, "# a\rb", "# a\u2028b", "# a\u2029b"])
      expect(cut(`${line}\n`)).toEqual([{ heading: "", content: line }]);
    expect(cut("# Windows\r\nText.\r\n")).toEqual([{ heading: "Windows", content: "Text." }]);
  });

  it("cuts long text at sentences and repeats a little across the border", () => {
    const sentence = (n: number) => `Sentence number ${n} tells of the gateway and of what it does. `;
    const text = Array.from({ length: 200 }, (_, n) => sentence(n)).join("");
    const passages = cut(text);
    expect(passages.length).toBeGreaterThan(8);
    for (const p of passages) {
      expect(p.content.length).toBeLessThanOrEqual(1_200);
      expect(p.content).toMatch(/^Sentence number/);
      expect(p.content).toMatch(/does\.$/);
    }
    for (let n = 0; n < 200; n++)
      expect(passages.some((p) => p.content.includes(sentence(n).trim()))).toBe(true);
  });

  it("gives the same passages however the text arrives", () => {
    const text = `${"# Head\nA line of text with some words in it.\r\n\n".repeat(120)}${"x".repeat(5_000)} end`;
    const whole = cut(text);
    for (const length of [1, 7, 100, 4_096]) {
      const pieces = cut(text, true, length);
      expect(pieces.map((p) => p.heading)).toEqual(expect.arrayContaining(["Head"]));
      expect(pieces.slice(0, 100)).toEqual(whole.slice(0, 100));
    }
  });

  it("loses no word of any text, and never makes a passage longer than it may be", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: "grapheme", maxLength: 40 }), { maxLength: 400 }),
        fc.integer({ min: 1, max: 999 }),
        (words, length) => {
          const text = words.map((w) => w.replaceAll(/\s/g, "_")).join(" ");
          const passages = cut(text, false, length);
          for (const p of passages) expect(p.content.length).toBeLessThanOrEqual(1_200);
          const all = passages.map((p) => p.content).join(" ");
          for (const word of text.split(" ")) if (word.trim() !== "") expect(all).toContain(word.trim());
        },
      ),
      { numRuns: propertyRuns(200) },
    );
  });

  it("stays quick with a megabyte of lines that begin as headings do", () => {
    for (const spaces of [285, 985, 2_000])
      for (const end of ["\r", "\u2028", "#", " "]) {
        const line = `#${" ".repeat(spaces)}a${end}b\n`;
        const passages = cut(line.repeat(Math.ceil(1_000_000 / line.length)));
        expect(passages.length).toBeGreaterThan(0);
      }
    const signs = `# ${"#".repeat(280)}`;
    expect(cut(`${`${signs} x ${" #".repeat(5)}\n`.repeat(3_500)}end`).at(-1)?.content).toBe("end");
  });

  it("stays quick with a line that never ends", () => {
    const started = performance.now();
    const passages = cut("a".repeat(20_000_000), true, 1_000_000);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(passages.reduce((n, p) => n + p.content.length, 0)).toBeGreaterThanOrEqual(20_000_000);
  });
});
