import { expect, it } from "vitest";
import { validateQuery } from "./validate";

const problem = (text: string) => {
  const read = validateQuery(text);
  return read.ok ? null : read;
};

it("refuses expressions that are small enough each and too large together, where the first one has no room", () => {
  // RE2 repeats a thousand times at most: some 9,000 instructions.
  const large = "(?:(?:abcdefgh){100}){10}";
  const two = `${large} ${large.replace("h", "i")}`;
  expect(problem(two)).toBeNull();
  const three = `${two} -file:${large.replace("h", "j")}`;
  expect(problem(three)).toMatchObject({
    message: expect.stringContaining("too large together"),
    position: `${two} -file:`.length,
  });
  expect(problem(`${two} short`)).toBeNull();
});

it("has room for as many plain terms as a query may have", () => {
  expect(problem(Array.from({ length: 100 }, (_, n) => `${"x".repeat(30)}${n}`).join(" "))).toBeNull();
});
