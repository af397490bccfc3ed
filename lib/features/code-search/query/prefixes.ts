import type { Leaf } from "./ast";

type Meaning = Leaf["kind"] | "case";

/** As the box's completions show them. */
export const prefixes: readonly { meaning: Meaning; names: readonly string[]; detail: string }[] = [
  { meaning: "file", names: ["file", "f"], detail: "Path matches" },
  { meaning: "repo", names: ["repo", "r"], detail: "Repository name matches" },
  { meaning: "lang", names: ["lang"], detail: "Language" },
  { meaning: "sym", names: ["sym"], detail: "Defines a symbol" },
  { meaning: "content", names: ["content", "c"], detail: "Content only" },
  { meaning: "rev", names: ["rev", "branch", "b"], detail: "Branch or tag, * for all" },
  { meaning: "case", names: ["case"], detail: "yes, no or auto" },
  { meaning: "archived", names: ["archived"], detail: "yes, no or only" },
  { meaning: "fork", names: ["fork"], detail: "yes, no or only" },
];

const meanings = new Map(prefixes.flatMap(({ meaning, names }) => names.map((name) => [name, meaning])));

/** Of `file:` and its like at an offset: what it means and where its value begins. A prefix nobody knows is text. */
export function prefixAt(text: string, from: number): { meaning: Meaning; valueFrom: number } | null {
  const found = /^([a-z]{1,8}):/.exec(text.slice(from, from + 9));
  const meaning = meanings.get(found?.[1] ?? "");
  return found && meaning ? { meaning, valueFrom: from + found[0].length } : null;
}
