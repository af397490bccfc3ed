import { expect, it } from "vitest";
import { validateQuery } from "./validate";

const problem = (text: string) => {
  const read = validateQuery(text);
  return read.ok ? null : read;
};

it("refuses expressions that are small enough each and too large together, where the first is that has no room", () => {
  const large = "content:(ab){9000}";
  // RE2 repeats a thousand times at most: nested, it is more.
  const nested = "((abcdefgh){100}){10}";
  expect(problem(nested)).toBeNull();
  const two = `${nested} ${nested.replace("h", "i")}`;
  expect(problem(two)).toBeNull();
  const three = `${two} -file:${nested.replace("h", "j")}`;
  expect(problem(three)).toMatchObject({ message: expect.stringContaining("too large together") });
  expect(problem(three)?.position).toBe(two.length + " -file:".length);
  expect(problem(large)).not.toBeNull();
});

it("has room for as many plain terms as a query may have", () => {
  expect(problem(Array.from({ length: 400 }, (_, n) => `term${n}`).join(" "))).toBeNull();
});
