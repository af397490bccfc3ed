import { expect, it } from "vitest";
import type { VisibleRepository } from "../engine/types";
import { withTags } from "../revisions";
import { repositoriesWords } from "./words";

const commit = "a".repeat(40);
const main = { branch: "main", commit, isDefault: true };

function listed(heads: Parameters<typeof withTags>[0], tags: readonly string[]): string {
  const branches = withTags(
    heads,
    tags.map((name) => ({ name, commit })),
  );
  const repository = { name: "git.example/team/shop", generation: 1, branches };
  return repositoriesWords([repository as VisibleRepository], "", 1);
}

it("of many tags the first ten are named, and how many more there are", () => {
  const tags = Array.from({ length: 200 }, (_, n) => `v${n}`);
  const shown = tags.slice(0, 10).join(", ");
  expect(listed([main], tags)).toBe(
    `git.example/team/shop - branches: main (default); tags: ${shown} and 190 more`,
  );
  expect(listed([main], tags.slice(0, 10))).toBe(
    `git.example/team/shop - branches: main (default); tags: ${shown}`,
  );
});

it("what is chosen is named whole, and a tag as one", () => {
  const chosen = Array.from({ length: 15 }, (_, n) => `v${n}`);
  const heads = chosen.map((branch) => ({ branch, commit, isDefault: false, isTag: true as const }));
  expect(listed([main, ...heads], chosen)).toBe(
    `git.example/team/shop - branches: main (default), ${chosen.map((name) => `${name} (tag)`).join(", ")}`,
  );
  expect(listed([{ ...main, branch: "v1.0", isTag: true }], [])).toBe(
    "git.example/team/shop - branches: v1.0 (tag, default)",
  );
});
