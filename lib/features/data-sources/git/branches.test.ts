import { describe, expect, it } from "vitest";
import { branchChoiceProblem, branchesOf, branchNames, fitsPattern, readHeads, sameHeads } from "./branches";

const commit = "a".repeat(40);

describe("a choice of branches", () => {
  it.each(["main", "release/*", "*", "v1.*", "*/next"])("may hold %s", (name) =>
    expect(branchChoiceProblem(name)).toBeNull(),
  );
  it.each(["-f", "--x=*", "a..b", "a b*", "refs:x", "?", "[ab]", "*\0", "a/../*", "*.lock", "x".repeat(201)])(
    "may not hold %j",
    (name) => expect(branchChoiceProblem(name)).not.toBeNull(),
  );

  it("takes a star for anything, slashes too, and a name for itself alone", () => {
    expect(fitsPattern("release/*", "release/1.0/hotfix")).toBe(true);
    expect(fitsPattern("*", "release/1.0")).toBe(true);
    expect(fitsPattern("release/*", "prerelease/1.0")).toBe(false);
    expect(fitsPattern("main", "main")).toBe(false);
  });

  it("is the one branch of a source from the time when each had one", () => {
    expect(branchesOf({ branch: "main" })).toEqual(["main"]);
    expect(branchesOf({ branches: ["a", "b"] })).toEqual(["a", "b"]);
    expect(branchesOf({})).toEqual([]);
    expect(readHeads({ branch: "main", commit })).toEqual([{ branch: "main", commit }]);
    expect(readHeads({ commit })).toEqual([{ branch: null, commit }]);
    const tag = { branch: "v1.0", commit, isTag: true };
    expect(readHeads({ branches: ["v1.0"], commit, isTag: true })).toEqual([tag]);
    expect(readHeads({})).toEqual([]);
  });
});

it("heads are the same when branches and commits are", () => {
  const some = [{ branch: "a", commit }];
  expect(sameHeads(some, [{ branch: "a", commit }])).toBe(true);
  expect(sameHeads(some, [{ branch: "b", commit }])).toBe(false);
  expect(sameHeads(some, [{ branch: "a", commit: "b".repeat(40) }])).toBe(false);
  expect(sameHeads(some, [])).toBe(false);
  expect(sameHeads(some, [{ branch: "a", commit, isTag: true }])).toBe(false);
});

it("many branches are told by the first few", () => {
  const heads = ["a", "b", "c", "d", "e"].map((branch) => ({ branch, commit }));
  expect(branchNames(heads.slice(0, 3))).toBe("a, b, c");
  expect(branchNames(heads)).toBe("a, b, c and 2 more");
});
