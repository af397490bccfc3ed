import { expect, test } from "vitest";
import type { Leaf, Node } from "@/lib/features/code-search/query/ast";
import { parseQuery } from "@/lib/features/code-search/query/parse";
import { askedInForm, filteredQuery, movedBy } from "./filtered-query";

const asked = { query: "", repositories: [] as string[], languages: [] as string[], matches: 100 };

function leaves(node: Node): Leaf[] {
  if (node.kind === "and" || node.kind === "or") return node.of.flatMap(leaves);
  if (node.kind === "not") return leaves(node.of as Node);
  return node.kind === "all" ? [] : [node as Leaf];
}
function read(text: string): { node: Node; leaves: Leaf[] } {
  const parsed = parseQuery(text);
  if (!parsed.ok) throw new Error(`${text}: ${parsed.message}`);
  return { node: parsed.query.node, leaves: leaves(parsed.query.node) };
}

test("without filters the query stays as typed", () => {
  expect(filteredQuery({ ...asked, query: " a  or b " })).toBe(" a  or b ");
});

test("filters hold for the whole query, also where it has alternatives or begins like a group of a regular expression", () => {
  for (const query of ["a or b", "(a b) or c", "(?i)foo", "(a+)+$", 'x "y z"', "-a b", "case:yes A"]) {
    const { node } = read(filteredQuery({ ...asked, query, languages: ["Go"] }));
    expect(node.kind).toBe("and");
    const last = node.kind === "and" ? node.of.at(-1) : null;
    expect(last).toMatchObject({ kind: "lang", name: "Go" });
  }
});

test("several values of a filter are alternatives", () => {
  const all = read(
    filteredQuery({ ...asked, query: "a", repositories: ["h/o/a", "h/o/b"], languages: ["C", "C++"] }),
  );
  expect(all.leaves.map((leaf) => leaf.kind)).toEqual(["text", "repo", "repo", "lang", "lang"]);
  expect(all.node).toMatchObject({ kind: "and", of: [{}, { kind: "or" }, { kind: "or" }] });
});

test("a language is named exactly, whatever signs or spaces its name has", () => {
  for (const name of ["C++", "C#", "Common Lisp", "F*", "1C Enterprise", "Objective-C++", 'A "B"']) {
    const all = read(filteredQuery({ ...asked, query: "a", languages: [name] }));
    expect(all.leaves.at(-1)).toMatchObject({ kind: "lang", name });
  }
});

test("a repository is matched by its whole name and by nothing else", () => {
  const name = 'git.halden.example:8443/o (x)/c++ "lib"';
  const leaf = read(filteredQuery({ ...asked, query: "a", repositories: [name] })).leaves.at(-1);
  const pattern = leaf?.kind === "repo" ? leaf.pattern : "";
  expect(new RegExp(pattern).test(name)).toBe(true);
  expect(new RegExp(pattern).test(name.replace("git.", "gitx"))).toBe(false);
  expect(new RegExp(pattern).test(`${name}2`)).toBe(false);
});

test("a query that cannot be read is sent alone, so that its error has the place that is seen", () => {
  for (const query of ["a) or (b", '"a', "a\\", "(", ""])
    expect(filteredQuery({ ...asked, query, languages: ["Go"] })).toBe(query);
});

test("the typed query is moved by a known distance", () => {
  expect(filteredQuery({ ...asked, query: "needle", languages: ["Go"] }).indexOf("needle")).toBe(movedBy);
});

test("a form with anything in it asks for what makes sense of it", () => {
  const form = new FormData();
  form.append("query", "q\0\u202e");
  form.append("repo", new File(["x"], "x"));
  form.append("lang", "Go");
  form.append("matches", "Infinity");
  expect(askedInForm(form)).toEqual({ ...asked, query: "q\0\u202e", languages: ["Go"] });
});
