import { expect, it } from "vitest";
import { usesInWords } from "./uses-in-words";

const use = (title: string) => ({ secret: "T", what: "data source", title });

it("names up to three uses and counts the others", () => {
  expect(usesInWords([use("A")])).toBe("the data source “A”");
  expect(usesInWords([use("A"), use("B")])).toBe("the data source “A” and the data source “B”");
  expect(usesInWords(["A", "B", "C", "D"].map(use))).toMatch(/“A”, .*“B”, .*“C” and 1 other$/);
  expect(usesInWords(["A", "B", "C", "D", "E"].map(use))).toMatch(/“C” and 2 others$/);
});
