import { afterEach, expect, it, vi } from "vitest";
import { tokenClasses } from "./token-classes";
import { Tokenizer } from "./tokenizer";

afterEach(() => vi.restoreAllMocks());

it("a line that takes long, as the first of a grammar does, is gone through to its end", async () => {
  const tokenizer = await Tokenizer.open();
  const grammar = (await tokenizer.load("TypeScript")) as string;
  // Each look at the clock is long after the one before.
  let now = 0;
  vi.spyOn(Date, "now").mockImplementation(() => (now += 400));
  const looks = tokenizer.looksOf(grammar, ["/** Opens the gate. */", "export const gate = 1;"]);
  const classes = looks.map((line) => line.flatMap((look, n) => (n % 2 === 1 ? tokenClasses[look] : [])));
  expect(classes[0]).toEqual(["tok-comment"]);
  expect(classes[1]).toContain("tok-keyword");
  expect(classes[1]).not.toContain("tok-comment");
});
