import fc from "fast-check";
import { RE2JS } from "re2js";
import { describe, expect, it } from "vitest";
import { propertyRuns } from "@/tests/support/property-runs";
import { foldCodePoint, foldText } from "./fold";
import {
  contentKeys,
  endOfPieces,
  lineBeginKeys,
  lineEndKeys,
  literalKeys,
  nameBeginKeys,
  symbolKeys,
  symbolLiteralKeys,
  symbolNameKey,
  wordKeys,
} from "./trigrams";

const wellFormed = fc.string({ unit: "binary", maxLength: 60 });

describe("folding", () => {
  it("makes those the same that RE2 takes for the same, and no others", () => {
    const byFolded = new Map<number, number[]>();
    for (let cp = 0; cp < 0x11_0000; cp++) {
      const folded = foldCodePoint(cp);
      if (foldCodePoint(folded) !== folded) expect.fail(`${cp} folds in two steps`);
      if (folded === cp) continue;
      const those = byFolded.get(folded) ?? [folded];
      those.push(cp);
      byFolded.set(folded, those);
    }
    const everything = new Map<number, string>();
    for (const [folded, those] of byFolded)
      everything.set(folded, those.map((cp) => String.fromCodePoint(cp)).join(""));
    for (const [folded, those] of everything)
      expect(
        RE2JS.compile(`(?i)^\\x{${folded.toString(16)}}+$`)
          .matcher(those)
          .find(),
      ).toBe(true);
    // And what stands for itself alone is like nothing else: the neighbours that a range of it would have show it.
    const sample = Array.from({ length: 0x3000 }, (_, cp) => cp).filter(
      (cp) => foldCodePoint(cp) === cp && !byFolded.has(cp) && (cp < 0xd800 || cp > 0xdfff),
    );
    for (const cp of sample) {
      const other = String.fromCodePoint(cp);
      const [up, down] = [other.toUpperCase(), other.toLowerCase()];
      for (const like of [up, down])
        if (like !== other && [...like].length === 1)
          expect(
            RE2JS.compile(`(?i)^\\x{${cp.toString(16)}}$`)
              .matcher(like)
              .find(),
          ).toBe(false);
    }
  });

  it("keeps the length, whatever the text", () => {
    fc.assert(
      fc.property(fc.oneof(wellFormed, fc.string({ unit: "grapheme" })), (text) => {
        const folded = foldText(text);
        expect(folded.length).toBe(text.length);
        expect([...folded]).toEqual(
          [...text].map((c) => String.fromCodePoint(foldCodePoint(c.codePointAt(0) ?? 0))),
        );
        expect(foldText(folded)).toBe(folded);
      }),
      { numRuns: propertyRuns(500) },
    );
    expect(foldText("K\u212A ſS \ud83d\ude00 𐐀 \ud800")).toBe(
      "kk ss \ud83d\ude00 𐐨 \ud800".replace("𐐨", foldText("𐐨")),
    );
  });
});

describe("keys", () => {
  it("of a literal are all among those of each line that has it, in whichever case", () => {
    fc.assert(
      fc.property(
        fc.array(
          wellFormed.map((line) => line.replaceAll("\n", " ")),
          { minLength: 1, maxLength: 8 },
        ),
        fc.nat(),
        fc.nat(),
        (lines, from, length) => {
          const line = [...(lines[from % lines.length] ?? "")];
          const start = from % (line.length + 1);
          const literal = line.slice(start, start + (length % 20)).join("");
          const keys = new Set<number>();
          contentKeys(lines.join("\n"), keys);
          for (const key of literalKeys(foldText(literal))) expect(keys.has(key)).toBe(true);
        },
      ),
      { numRuns: propertyRuns(500) },
    );
  });

  it("span no end of a line, and of three characters of ASCII are they themselves", () => {
    const keys = new Set<number>();
    contentKeys("ab\nc\ndef", keys);
    expect([...keys].filter((key) => key < 2 ** 26)).toEqual([(0x64 << 16) | (0x65 << 8) | 0x66]);
    expect(literalKeys("ab")).toEqual([]);
  });

  it("of three or four code points are trigrams, of five and more those of five, which span no end of a line", () => {
    const isOfFive = (key: number) => key >= 2 ** 26 && key < 2 ** 26 + 2 ** 20;
    expect(literalKeys("k\u{1f600}s")).toHaveLength(1);
    expect(literalKeys("abcd").some(isOfFive)).toBe(false);
    // An astral one counts once, though it takes two units.
    expect(literalKeys("ab\u{1f600}c").some(isOfFive)).toBe(false);
    expect(literalKeys("ab\u{1f600}cd").map(isOfFive)).toEqual([true]);
    const seven = literalKeys("abcdefg");
    expect(seven.map(isOfFive)).toEqual([true, true, true]);
    const [first] = seven;
    const within = new Set<number>();
    contentKeys("xabcde\nabc\ndefg", within);
    expect([...within].filter(isOfFive)).toEqual([...literalKeys("xabcd"), first]);
    expect(literalKeys("abc\nde")).toEqual([(0x61 << 16) | (0x62 << 8) | 0x63]);
  });

  const keysOf = (text: string) => {
    const keys = new Set<number>();
    contentKeys(text, keys);
    return keys;
  };
  const odd = fc
    .array(
      fc.constantFrom(
        "a",
        "K",
        "s",
        "k",
        "_",
        "9",
        "\u212a",
        "\u017f",
        "\u00e9",
        "\u{10400}",
        " ",
        "\t",
        "(",
        ".",
      ),
      { maxLength: 16 },
    )
    .map((all) => all.join(""));

  it("of words are those of whatever stands between two ends of words, as RE2 sees them", () => {
    const between = RE2JS.compile("\\b");
    let words = 0;
    fc.assert(
      fc.property(odd, odd, (line, other) => {
        const keys = keysOf(`${other}\r\n${line}\n${other}`);
        const ends: number[] = [];
        for (const search = between.matcher(line); search.find(); ) ends.push(search.start());
        for (const [n, from] of ends.entries())
          for (const to of ends.slice(n + 1)) {
            const word = foldText(line.slice(from, to));
            if (!/^\w+$/.test(word)) continue;
            words += 1;
            for (const key of wordKeys(word)) expect([line, word, keys.has(key)]).toEqual([line, word, true]);
          }
      }),
      { numRuns: propertyRuns(2_000) },
    );
    expect(words).toBeGreaterThan(2_000);
    expect(keysOf("a.desk des_1 odes").has(wordKeys("des")[0] ?? 0)).toBe(false);
    expect(keysOf("a.des,").has(wordKeys("des")[0] ?? 0)).toBe(true);
    // The Kelvin sign is no letter to an end of a word, and folds to one.
    for (const word of ["elvin", "kelvin", "akelvin", "a"])
      expect([word, keysOf("a\u212aelvin").has(wordKeys(word)[0] ?? 0)]).toEqual([word, true]);
    expect(keysOf("a".repeat(32)).has(wordKeys("a".repeat(32))[0] ?? 0)).toBe(true);
    expect(wordKeys("a".repeat(33))).toEqual([]);
  });

  it("of a line's begin and end are there whatever white space is around it, and whatever ends it", () => {
    const space = fc
      .array(fc.constantFrom(" ", "\t", "\f", "\r"), { maxLength: 4 })
      .map((all) => all.join(""));
    const end = fc.constantFrom("", "\n", "\r\n", "\n\n \t\nother");
    fc.assert(
      fc.property(
        odd,
        space,
        space,
        end,
        fc.constantFrom("", "x\n", "x\r\n\r\n"),
        (text, left, right, end, before) => {
          const line = text.trim();
          const keys = keysOf(before + left + line + right + end);
          const points = [...foldText(line)];
          for (const count of [3, 4, 5, 9]) {
            if (points.length < count) continue;
            for (const key of [
              ...lineBeginKeys(points.slice(0, count).join("")),
              ...lineEndKeys(points.slice(-count).join("")),
            ])
              expect([line, count, keys.has(key)]).toEqual([line, count, true]);
          }
        },
      ),
      { numRuns: propertyRuns(1_000) },
    );
    const [begin = 0] = lineBeginKeys("null");
    const [last = 0] = lineEndKeys("null");
    expect([lineBeginKeys("nu"), lineEndKeys("nu")]).toEqual([[], []]);
    expect(lineBeginKeys("nullable")).not.toEqual(lineBeginKeys("null"));
    for (const text of ["= null;\n", "annul\nl"])
      expect([text, keysOf(text).has(begin), keysOf(text).has(last)]).toEqual([text, false, false]);
    expect([keysOf("a\n \tNULL;").has(begin), keysOf("a = NULL \r\n").has(last)]).toEqual([true, true]);
  });

  it("of five code points are spread out", () => {
    const keys = new Set<number>();
    for (let n = 0; n < 20_000; n++) for (const key of literalKeys(`${10_000 + n}`)) keys.add(key);
    expect(keys.size).toBeGreaterThan(19_500);
  });

  it("of content, of symbols and of whole names are apart", () => {
    fc.assert(
      fc.property(wellFormed, (name) => {
        const content = new Set<number>();
        contentKeys(name, content);
        const isOfContent = (key: number) => key < 2 ** 25 || (key >= 2 ** 26 && key < endOfPieces);
        expect([...content].every(isOfContent)).toBe(true);
        const symbols = new Set<number>();
        symbolKeys(name, symbols);
        const begin = [...name.replace(/^[\t\n\f\r ]+/, "")].slice(0, 5);
        const begins = [begin.slice(0, 3), begin].flatMap((points) => nameBeginKeys(points.join("")));
        expect([...symbols].sort()).toEqual(
          [...new Set([...symbolLiteralKeys(name), ...begins, symbolNameKey(name)])].sort(),
        );
        for (const key of begins) {
          expect(key).toBeGreaterThanOrEqual(endOfPieces - 2 ** 20);
          expect(key).toBeLessThan(endOfPieces);
        }
        for (const key of symbolLiteralKeys(name)) {
          expect(key).toBeGreaterThanOrEqual(2 ** 25);
          expect(key).toBeLessThan(2 ** 26);
        }
        expect(symbolNameKey(name)).toBeGreaterThanOrEqual(2 ** 31);
        expect(symbolNameKey(name)).toBeLessThan(2 ** 32);
      }),
      { numRuns: propertyRuns(300) },
    );
  });
});
