import { expect, it } from "vitest";
import { branchOfCommit } from "./revisions";

const branch = (name: string, commit: string) => ({ name, commit, isDefault: name === "main" });
const branches = [
  branch("main", `abcdef0${"1".repeat(33)}`),
  branch("release", `abcdef0${"1".repeat(33)}`),
  branch("next", `abcdef0${"2".repeat(33)}`),
  branch("other", `1234567${"3".repeat(33)}`),
];

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
