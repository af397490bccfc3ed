import fc from "fast-check";
import { expect, test } from "vitest";
import { completionsAt } from "./complete";
import { parseQuery } from "./parse";

const facts = {
  repositories: ["git.example/acme/log", "git.example/acme/log.js", "git.example/other/my site"],
  languages: ["C", "C#", "C++", "Jupyter Notebook", "TypeScript", "TSX"],
};

/** The query once its first completion is taken; `|` is the caret. */
function completed(text: string): string | null {
  const caret = text.indexOf("|");
  const query = text.replace("|", "");
  const { from, to, items } = completionsAt(query, caret, facts);
  return items[0] ? query.slice(0, from) + items[0].text + query.slice(to) : null;
}

test.each([
  ["fi|", "file:"],
  ["foo -fi|", "foo -file:"],
  ["(sy| bar)", "(sym: bar)"],
  ["br|", "branch:"],
  ["foo bar|", null],
  ["repo:log|", "repo:^git\\.example/acme/log$ "],
  ["r:.JS|", "r:^git\\.example/acme/log\\.js$ "],
  ["repo:^git\\.example/ot| foo", 'repo:"^git\\.example/other/my site$" foo'],
  ['repo:"^git.example/other/my s| foo', 'repo:"^git\\.example/other/my site$" foo'],
  ["-lang:t|", "-lang:TypeScript "],
  ["lang:c++|", "lang:C++ "],
  ["lang:note| x", 'lang:"Jupyter Notebook" x'],
  ["case:|", "case:yes "],
  ["case:a|", "case:auto "],
  ["fork:o|", "fork:only "],
  ["rev:|", "rev:* "],
  ["lang:nothing|", null],
  ["file:x|", null],
  ["unknown:x|", null],
])("%j is completed to %j", (text, expected) => expect(completed(text)).toBe(expected));

test("every completion of a value is a query that means it, whatever the name is", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "grapheme-ascii" }), (name) => {
      fc.pre(name.trim() !== "");
      const { items } = completionsAt("repo:", 5, { repositories: [name], languages: [] });
      const parsed = parseQuery(items[0]?.text ?? "");
      if (!parsed.ok || parsed.query.node.kind !== "repo") throw new Error(JSON.stringify(parsed));
      expect(new RegExp(parsed.query.node.pattern).test(name)).toBe(true);
    }),
  );
});

test("an empty box is offered the prefixes, and a hostile one breaks nothing", () => {
  expect(completionsAt("", 0, facts).items.length).toBeGreaterThan(5);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: -5, max: 50 }), (text, caret) => {
      const { from, to } = completionsAt(text, caret, facts);
      expect(from).toBeLessThanOrEqual(to);
      expect(to).toBeLessThanOrEqual(text.length);
    }),
  );
  const long = "repo:".repeat(2_000_000);
  expect(completionsAt(long, long.length, facts).items).toEqual([]);
});
