import { expect, test } from "vitest";
import { nextLimit, paramsOf, readSearchAddress, searchAddress, searchForm } from "./search-address";

const asked = { query: "", repositories: [] as string[], languages: [] as string[], matches: 100 };

test("an address says all that was asked for, and says it back", () => {
  const whole = {
    query: 'a or "b c" repo:^x/y$ +&=#',
    repositories: ["a.example/o/r", "b.example/o/ü"],
    languages: ["C#", "C++"],
    matches: 500,
  };
  const address = searchAddress(whole);
  expect(address.startsWith("/search?query=")).toBe(true);
  expect(readSearchAddress(paramsOf(address.slice("/search".length)))).toEqual(whole);
  expect(searchAddress(asked)).toBe("/search");
});

test("an address with nonsense asks for what is left of it", () => {
  const params = { matches: "1e9", repo: ["", "x".repeat(301), "b", "a", "a"], query: ["first", "second"] };
  expect(readSearchAddress(params)).toEqual({ ...asked, query: "first", repositories: ["a", "b"] });
  expect(readSearchAddress({ query: "q".repeat(10_000_000) }).query.length).toBe(4_001);
  expect(readSearchAddress({ lang: Array.from({ length: 500 }, (_, n) => `l${n}`) }).languages.length).toBe(
    50,
  );
});

test("a parameter of an object's own names is only text", () => {
  expect(readSearchAddress(paramsOf("?__proto__=1&constructor=2"))).toEqual(asked);
});

test("the limits go up to an end", () => {
  expect([100, 500, 2_000, 10_000].map(nextLimit)).toEqual([500, 2_000, 10_000, null]);
});

test("the form carries what the address does, and the attempt", () => {
  const form = searchForm({ ...asked, query: "owl", languages: ["Go", "C"] }, "id");
  expect([...form.entries()]).toEqual([
    ["query", "owl"],
    ["lang", "Go"],
    ["lang", "C"],
    ["matches", "100"],
    ["attemptId", "id"],
  ]);
});
