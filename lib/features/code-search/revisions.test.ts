import { expect, it } from "vitest";
import { branchOfCommit, hasBranch, isNamed, shownRevision, withTags } from "./revisions";

const head = (branch: string, commit: string) => ({ branch, commit, isDefault: branch === "main" });
const heads = [
  head("main", `abcdef0${"1".repeat(33)}`),
  head("release", `abcdef0${"1".repeat(33)}`),
  head("next", `abcdef0${"2".repeat(33)}`),
  head("other", `1234567${"3".repeat(33)}`),
];
const branches = withTags(heads, []);

it("a commit names a branch in full, or by as much of its beginning as only that commit has", () => {
  const name = (commit: string) => branchOfCommit({ branches }, commit)?.name ?? null;
  expect(name(`abcdef0${"1".repeat(33)}`)).toBe("main");
  expect(name("abcdef01")).toBe("main");
  expect(name("ABCDEF02")).toBe("next");
  expect(name("1234567")).toBe("other");
  // Of two commits, too short, none at all, longer than one, and nothing that is a commit's name.
  for (const commit of ["abcdef0", "123456", "7654321", `1234567${"3".repeat(34)}`, "", "main", "123456*"])
    expect([commit, name(commit)]).toEqual([commit, null]);
});

it("a tag that was chosen like a branch is one, also where the host's tags are not known", () => {
  const chosen = { ...head("v1.0", "f".repeat(40)), isTag: true as const };
  const known = withTags([...heads, chosen], []);
  expect(known.filter(({ isTag }) => isTag).map(({ name }) => name)).toEqual(["v1.0"]);
});

it("a tag names the branches at its commit; of one name the branch goes before the tag", () => {
  const [main, , next, other] = heads.map(({ commit }) => commit) as [string, string, string, string];
  const tags = [
    { name: "v1.0", commit: main },
    { name: "next", commit: main },
    { name: "other", commit: other },
    { name: "v2.0", commit: next },
    { name: "v0.9", commit: "f".repeat(40) },
  ];
  const known = withTags(heads, tags);
  expect(known.map(({ name, isTag, tags }) => [name, isTag, tags])).toEqual([
    ["main", false, ["v1.0"]],
    ["release", false, ["v1.0"]],
    ["next", false, ["v2.0"]],
    // A tag that was chosen like a branch.
    ["other", true, []],
  ]);
  const named = (revision: string) => known.find((branch) => isNamed(branch, revision))?.name ?? null;
  expect(["v1.0", "next", "v2.0", "other", next].map(named)).toEqual([
    "main",
    "next",
    "next",
    "other",
    "next",
  ]);
  // Of a commit that is not searched; part of a name.
  for (const none of ["v0.9", "v1", "V1.0", ""]) {
    expect([none, named(none)]).toEqual([none, null]);
    expect(hasBranch({ branches: known }, none)).toBe(false);
  }
  expect(hasBranch({ branches: known }, "v1.0")).toBe(true);
  const shown = (revision: string) => shownRevision({ branches: known }, revision);
  expect(["v1.0", "abcdef02", next].map(shown)).toEqual(["v1.0", next, next]);
});
