import { expect, it } from "vitest";
import { RefList } from "./remote-tags";

const here = "a".repeat(40);
const elsewhere = "b".repeat(40);
const object = "c".repeat(40);

async function names(
  refs: readonly (readonly [ref: string, object: string])[],
  turns = { isOver: () => false, next: async () => {} },
): Promise<string[]> {
  const list = new RefList();
  for (const [ref, at] of refs) list.add(ref, at);
  return (await list.tagsAt(new Set([here]), turns)).map(({ name }) => name);
}

it("tags are those at the commits that are asked for, behind what annotates them", async () => {
  expect(
    await names([
      ["refs/heads/main", here],
      ["refs/tags/annotated", object],
      ["refs/tags/annotated^{}", here],
      ["refs/tags/elsewhere", elsewhere],
      // The object of an annotated tag is no commit, whatever it is called.
      ["refs/tags/odd", here],
      ["refs/tags/odd^{}", elsewhere],
      ["refs/tags/plain", here],
      // A host may tell them in any order.
      ["refs/tags/turned^{}", here],
      ["refs/tags/turned", object],
    ]),
  ).toEqual(["annotated", "plain", "turned"]);
});

it("a tag that has the name of a branch is left out, wherever the branch stands", async () => {
  expect(
    await names([
      ["refs/tags/both", here],
      ["refs/heads/both", elsewhere],
      ["refs/tags/heads/both", here],
    ]),
  ).toEqual(["heads/both"]);
});

it.each([
  ["peeled twice", "refs/tags/x^{}^{}"],
  ["no tag", "refs/pull/1/head"],
  ["nothing but a prefix", "refs/tags/"],
  ["half a tag", "refs/tags"],
  ["no name", "refs/tags/^{}"],
  ["an option", "refs/tags/-v"],
  ["a line's end", "refs/tags/a\nb"],
  ["what turns the text round", "refs/tags/a\u202eb"],
  ["what is not seen", "refs/tags/a\u200bb"],
  ["half a character", "refs/tags/a\ud800"],
  ["a star", "refs/tags/v*"],
  ["a space", "refs/tags/a b"],
  ["two dots", "refs/tags/a..b"],
  ["a commit in full", `refs/tags/${elsewhere}`],
  ["a longer one", `refs/tags/${"E".repeat(64)}`],
  ["the default branch", "refs/tags/HEAD"],
  ["201 characters", `refs/tags/${"y".repeat(201)}`],
])("a name that is %s is passed over", async (_, ref) => {
  expect(await names([[ref, here]])).toEqual([]);
});

it("names that are merely long or odd are kept", async () => {
  const odd = ["v1.0+build.7", "release/größe", "@scope/package@1.2.3", "y".repeat(200), "abcdef0"];
  expect(await names(odd.map((name) => [`refs/tags/${name}`, here]))).toEqual(odd);
});

it("choosing among them gives way to others whenever its turn is over, and ends when its time is", async () => {
  const refs = Array.from({ length: 30 }, (_, n) => [`refs/tags/v${n}`, n < 3 ? here : elsewhere] as const);
  let asked = 0;
  let given = 0;
  const isOver = () => asked++ % 10 === 9;
  const give = async () => {
    given += 1;
  };
  expect(await names(refs, { isOver, next: give })).toEqual(["v0", "v1", "v2"]);
  expect([asked, given]).toEqual([30, 3]);
  const next = () => Promise.reject(new Error("the time is over"));
  await expect(names(refs, { isOver: () => true, next })).rejects.toThrow("the time is over");
});
